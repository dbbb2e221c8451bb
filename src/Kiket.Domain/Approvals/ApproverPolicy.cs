using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Approvals;

/// <summary>Somebody as approvals see them.</summary>
/// <param name="UserId">Their id.</param>
/// <param name="Email">Their address.</param>
public sealed record ApproverCandidate(UserId UserId, string Email)
{
    /// <summary>All their roles by name: of the organization, of the project and of its team.</summary>
    public required IReadOnlySet<string> Roles { get; init; }

    /// <summary>The parts that the issue gives them: <c>assignee</c>, <c>reporter</c>, <c>lead</c>.</summary>
    public required IReadOnlySet<string> Parts { get; init; }

    /// <summary>Whether they manage the project; false by default.</summary>
    public bool ManagesProject { get; init; }
}

/// <summary>Says who may decide about an approval.</summary>
public static class ApproverPolicy
{
    /// <summary>
    /// Whether somebody may decide: those named may; without names, everybody who works on the project; after an escalation,
    /// who manages it.
    /// </summary>
    /// <param name="approval">The approval.</param>
    /// <param name="candidate">Who wants to decide.</param>
    public static bool MayDecide(Approval approval, ApproverCandidate candidate)
    {
        ArgumentNullException.ThrowIfNull(approval);
        ArgumentNullException.ThrowIfNull(candidate);
        return approval.Requirement.Approvers.Count == 0
            || (approval.EscalatedAt is not null && candidate.ManagesProject)
            || approval.Requirement.Approvers.Any(a => IsNamed(a, candidate));
    }

    private static bool IsNamed(Approver approver, ApproverCandidate candidate) =>
        approver.Kind switch
        {
            ApproverKind.Role => candidate.Roles.Contains(approver.Identifier),
            ApproverKind.User => string.Equals(approver.Identifier, candidate.Email, StringComparison.OrdinalIgnoreCase)
                || approver.Identifier == candidate.UserId.ToString(),
            _ => candidate.Parts.Contains(approver.Identifier),
        };
}
