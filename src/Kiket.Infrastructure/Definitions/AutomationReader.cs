using Kiket.Domain.Actions;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>An automation and its position.</summary>
internal sealed record AutomationDraft(FileReading File, YamlNode At, Automation Automation);

/// <summary>
/// Reads <c>automations/*.yaml</c> and a workflow's <c>automation_recipes</c>. An automation that could never run is an error,
/// because nobody would notice. Known features that this server lacks, such as schedules, are kept with a warning, as is
/// everything in a file that is read leniently.
/// </summary>
internal static class AutomationReader
{
    private const int MaxAutomations = 500;
    private const int MaxNameLength = 200;

    /// <summary>Triggers of published packs that never occur on this server.</summary>
    public static IReadOnlyList<string> Unavailable { get; } = ["schedule", .. EventNames.Elsewhere];

    /// <param name="stem">Name of the file, which names an automation without a key.</param>
    /// <param name="workflow">Key of the workflow whose issues they are for, or null for all.</param>
    public static IReadOnlyList<AutomationDraft> Read(FileReading strict, string stem, string? workflow)
    {
        var file = strict.IsStrict ? strict : strict.AsTolerant();
        string[] single = ["automation", "recipe", "automation_recipe"];
        string[] several = ["automations", "recipes", "automation_recipes"];
        var root = file.Root(["model_version", .. single, .. several]);
        List<AutomationDraft> drafts = [];
        foreach (var entry in root.Entries.Where(e => single.Contains(e.Key.Value)))
            drafts.Add(ReadOne(file, null, file.MapOf(entry.Value, entry.Key.Value), stem, workflow));
        foreach (var entry in root.Entries.Where(e => several.Contains(e.Key.Value)))
            drafts.AddRange(
                file.Things(root, entry.Key.Value, "id", "key", "name").Select(t => ReadOne(file, t.Key, t.Thing, stem, workflow))
            );
        if (drafts.Count == 0)
            file.Reject(root, "The file has no automation.");
        if (drafts.Count > MaxAutomations)
            file.Reject(
                drafts[MaxAutomations].At,
                $"A file can have at most {MaxAutomations} automations; the others are kept but ignored."
            );
        return drafts.Count > MaxAutomations ? drafts[..MaxAutomations] : drafts;
    }

    private static AutomationDraft ReadOne(FileReading file, YamlText? named, YamlMap body, string stem, string? workflow)
    {
        var toleratedBefore = file.ToleratedErrors;
        file.RejectUnknown(
            body,
            ["id", "key", "name", "description", "version", "enabled", "trigger", "conditions", "actions", "requires_approval"],
            ["metadata", "query", "category", "tags", "author"]
        );
        var key =
            (file.Text(body, "id", Automation.MaxKeyLength) ?? file.Text(body, "key", Automation.MaxKeyLength) ?? named)?.Value
            ?? stem;
        var trigger = body.Find("trigger")?.Value;
        var details = trigger as YamlMap ?? YamlMap.EmptyAt(trigger ?? body);
        file.RejectUnknown(details, ["event", "events", "conditions"], ["cron", "schedule", "timezone"]);
        var events =
            trigger is YamlMap
                ? [.. file.Texts(details, "event"), .. file.Texts(details, "events")]
                : file.Texts(body, "trigger");
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
        var unknown = events.Where(e => !Automation.KnownEvents.Contains(e)).ToList();
        foreach (var mistaken in unknown.Where(e => !Unavailable.Contains(e)))
            file.Reject(
                at,
                $"The automation {key} listens for '{mistaken}', which is not an event of this server{Suggestion(mistaken)}"
            );
        var (place, hindrance) =
            file.ToleratedErrors > toleratedBefore ? (at, "it could not be read")
            : file.Flag(body, "requires_approval", standard: false)
                ? (body.Find("requires_approval")!.Value, "its runs cannot be approved here")
            : body.Find("query") is { } query && unknown.Count < events.Count
                ? (query.Key, "issues cannot be selected by a query here")
            : events.Count == 0 ? (at, "it names no event")
            : unknown.Count == events.Count ? (at, $"this server has no events '{string.Join(", ", events)}'")
            : ((YamlNode?)null, (string?)null);
        if (place is null)
        {
            foreach (var unavailable in unknown.Where(Unavailable.Contains))
                file.Warn(at, $"The automation {key} listens for '{unavailable}', which is not an event of this server.");
        }
        else if (events.Count == 0)
        {
            file.Reject(place, $"The automation {key} is kept but never runs: {hindrance}.");
        }
        else if (!unknown.Exists(e => !Unavailable.Contains(e)))
        {
            file.Warn(place, $"The automation {key} is kept but never runs: {hindrance}.");
        }

        return new(file, at, automation with { Hindrance = hindrance });
    }

    private static string Suggestion(string mistaken) =>
        Spelling.Nearest(mistaken, [.. Automation.KnownEvents]) is { } meant ? $"; {Spelling.Ask(meant)}" : ".";

    /// <summary>Every condition of an automation, including those of its actions.</summary>
    public static IEnumerable<Condition> ConditionsOf(Automation automation) =>
        automation.Conditions.Concat(automation.Actions.SelectMany(a => a.Conditions));
}
