using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;

namespace Kiket.Domain.Workflows;

/// <summary>Something to do after a move or when a limit is reached. Carried out after the commit, never inside it.</summary>
/// <param name="Kind">What to do: <c>notify</c>, <c>assign</c>, <c>webhook</c>, <c>ext:…</c> and so on.</param>
/// <param name="Parameters">All other keys of the definition, unchanged.</param>
public sealed record WorkflowAction(string Kind, JsonElement Parameters)
{
    /// <summary>Conditions that must all hold when it runs.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];
}

/// <summary>
/// A limit on the time in a state, created by <see cref="Create"/>. A clock and a calendar say when it is reached.
/// </summary>
public sealed record SlaPolicy
{
    // A stored value was validated when it was created and is not validated again when it is loaded.
    [JsonConstructor]
    internal SlaPolicy(
        Condition? condition,
        TimeSpan? warning,
        TimeSpan? breach,
        bool businessHours,
        bool pauseOnState,
        IReadOnlyList<WorkflowAction> onWarning,
        IReadOnlyList<WorkflowAction> onBreach
    )
    {
        Condition = condition;
        Warning = warning;
        Breach = breach;
        BusinessHours = businessHours;
        PauseOnState = pauseOnState;
        OnWarning = onWarning;
        OnBreach = onBreach;
    }

    /// <summary>The longest limit: ten years.</summary>
    public static TimeSpan Longest { get; } = TimeSpan.FromDays(3653);

    /// <summary>The issues to which it applies; null for all to which no earlier policy of the state applies.</summary>
    public Condition? Condition { get; }

    /// <summary>Counted time in the state after which the limit is imminent, or null for no warning.</summary>
    /// <value>More than zero, at most <see cref="Breach"/>.</value>
    public TimeSpan? Warning { get; }

    /// <summary>Counted time in the state after which the limit is breached, or null for never.</summary>
    /// <value>More than zero, at most ten years.</value>
    public TimeSpan? Breach { get; }

    /// <summary>Whether only working hours count; else every instant does.</summary>
    public bool BusinessHours { get; }

    /// <summary>Whether time in this state does not count.</summary>
    public bool PauseOnState { get; }

    /// <summary>What to do when it is imminent.</summary>
    public IReadOnlyList<WorkflowAction> OnWarning { get; }

    /// <summary>What to do when it is breached.</summary>
    public IReadOnlyList<WorkflowAction> OnBreach { get; }

    /// <summary>Creates a limit.</summary>
    /// <param name="warning">Counted time until the warning: more than zero, not after the breach. By default none.</param>
    /// <param name="breach">Counted time until the breach: more than zero, at most ten years. By default it never comes.</param>
    /// <param name="businessHours">Whether only working hours count. By default every instant does.</param>
    /// <param name="pauseOnState">Whether time in the state does not count. By default it does.</param>
    /// <param name="condition">Which issues it holds for; by default all.</param>
    /// <param name="onWarning">What to do when it is imminent; by default nothing.</param>
    /// <param name="onBreach">What to do when it is breached; by default nothing.</param>
    /// <returns>The limit, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<SlaPolicy> Create(
        TimeSpan? warning = null,
        TimeSpan? breach = null,
        bool businessHours = false,
        bool pauseOnState = false,
        Condition? condition = null,
        IReadOnlyList<WorkflowAction>? onWarning = null,
        IReadOnlyList<WorkflowAction>? onBreach = null
    )
    {
        List<ErrorDetail> errors = [];
        if (warning <= TimeSpan.Zero || warning > Longest)
            errors.Add(new("warning", "The time until the warning must be more than zero and at most ten years."));
        if (breach <= TimeSpan.Zero || breach > Longest)
            errors.Add(new("breach", "The time until the breach must be more than zero and at most ten years."));
        if (errors.Count == 0 && warning > breach)
            errors.Add(new("warning", "The warning must come before the breach."));
        errors.AddRange(DefinitionRules.Validate(onWarning ?? [], "on_warning"));
        errors.AddRange(DefinitionRules.Validate(onBreach ?? [], "on_breach"));
        return errors.Count > 0
            ? Error.Validation(errors)
            : new SlaPolicy(condition, warning, breach, businessHours, pauseOnState, onWarning ?? [], onBreach ?? []);
    }
}

/// <summary>How many items of a checklist have to be done.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChecklistMode>))]
public enum ChecklistMode
{
    /// <summary>Every required item.</summary>
    All,

