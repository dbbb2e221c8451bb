using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Workflows;

/// <summary>The role of a state. For boards and statistics, see <see cref="StateCategory"/>.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StateType>))]
public enum StateType
{
    /// <summary>Where issues begin.</summary>
    Initial,

    /// <summary>Where work goes on.</summary>
    Active,

    /// <summary>Where issues end.</summary>
    Final,

    /// <summary>Where issues are gathered before work goes on.</summary>
    Gateway,

    /// <summary>Where work is started from outside.</summary>
    Trigger,
}

/// <summary>The progress of work in a state, for boards and statistics.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<StateCategory>))]
public enum StateCategory
{
    /// <summary>Not begun.</summary>
    Pending,

    /// <summary>Begun.</summary>
    Active,

    /// <summary>Begun; another word for <see cref="Active"/> in some definitions.</summary>
    InProgress,

    /// <summary>Being looked at.</summary>
    Review,

    /// <summary>Held up.</summary>
    Blocked,

    /// <summary>Over.</summary>
    Completed,
}

/// <summary>One state of a workflow.</summary>
/// <param name="Key">
/// Unique in the workflow, upper and lower case alike: 1 to 64 letters, digits, _, - and dots, not beginning with - or a dot.
/// </param>
/// <param name="Label">Display name.</param>
/// <param name="Type">What part it plays.</param>
/// <param name="Category">How far work in it is.</param>
public sealed record State(StateKey Key, string Label, StateType Type, StateCategory Category)
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxKeyLength = 64;

    /// <summary>Whether a text is the key of a state: a letter, a digit or _, then those, - and dots; at most 64.</summary>
    internal static bool IsKey(string? text) =>
        text is { Length: > 0 and <= MaxKeyLength }
        && text[0] is not ('-' or '.')
        && text.All(c => char.IsAsciiLetterOrDigit(c) || c is '_' or '-' or '.');

    /// <summary>Name of a colour, or null.</summary>
    public string? Color { get; init; }

    /// <summary>Name of an icon, or an emoji, or null.</summary>
    public string? Icon { get; init; }

    /// <summary>What the state means, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Most issues of a project that may be in the state at once.</summary>
    /// <value>1 or more, or null for no limit.</value>
    public int? WipLimit { get; init; }

    /// <summary>Limits on the time in the state; the first whose condition holds counts.</summary>
    public IReadOnlyList<SlaPolicy> Sla { get; init; } = [];

    /// <summary>Conditions on an issue that enters.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>
    /// What must be approved before an issue goes on, to a state further down the definition; going back is free.
    /// </summary>
    public IReadOnlyList<ApprovalRequirement> Approvals { get; init; } = [];

    /// <summary>What has to be done in the state, or null.</summary>
    public Checklist? Checklist { get; init; }

    /// <summary>What to do after an issue entered.</summary>
    public IReadOnlyList<WorkflowAction> OnEnter { get; init; } = [];

    /// <summary>What to do after an issue left.</summary>
    public IReadOnlyList<WorkflowAction> OnExit { get; init; } = [];

    /// <summary>What to do after an issue entered the state and its checklist, if there is one, is complete.</summary>
    public IReadOnlyList<WorkflowAction> OnComplete { get; init; } = [];

    /// <summary>Whether issues end here.</summary>
    public bool IsFinal => Type is StateType.Final;
}

/// <summary>A declared transition between two states.</summary>
/// <param name="From">Key of the state that it leaves.</param>
/// <param name="To">Key of the state that it enters.</param>
/// <param name="Name">Its display name, or null.</param>
/// <param name="Description">When to take it, or null.</param>
public sealed record Transition(StateKey From, StateKey To, string? Name, string? Description)
{
    /// <summary>What must hold.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>What must be approved.</summary>
    public IReadOnlyList<ApprovalRequirement> Approvals { get; init; } = [];

    /// <summary>The fields that must have a value.</summary>
    public IReadOnlyList<string> RequiresFields { get; init; } = [];

    /// <summary>Whether the actor must say why.</summary>
    public bool CommentRequired { get; init; }
}

/// <summary>
/// How work moves: states and the declared transitions between them. Created by <see cref="Create"/>, so that every definition is
/// valid. <see cref="Workflow"/> is one published version of it in a project.
/// </summary>
public sealed record WorkflowDefinition
{
    /// <summary>Longest name, in characters.</summary>
    public const int MaxNameLength = 200;

    /// <summary>Most states.</summary>
    public const int MaxStates = 500;

    /// <summary>Most transitions.</summary>
    public const int MaxTransitions = 5000;

    // A stored value was validated when it was created and is not validated again when it is loaded.
    [JsonConstructor]
    internal WorkflowDefinition(
        string name,
        string? description,
        StateKey initialState,
        IReadOnlyList<State> states,
        IReadOnlyList<Transition> transitions
    )
    {
        Name = name;
        Description = description;
        InitialState = initialState;
        States = states;
        Transitions = transitions;
    }

    /// <summary>Display name.</summary>
    /// <value>1 to 200 characters.</value>
    public string Name { get; internal init; }

    /// <summary>What it is for, or null.</summary>
    public string? Description { get; internal init; }

    /// <summary>Key of the state in which issues begin.</summary>
    public StateKey InitialState { get; internal init; }

    /// <summary>The states, 1 to 500, in the order of the definition.</summary>
    public IReadOnlyList<State> States { get; internal init; }

    /// <summary>The transitions, at most 5,000, in the order of the definition.</summary>
    public IReadOnlyList<Transition> Transitions { get; internal init; }

    /// <summary>What its author calls this version, or null; versions are counted by <see cref="Workflow.Revision"/>.</summary>
    [JsonInclude]
    public string? Version { get; internal init; }

