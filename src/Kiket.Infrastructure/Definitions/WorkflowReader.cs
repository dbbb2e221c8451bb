using System.Text.RegularExpressions;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>A workflow as far as it could be read.</summary>
/// <param name="Definition">Null when the file is not valid.</param>
internal sealed record WorkflowDraft(FileReading File, YamlText Key, WorkflowDefinition? Definition)
{
    /// <summary>The position of each state, by key.</summary>
    public IReadOnlyDictionary<StateKey, YamlNode> States { get; init; } = new Dictionary<StateKey, YamlNode>();

    /// <summary>The position of each transition.</summary>
    public IReadOnlyDictionary<Transition, YamlNode> Transitions { get; init; } = new Dictionary<Transition, YamlNode>();

    /// <summary>Reports the findings of the checks at their positions.</summary>
    public void Check(ProjectSchema schema, IReadOnlySet<string>? roles)
    {
        var names = IssueFields.ConditionsOf(schema.CustomFields);
        foreach (var finding in Definition is null ? [] : WorkflowChecks.Find(Definition, names, roles))
        {
            var place =
                finding.Transition is { } transition ? Transitions[transition]
                : finding.State is { } state ? States[state]
                : Key;
            if (finding.Severity is FindingSeverity.Error)
                File.AddError(place, finding.Message);
            else
                File.Warn(place, finding.Message);
        }
    }
}

/// <summary>Reads a file of <c>.kiket/workflows</c> in both syntaxes (contract, section 19).</summary>
internal static partial class WorkflowReader
{
    public static WorkflowDraft? Read(FileReading file)
    {
        var root = file.Root(
            ["initial_state", "states", "transitions"],
            ["model_version", "workflow", "version", "name", "description"]
        );
        var (key, name, description, initial, version) = ReadHead(file, root);
        var states = ReadStates(file, root);
        var transitions = ReadTransitions(file, root, states, out var places);
        var initialKey = FindInitial(file, root, initial ?? file.Text(root, "initial_state"), states);
        if (key is null)
            return null;
        if (name is null || states.Count == 0 || initialKey is null || transitions is null || states.Any(s => !s.IsSound))
            return new(file, key, null);

        // A state of type initial excludes a second one, even if another state is named as the initial one.
        var isTaken = states.Any(s => s.Type is StateType.Initial);
        var left = transitions.Where(t => t.To != t.From).Select(t => t.From).ToHashSet();
        var finished = states.Select(s =>
            s.Finish(isInitial: s.State.Key == initialKey && !isTaken, isLeft: left.Contains(s.State.Key))
        );
        var made = WorkflowDefinition.Create(name, initialKey.Value, [.. finished], transitions, description?.Trim(), version);
        file.AddError(
            made.Error?.Details ?? [],
            (list, index) => list == "states" ? states[index].Key : places[transitions[index]],
            elsewhere: key
        );
        if (made.IsRefused)
            return new(file, key, null);
        return new(file, key, made.Value)
        {
            States = states.ToDictionary(s => s.State.Key, YamlNode (s) => s.Key),
            Transitions = places,
        };
    }

    private static (YamlText? Key, string? Name, string? Description, YamlText? Initial, string? Version) ReadHead(
        FileReading file,
        YamlMap root
    )
    {
        if (root.Find("workflow")?.Value is YamlText { IsNull: false, Value: not "" } shortForm)
        {
            var title = file.Text(root, "name", Workflow.MaxNameLength)?.Value ?? Titles.Of(shortForm.Value);
            return (
                CheckedKey(file, shortForm),
                title,
                file.Text(root, "description")?.Value,
                null,
                file.Text(root, "version", Workflow.MaxNameLength)?.Value
            );
        }

        if (root.Find("workflow") is null)
        {
            file.AddError(root, "The file has no workflow.");
            return default;
        }

        var head = file.Map(root, "workflow");
        file.RejectMisspelled(head, ["id", "initial_state"], ["name", "version", "description"]);
        foreach (var member in (string[])["version", "name", "description"])
        {
            if (root.Find(member) is { } stray)
                file.Warn(stray.Key, $"The key '{member}' is not known here; it belongs in workflow.");
        }

        var id = file.Required(head, "id", "The workflow", Workflow.MaxKeyLength);
        return (
            id is null ? null : CheckedKey(file, id),
            file.Required(head, "name", "The workflow", Workflow.MaxNameLength)?.Value,
            file.Text(head, "description")?.Value,
            file.Text(head, "initial_state"),
            file.Text(head, "version", Workflow.MaxNameLength)?.Value
        );
    }

