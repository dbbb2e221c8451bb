using System.Collections.Frozen;

namespace Kiket.Domain.Common;

/// <summary>The public names of events, to which subscribers refer and which never change.</summary>
/// <remarks>Source: contract, section 15.1; aliases: decisions, 37.</remarks>
internal static class EventNames
{
    /// <summary>An issue was opened.</summary>
    public const string IssueCreated = "issue.created";

    /// <summary>Fields of an issue were changed.</summary>
    public const string IssueUpdated = "issue.updated";

    /// <summary>An issue went along a transition.</summary>
    public const string IssueStatusChanged = "issue.status_changed";

    /// <summary>An issue was given to somebody.</summary>
    public const string IssueAssigned = "issue.assigned";

    /// <summary>An issue entered a final state.</summary>
    public const string IssueClosed = "issue.closed";

    /// <summary>An issue was deleted.</summary>
    public const string IssueDeleted = "issue.deleted";

    /// <summary>Somebody wrote a comment.</summary>
    public const string CommentCreated = "comment.created";

    /// <summary>Somebody changed a comment.</summary>
    public const string CommentUpdated = "comment.updated";

    /// <summary>Somebody deleted a comment.</summary>
    public const string CommentDeleted = "comment.deleted";

    /// <summary>An extension triggered an action of a workflow.</summary>
    public const string WorkflowTriggered = "workflow.triggered";

    /// <summary>The state of an issue's service level changed.</summary>
    public const string WorkflowSlaStatus = "workflow.sla_status";

    /// <summary>An issue is about to go along a transition.</summary>
    public const string WorkflowBeforeTransition = "workflow.before_transition";

    /// <summary>A project was changed.</summary>
    public const string ProjectUpdated = "project.updated";

    /// <summary>A move waits for somebody's approval.</summary>
    public const string ApprovalRequested = "workflow.approval.requested";

    /// <summary>An approval was given or refused.</summary>
    public const string ApprovalResolved = "workflow.approval.resolved";

    private static readonly FrozenDictionary<string, string> Aliases = new Dictionary<string, string>
    {
        ["issue.transitioned"] = IssueStatusChanged,
        ["issue.commented"] = CommentCreated,
        [SlaBreach] = WorkflowSlaStatus,
    }.ToFrozenDictionary(StringComparer.Ordinal);

    private const string SlaBreach = "workflow.sla_breach";
    private const string Breached = "breached";

    /// <summary>Every name of an event, without the aliases.</summary>
    public static IReadOnlyList<string> All { get; } =
    [
        IssueCreated,
        IssueUpdated,
        IssueStatusChanged,
        IssueAssigned,
        IssueClosed,
        IssueDeleted,
        CommentCreated,
        CommentUpdated,
        CommentDeleted,
        WorkflowTriggered,
        WorkflowSlaStatus,
        WorkflowBeforeTransition,
        ProjectUpdated,
        ApprovalRequested,
        ApprovalResolved,
    ];

    /// <summary>Names in Kiket's documentation for events that never occur on this server.</summary>
    public static IReadOnlyList<string> Elsewhere { get; } =
    [
        "workflow.after_transition",
        "workflow.synced",
        "workflow.issue.transitioned",
        "workflow.issue.assignment.updated",
        "board.generated",
        "analytics.metric_alert",
        "extension.installation",
        "extension.delivery.started",
        "extension.delivery.completed",
        "extension.delivery.failed",
        "marketplace.installation.created",
    ];

    /// <summary>Every name that a subscriber may ask for: the events and their aliases.</summary>
    public static IReadOnlyList<string> Subscribable { get; } = [.. All, .. Aliases.Keys.Order(StringComparer.Ordinal)];

    /// <summary>The event that a name means.</summary>
    /// <param name="nameOrAlias">A name or an alias.</param>
    /// <returns>The event's own name, or null when there is none.</returns>
    public static string? Resolve(string nameOrAlias) =>
        Aliases.GetValueOrDefault(nameOrAlias) ?? (All.Contains(nameOrAlias) ? nameOrAlias : null);

    /// <summary>Whether a subscriber who asked for a name gets an event.</summary>
    /// <param name="nameOrAlias">A name or an alias; <c>workflow.sla_breach</c> gets breaches only.</param>
    /// <param name="name">The event's own name.</param>
    /// <param name="to">The target state of the event, if any.</param>
    public static bool Matches(string nameOrAlias, string name, string? to) =>
        Resolve(nameOrAlias) == name && (nameOrAlias != SlaBreach || to == Breached);
}
