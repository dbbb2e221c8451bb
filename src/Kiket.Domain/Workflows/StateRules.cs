using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;

namespace Kiket.Domain.Workflows;

/// <summary>Something to do after a move or when a limit is reached. Carried out after the commit, never inside it.</summary>
/// <param name="Kind">What to do: <c>notify</c>, <c>assign</c>, <c>webhook</c>, <c>ext:…</c> and so on.</param>
/// <param name="Parameters">All other keys of the definition, to the letter.</param>
public sealed record WorkflowAction(string Kind, JsonElement Parameters)
{
    /// <summary>What must hold when it runs; all must.</summary>
    public IReadOnlyList<Condition> Conditions { get; init; } = [];
}

/// <summary>A limit on the time in a state. Source: contract, section 16.</summary>
/// <param name="Condition">Which issues it holds for; null for all that no earlier policy of the state holds for.</param>
/// <param name="Warning">Time in the state after which the limit is imminent, or null.</param>
/// <param name="Breach">Time in the state after which the limit is breached.</param>
/// <param name="BusinessHours">Whether only working hours count.</param>
/// <param name="PauseOnState">Whether time in this state does not count.</param>
/// <param name="OnWarning">What to do when it is imminent.</param>
/// <param name="OnBreach">What to do when it is breached.</param>
public sealed record SlaPolicy(
    Condition? Condition,
    TimeSpan? Warning,
    TimeSpan? Breach,
    bool BusinessHours,
    bool PauseOnState,
    IReadOnlyList<WorkflowAction> OnWarning,
    IReadOnlyList<WorkflowAction> OnBreach
);

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
/// <param name="Id">Unique in the checklist.</param>
/// <param name="Label">Display name.</param>
/// <param name="Check">Who decides.</param>
/// <param name="Required">Whether <see cref="ChecklistMode.All"/> asks for it.</param>
/// <param name="Condition">When an automatic item is done.</param>
public sealed record ChecklistItem(string Id, string Label, ChecklistCheck Check, bool Required, Condition? Condition);

/// <summary>What has to be done in a state.</summary>
/// <param name="Id">Unique in the workflow; conditions name it.</param>
/// <param name="Title">Display name.</param>
/// <param name="Mode">How many items have to be done.</param>
/// <param name="Items">The items in the order of the definition.</param>
/// <param name="OnComplete">What to do once it is complete.</param>
public sealed record Checklist(
    string Id,
    string Title,
    ChecklistMode Mode,
    IReadOnlyList<ChecklistItem> Items,
    IReadOnlyList<WorkflowAction> OnComplete
)
{
    /// <summary>Longest id of a checklist or an item, in characters.</summary>
    public const int MaxIdLength = 100;
}

/// <summary>What names an approver.</summary>
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

/// <summary>One approval that a move needs.</summary>
/// <param name="Key">Unique among the requirements of a move; the same in every version that says the same.</param>
/// <param name="Name">What people call it.</param>
/// <param name="Approvers">Who may give it; empty for everybody who works on the project.</param>
/// <param name="Required">How many different people must approve.</param>
/// <param name="Level">Requirements of a level count only once all lower levels are met; 0 for those without a chain.</param>
/// <param name="Group">
/// Requirements of one level with the same group are alternatives when <paramref name="AnyOfGroup"/> says so; null for none.
/// </param>
/// <param name="AnyOfGroup">Whether one requirement of the group is enough.</param>
/// <param name="Conditions">When it is needed at all; all must hold.</param>
/// <param name="Timeout">After how long without an answer it escalates, or null for never.</param>
/// <param name="Message">What approvers are told, or null.</param>
public sealed record ApprovalRequirement(
    string Key,
    string Name,
    IReadOnlyList<Approver> Approvers,
    int Required,
    int Level,
    string? Group,
    bool AnyOfGroup,
    IReadOnlyList<Condition> Conditions,
    TimeSpan? Timeout,
    string? Message
)
{
    /// <summary>The approval that lets a move through which a guard wants approved. Who manages the project gives it.</summary>
    /// <param name="verdict">What the guard said.</param>
    internal static ApprovalRequirement Of(GuardVerdict verdict) =>
        new(
            verdict.ApprovalKey,
            verdict.Extension,
            [new(ApproverKind.Role, RoleNames.Manager)],
            1,
            0,
            null,
            false,
            [],
            null,
            verdict.Message
        );
}