    private static YamlText? CheckedKey(FileReading file, YamlText id)
    {
        if (id.Value.Length <= Workflow.MaxKeyLength && WorkflowKey().IsMatch(id.Value))
            return id;
        file.AddError(
            id,
            $"'{id.Shown}' is not a valid workflow id: a lower-case letter followed by lower-case letters, digits, "
                + $"_ and -, at most {Workflow.MaxKeyLength}."
        );
        return null;
    }

    private static List<StateDraft> ReadStates(FileReading file, YamlMap root)
    {
        List<StateDraft> states = [];
        HashSet<string> keys = new(StringComparer.OrdinalIgnoreCase);
        foreach (var (key, body) in file.Things(root, "states", "key", "name", "id"))
        {
            if (!State.IsKey(key.Value))
                file.AddError(
                    key,
                    $"'{key.Shown}' is not a valid state key: letters, digits, _, - and ., at most {State.MaxKeyLength}."
                );
            else if (!keys.Add(key.Value))
                file.AddError(key, $"The state '{key.Value}' is listed twice.");
            else
                states.Add(ReadState(file, key, body));
        }

        if (states.Count > WorkflowDefinition.MaxStates)
        {
            file.AddError(
                states[WorkflowDefinition.MaxStates].Key,
                $"A workflow can have at most {WorkflowDefinition.MaxStates} states."
            );
            return states[..WorkflowDefinition.MaxStates];
        }

        if (FileReading.IsEmpty(root, "states"))
            file.AddError(root.Find("states")?.Value ?? root, "The workflow has no states.");
        return states;
    }

    private static StateDraft ReadState(FileReading file, YamlText key, YamlMap body)
    {
        file.RejectUnknown(
            body,
            [
                "key",
                "id",
                "name",
                "label",
                "type",
                "category",
                "metadata",
                "description",
                "color",
                "icon",
                "wip_limit",
                "sla",
                "approval",
                "require_approval",
                "approval_chain",
                "conditions",
                "checklist",
                "auto_assign",
                "on_enter",
                "on_exit",
                "on_complete",
            ]
        );
        var metadata = file.Map(body, "metadata");
        file.WarnAboutUnknown(metadata, "label", "color", "icon", "description");
        var name = file.Text(body, "name", Workflow.MaxNameLength);
        var label = Either("label") ?? (name is null || ReferenceEquals(name, key) ? null : name.Value) ?? Titles.Of(key.Value);
        var type = Word<StateType>(file, body, "type", out var typeIsSound);
        var category = Word<StateCategory>(file, body, "category", out var categoryIsSound);
        return new(
            key,
            type,
            category,
            typeIsSound && categoryIsSound,
            new(new(key.Value), label, type ?? StateType.Active, category ?? StateCategory.Active)
            {
                Color = Either("color"),
                Icon = Either("icon"),
                Description = Either("description")?.Trim(),
                WipLimit = file.WholeNumber(body, "wip_limit") is { } limit and > 0 ? limit : null,
                Sla = RuleReader.Sla(file, body),
                Conditions = RuleReader.Conditions(file, body),
                Approvals = RuleReader.StateApprovals(file, body, label),
                Checklist = RuleReader.Checklist(file, body),
                OnEnter = [.. RuleReader.AutoAssign(file, body), .. RuleReader.Actions(file, body, "on_enter")],
                OnExit = RuleReader.Actions(file, body, "on_exit"),
                OnComplete = RuleReader.Actions(file, body, "on_complete"),
            }
        );

        string? Either(string member) => (file.Text(metadata, member) ?? file.Text(body, member))?.Value;
    }