    /// <summary>Creates a definition.</summary>
    /// <param name="name">Display name, 1 to 200 characters.</param>
    /// <param name="initialState">Key of the state in which issues begin.</param>
    /// <param name="states">The states, 1 to 500, each key once.</param>
    /// <param name="transitions">The transitions, at most 5,000; each begins and ends at one of the states.</param>
    /// <param name="description">What it is for, or null.</param>
    /// <param name="version">What its author calls this version, or null.</param>
    /// <returns>
    /// The definition, or <c>VALIDATION_ERROR</c> with every error, each at its place:
    /// <c>states[2].wip_limit</c>.
    /// </returns>
    public static Result<WorkflowDefinition> Create(
        string name,
        StateKey initialState,
        IReadOnlyList<State> states,
        IReadOnlyList<Transition> transitions,
        string? description = null,
        string? version = null
    )
    {
        var errors = DefinitionRules.Validate(name, initialState, states, transitions);
        return errors.Count > 0
            ? Error.Validation(errors)
            : new WorkflowDefinition(name, description, initialState, [.. states], [.. transitions]) { Version = version };
    }

    /// <summary>The workflow of a project without definitions: backlog, in progress, review, done.</summary>
    public static WorkflowDefinition BuiltIn { get; } =
        new(
            "Default",
            "Backlog, in progress, review, done.",
            new("backlog"),
            [
                new(new("backlog"), "Backlog", StateType.Initial, StateCategory.Pending) { Color = "secondary" },
                new(new("in_progress"), "In Progress", StateType.Active, StateCategory.InProgress) { Color = "primary" },
                new(new("review"), "Review", StateType.Active, StateCategory.Review) { Color = "warning" },
                new(new("done"), "Done", StateType.Final, StateCategory.Completed) { Color = "success" },
            ],
            [
                new(new("backlog"), new("in_progress"), "Start Work", null),
                new(new("in_progress"), new("backlog"), "Park", null),
                new(new("in_progress"), new("review"), "Ready for Review", null),
                new(new("review"), new("in_progress"), "Requires Changes", null),
                new(new("review"), new("done"), "Approve", null),
                new(new("done"), new("in_progress"), "Reopen", null),
            ]
        );

    /// <summary>The state with a key, case-insensitive, or null.</summary>
    /// <param name="key">The key.</param>
    public State? FindState(StateKey key) =>
        States.FirstOrDefault(s => string.Equals(s.Key.Value, key.Value, StringComparison.OrdinalIgnoreCase));

    /// <summary>The checklist with an id, or null.</summary>
    /// <param name="id">The id.</param>
    public Checklist? FindChecklist(string id)
    {
        ArgumentNullException.ThrowIfNull(id);
        return States.FirstOrDefault(s => s.Checklist?.Id == id)?.Checklist;
    }

    /// <summary>
    /// The checklists that a transition reopens: for a transition that goes back, those of all states after its target, in the
    /// order of the definition.
    /// </summary>
    /// <param name="transition">One of the transitions.</param>
    /// <returns>The ids of the checklists; none for a transition that goes on.</returns>
    /// <exception cref="ArgumentException">The transition is not one of the workflow's.</exception>
    public IReadOnlyList<string> ChecklistsReopenedBy(Transition transition)
    {
        transition = Own(transition);
        var keys = States.Select(s => s.Key).ToList();
        var target = keys.IndexOf(transition.To);
        return target > keys.IndexOf(transition.From)
            ? []
            : [.. States.Skip(target + 1).Select(s => s.Checklist?.Id).OfType<string>()];
    }

    /// <summary>
    /// What must be approved for a transition: its own requirements, and those of the state it leaves when it goes on from
    /// there.
    /// </summary>
    /// <param name="transition">One of the transitions.</param>
    /// <exception cref="ArgumentException">The transition is not one of the workflow's.</exception>
    public IEnumerable<ApprovalRequirement> ApprovalsOf(Transition transition)
    {
        transition = Own(transition);
        var goesOn = IndexOf(transition.To) > IndexOf(transition.From);
        return goesOn ? transition.Approvals.Concat(FindState(transition.From)!.Approvals) : transition.Approvals;
    }

    /// <summary>The workflow's own form of a transition, which its states and its name identify.</summary>
    /// <param name="transition">The transition, perhaps of another copy of the definition.</param>
    internal Transition Own(Transition transition)
    {
        ArgumentNullException.ThrowIfNull(transition);
        if (Transitions.Contains(transition))
            return transition;
        return Transitions.FirstOrDefault(t => t.From == transition.From && t.To == transition.To && t.Name == transition.Name)
            ?? throw new ArgumentException(
                $"The workflow has no such transition from '{transition.From}' to '{transition.To}'.",
                nameof(transition)
            );
    }

    private int IndexOf(StateKey key)
    {
        for (var i = 0; i < States.Count; i++)
        {
            if (States[i].Key == key)
                return i;
        }

        return -1;
    }

    /// <summary>The transitions that leave a state.</summary>
    /// <param name="state">Key of the state.</param>
    public IEnumerable<Transition> From(StateKey state) => Transitions.Where(t => t.From == state);

    /// <summary>The transition from a state that a caller names by its target state or by its own name.</summary>
    /// <param name="from">Key of the state that is left.</param>
    /// <param name="target">Key of the target state, or the transition's name; upper and lower case alike.</param>
    public Transition? FindTransition(StateKey from, string target)
    {
        ArgumentNullException.ThrowIfNull(target);
        return From(from).FirstOrDefault(t => string.Equals(t.To.Value, target, StringComparison.OrdinalIgnoreCase))
            ?? From(from).FirstOrDefault(t => string.Equals(t.Name, target, StringComparison.OrdinalIgnoreCase));
    }
}