    /// <summary>At least one item.</summary>
    Any,
}

/// <summary>Who decides whether an item of a checklist is done.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ChecklistCheck>))]
public enum ChecklistCheck
{
    /// <summary>A person checks it.</summary>
    Manual,

    /// <summary>Its condition.</summary>
    Auto,
}

/// <summary>One item of a checklist.</summary>
/// <param name="Id">Unique in the checklist, 1 to 100 characters.</param>
/// <param name="Label">Display name.</param>
public sealed record ChecklistItem(string Id, string Label)
{
    /// <summary>Who decides whether it is done; a person by default.</summary>
    public ChecklistCheck Check { get; init; }

    /// <summary>Whether <see cref="ChecklistMode.All"/> asks for it; true by default.</summary>
    public bool Required { get; init; } = true;

    /// <summary>When an automatic item is done; without one it never is.</summary>
    public Condition? Condition { get; init; }
}

/// <summary>
/// The checklist of a state, as a workflow defines it. <see cref="ChecklistItemState"/> says which items are done.
/// </summary>
/// <param name="Id">Unique in the workflow, 1 to 100 characters; conditions name it.</param>
/// <param name="Title">Display name.</param>
public sealed record Checklist(string Id, string Title)
{
    /// <summary>Longest id of a checklist or an item, in characters.</summary>
    public const int MaxIdLength = 100;

    /// <summary>How many items have to be done; every required one by default.</summary>
    public ChecklistMode Mode { get; init; }

    /// <summary>The items in the order of the definition, each id once.</summary>
    public required IReadOnlyList<ChecklistItem> Items { get; init; }

    /// <summary>What to do once it is complete.</summary>
    public IReadOnlyList<WorkflowAction> OnComplete { get; init; } = [];
}

/// <summary>The kinds of approvers.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<ApproverKind>))]
public enum ApproverKind
{
    /// <summary>A role: of the organization, of the project, or of the project's team.</summary>
    Role,

    /// <summary>A user, by id or e-mail address.</summary>
    User,

    /// <summary>A part that the issue gives somebody: <c>assignee</c>, <c>reporter</c> or <c>lead</c>.</summary>
    Workflow,
}

/// <summary>Who may approve.</summary>
/// <param name="Kind">What names them.</param>
/// <param name="Identifier">The role, the user or the part.</param>
public sealed record Approver(ApproverKind Kind, string Identifier);

/// <summary>
/// One approval that a move needs, as a workflow defines it. <see cref="ApprovalVote"/> is one person's answer to it.
/// </summary>
/// <param name="Key">
/// Not blank, and unique among the requirements of a move; the same in every version that says the same.
/// </param>
/// <param name="Name">Its display name.</param>
public sealed record ApprovalRequirement(string Key, string Name)
{
    /// <summary>Most people who have to approve.</summary>
    public const int MaxRequired = 1000;

    /// <summary>Who may give it; empty, as by default, for everybody who works on the project.</summary>
    public IReadOnlyList<Approver> Approvers { get; init; } = [];

    /// <summary>How many different people have to approve.</summary>
    /// <value>1 to 1,000; 1 by default.</value>
    public int Required { get; init; } = 1;

    /// <summary>Requirements of a level count only once all lower levels are met.</summary>
    /// <value>0 or more; 0, the default, for those without a chain.</value>
    public int Level { get; init; }

    /// <summary>
    /// Requirements of one level with the same group are alternatives when <see cref="AnyOfGroup"/> says so; null for none.
    /// </summary>
    public string? Group { get; init; }

    /// <summary>Whether one requirement of the group is enough.</summary>
    public bool AnyOfGroup { get; init; }

    /// <summary>When it is needed at all; all must hold.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];

    /// <summary>After how long without an answer it escalates, or null for never.</summary>
    /// <value>More than zero, at most ten years.</value>
    public TimeSpan? Timeout { get; init; }

    /// <summary>The message to the approvers, or null.</summary>
    public string? Message { get; init; }

    /// <summary>The approval for a move that a guard wants to have approved, by those who manage the project.</summary>
    /// <param name="verdict">What the guard said.</param>
    internal static ApprovalRequirement Of(GuardVerdict verdict) =>
        new(verdict.ApprovalKey, verdict.Extension)
        {
            Approvers = [new(ApproverKind.Role, RoleNames.Manager)],
            Message = verdict.Message,
        };
}