    /// <summary>The transitions, or null when one is not valid.</summary>
    private static List<Transition>? ReadTransitions(
        FileReading file,
        YamlMap root,
        List<StateDraft> states,
        out Dictionary<Transition, YamlNode> places
    )
    {
        List<Transition> transitions = [];
        places = new(ReferenceEqualityComparer.Instance); // two equal transitions have different positions
        var items = file.List(root, "transitions");
        var isSound = items.Count <= WorkflowDefinition.MaxTransitions;
        if (!isSound)
            file.AddError(
                items[WorkflowDefinition.MaxTransitions],
                $"A workflow can have at most {WorkflowDefinition.MaxTransitions} transitions."
            );
        foreach (var item in items.Take(WorkflowDefinition.MaxTransitions))
        {
            var body = file.MapOf(item, "A transition");
            file.RejectUnknown(
                body,
                [
                    "from",
                    "to",
                    "name",
                    "description",
                    "conditions",
                    "require_approval",
                    "approval_chain",
                    "metadata",
                    "comment_required",
                ],
                ["label", "icon", "color", "id", "key"]
            );
            var (from, to) = (End(body, "from"), End(body, "to"));
            if (from is { } left && to is { } entered)
                Add(ReadTransition(file, body, left, entered), item, places);
            else
                isSound = false;
        }

        return isSound ? transitions : null;

        void Add(Transition transition, YamlNode at, Dictionary<Transition, YamlNode> places)
        {
            transitions.Add(transition);
            places[transition] = at;
        }

        StateKey? End(YamlMap transition, string member)
        {
            if (file.Required(transition, member, "The transition", int.MaxValue) is not { } end)
                return null;
            var state = states.FirstOrDefault(s => string.Equals(s.Key.Value, end.Value, StringComparison.OrdinalIgnoreCase));
            if (state is null)
                file.AddError(end, $"The transition goes {member} '{end.Shown}', which is not a state of this workflow.");
            return state?.State.Key;
        }
    }

    private static Transition ReadTransition(FileReading file, YamlMap body, StateKey from, StateKey to)
    {
        var metadata = file.Map(body, "metadata");
        file.RejectMisspelled(metadata, ["requires_fields", "comment_required"]);
        return new(from, to, file.Text(body, "name", Workflow.MaxNameLength)?.Value, file.Text(body, "description")?.Value.Trim())
        {
            Conditions = RuleReader.Conditions(file, body),
            Approvals = RuleReader.TransitionApprovals(file, body),
            RequiresFields = file.Texts(metadata, "requires_fields"),
            CommentRequired = file.Flag(metadata, "comment_required", file.Flag(body, "comment_required", standard: false)),
        };
    }

    private static StateKey? FindInitial(FileReading file, YamlMap root, YamlText? named, List<StateDraft> states)
    {
        if (named is not null)
        {
            var state = states.FirstOrDefault(s => string.Equals(s.Key.Value, named.Value, StringComparison.OrdinalIgnoreCase));
            if (state is null)
                file.AddError(named, $"The initial state '{named.Shown}' is not a state of this workflow.");
            return state?.State.Key;
        }

        var initial = states.Where(s => s.Type is StateType.Initial).ToList();
        foreach (var second in initial.Skip(1))
            file.AddError(second.Key, $"The states '{initial[0].Key.Value}' and '{second.Key.Value}' are both of type initial.");
        if (initial.Count == 0 && states is [{ Type: not null }, ..]) // a first state without a type becomes the initial one
        {
            file.Reject(
                root.Find("states")!.Key,
                $"The workflow has no initial state: no state has the type initial, and initial_state is missing. "
                    + $"'{states[0].Key.Value}' is the first state."
            );
        }

        return initial.Count > 1 ? null : (initial.FirstOrDefault() ?? states.FirstOrDefault())?.State.Key;
    }

    private static T? Word<T>(FileReading file, YamlMap body, string member, out bool isSound)
        where T : struct, Enum
    {
        var text = file.Text(body, member);
        isSound = text is null || WireName.TryParse(text.Value, out T _);
        if (!isSound)
            file.AddError(text!, $"'{text!.Shown}' is not a valid state {member}; use {string.Join(", ", WireName.All<T>())}.");
        return WireName.TryParse(text?.Value, out T value) ? value : null;
    }

    [GeneratedRegex("^[a-z][a-z0-9_-]*\\z")]
    private static partial Regex WorkflowKey();

    /// <param name="State">The state, with defaults for a missing type and category.</param>
    private sealed record StateDraft(YamlText Key, StateType? Type, StateCategory? Category, bool IsSound, State State)
    {
        public State Finish(bool isInitial, bool isLeft)
        {
            var type =
                Type
                ?? (
                    isInitial ? StateType.Initial
                    : isLeft ? StateType.Active
                    : StateType.Final
                );
            var category =
                Category
                ?? type switch
                {
                    StateType.Initial => StateCategory.Pending,
                    StateType.Final => StateCategory.Completed,
                    _ => StateCategory.Active,
                };
            return State with { Type = type, Category = category };
        }
    }
}
