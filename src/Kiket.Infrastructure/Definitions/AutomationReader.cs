using Kiket.Domain.Automations;
using Kiket.Domain.Workflows;

namespace Kiket.Infrastructure.Definitions;

/// <summary>An automation and where it stands.</summary>
internal sealed record AutomationDraft(FileReading File, YamlNode At, Automation Automation);

/// <summary>
/// Reads <c>automations/*.yaml</c> and a workflow's <c>automation_recipes</c>. Nothing in them is a fault: what cannot be read or run here is kept
/// and named in a warning, and the project works without.
/// </summary>
internal static class AutomationReader
{
    private const int MaxAutomations = 500;
    private const int MaxNameLength = 200;

    /// <param name="stem">Name of the file, which names an automation without a key.</param>
    /// <param name="workflow">Key of the workflow whose issues they are for, or null for all.</param>
    public static IReadOnlyList<AutomationDraft> Read(FileReading strict, string stem, string? workflow)
    {
        var file = strict.AsTolerant();
        string[] single = ["automation", "recipe", "automation_recipe"];
        string[] several = ["automations", "recipes", "automation_recipes"];
        var root = file.Root(["model_version", .. single, .. several]);
        List<AutomationDraft> drafts = [];
        foreach (var entry in root.Entries.Where(e => single.Contains(e.Key.Value)))
            drafts.Add(ReadOne(file, null, file.MapOf(entry.Value, entry.Key.Value), stem, workflow));
        foreach (var entry in root.Entries.Where(e => several.Contains(e.Key.Value)))
            drafts.AddRange(file.Things(root, entry.Key.Value, "id", "key", "name").Select(t => ReadOne(file, t.Key, t.Thing, stem, workflow)));
        if (drafts.Count == 0)
            file.Warn(root, "The file has no automation.");
        if (drafts.Count > MaxAutomations)
            file.Warn(drafts[MaxAutomations].At, $"A file has at most {MaxAutomations} automations; the others are kept and not read.");
        return drafts.Count > MaxAutomations ? drafts[..MaxAutomations] : drafts;
    }

    private static AutomationDraft ReadOne(FileReading file, YamlText? named, YamlMap body, string stem, string? workflow)
    {
        var doubts = file.Doubts;
        file.WarnOfOthers(body, "id", "key", "name", "description", "version", "enabled", "trigger", "conditions", "actions", "requires_approval");
        var key = (file.Text(body, "id", Automation.MaxKeyLength) ?? file.Text(body, "key", Automation.MaxKeyLength) ?? named)?.Value ?? stem;
        var trigger = body.Find("trigger")?.Value;
        var details = trigger as YamlMap ?? YamlMap.EmptyAt(trigger ?? body);
        file.WarnOfOthers(details, "event", "events", "conditions");
        var events = trigger is YamlMap ? [.. file.Texts(details, "event"), .. file.Texts(details, "events")] : file.Texts(body, "trigger");
        var automation = new Automation(key, file.Text(body, "name", MaxNameLength)?.Value ?? Titles.Of(key))
        {
            Description = file.Text(body, "description")?.Value.Trim(),
            Version = file.Text(body, "version", MaxNameLength)?.Value,
            Workflow = workflow,
            Enabled = file.Flag(body, "enabled", standard: true),
            Events = events,
            Conditions = [.. RuleReader.Conditions(file, details), .. RuleReader.Conditions(file, body)],
            Actions = RuleReader.Actions(file, body, "actions"),
        };
        var at = trigger ?? named ?? (YamlNode)body;
        var (place, hindrance) = file.Doubts > doubts ? (at, "it could not be read")
            : file.Flag(body, "requires_approval", standard: false) ? (body.Find("requires_approval")!.Value, "nobody can approve of its runs here")
            : events.Count == 0 ? (at, "it names no event")
            : !events.Any(Automation.KnownEvents.Contains) ? (at, $"there are no events '{string.Join(", ", events)}' here")
            : ((YamlNode?)null, (string?)null);
        if (place is not null)
            file.Warn(place, $"The automation {key} is kept and never run: {hindrance}.");
        else
            WarnOfEvents(file, at, key, events);
        return new(file, at, automation with { Hindrance = hindrance });
    }

    private static void WarnOfEvents(FileReading file, YamlNode at, string key, IReadOnlyList<string> events)
    {
        foreach (var unknown in events.Where(e => !Automation.KnownEvents.Contains(e)))
            file.Warn(at, $"The automation {key} waits for '{unknown}', which does not happen here.");
    }

    /// <summary>Every condition of an automation, those of its actions among them.</summary>
    public static IEnumerable<Condition> ConditionsOf(Automation automation) => automation.Conditions.Concat(automation.Actions.SelectMany(a => a.Conditions));
}
