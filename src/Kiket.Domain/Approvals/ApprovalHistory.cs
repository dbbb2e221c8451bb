using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Approvals;

/// <summary>Adds entries about approvals to the history of their issue.</summary>
internal static class ApprovalHistory
{
    /// <summary>Records that approvals of a move were requested.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="decision">The move and its missing approvals.</param>
    /// <param name="actorId">The user whose move requests them.</param>
    /// <param name="at">Instant of the request.</param>
    public static void RecordApprovalRequest(this Issue issue, MoveDecision decision, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(decision);
        var (transition, missing) = (decision.Transition, decision.MissingApprovals.Select(r => r.Key).ToList());
        issue.Record(
            IssueAction.ApprovalRequested,
            [.. missing.Select(key => Change(transition.To, key, null, "pending"))],
            null,
            actorId,
            at
        );
        issue.Raise(
            new ApprovalRequested(transition.From, transition.To)
            {
                Requirements = missing,
                ActorId = actorId,
                OccurredAt = at,
            }
        );
    }

    /// <summary>Records somebody's decision about an approval.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="approval">The approval, decided.</param>
    /// <param name="approved">What they decided.</param>
    /// <param name="comment">Why, or null.</param>
    /// <param name="actorId">Who decided.</param>
    /// <param name="at">Instant of the decision.</param>
    public static void RecordApproval(
        this Issue issue,
        Approval approval,
        bool approved,
        string? comment,
        UserId actorId,
        DateTimeOffset at
    )
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(approval);
        var (key, status) = (approval.Requirement.Key, WireName.Of(approval.Status));
        issue.Record(
            approved ? IssueAction.Approved : IssueAction.Rejected,
            [Change(approval.To, key, "pending", status)],
            comment,
            actorId,
            at
        );
        if (approval.Status is ApprovalStatus.Pending)
            return;
        issue.Raise(
            new ApprovalResolved(approval.From, approval.To)
            {
                ApprovalId = approval.Id,
                Requirement = key,
                Status = status,
                Comment = comment,
                ActorId = actorId,
                OccurredAt = at,
            }
        );
    }

    /// <summary>Records that nobody decided about an approval in time, so that those who manage the project may.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="approval">The approval, escalated.</param>
    /// <param name="actorId">The acting user.</param>
    /// <param name="at">Instant of the escalation.</param>
    public static void RecordEscalation(this Issue issue, Approval approval, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(approval);
        issue.Record(
            IssueAction.ApprovalEscalated,
            [Change(approval.To, approval.Requirement.Key, "pending", "escalated")],
            null,
            actorId,
            at
        );
    }

    private static FieldChange Change(StateKey to, string requirement, string? before, string after) =>
        new($"approvals.{to}.{requirement}", before, after);
}
