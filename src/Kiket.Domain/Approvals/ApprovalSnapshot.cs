using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Approvals;

/// <summary>
/// An <see cref="Approval"/> as a host stores it.
/// </summary>
public sealed record ApprovalSnapshot : IAggregateSnapshot<long>
{
    /// <summary>Id in the host's store, positive; 0 before it has one.</summary>
    public required long Id { get; init; }

    /// <summary>The organization that owns it.</summary>
    public required OrganizationId OrganizationId { get; init; }

    /// <summary>The issue.</summary>
    public required IssueId IssueId { get; init; }

    /// <summary>Key of the state that the issue is to leave.</summary>
    public required StateKey From { get; init; }

    /// <summary>Key of the state that it is to enter.</summary>
    public required StateKey To { get; init; }

    /// <summary>The requirement, as of the request.</summary>
    public required ApprovalRequirement Requirement { get; init; }

    /// <summary>Its status.</summary>
    public required ApprovalStatus Status { get; init; }

    /// <summary>The user whose move requested it.</summary>
    public required UserId RequestedById { get; init; }

    /// <summary>The decisions.</summary>
    public required IReadOnlyList<ApprovalDecision> Decisions { get; init; }

    /// <summary>When it escalates if nobody has decided (UTC), or null for never.</summary>
    public DateTimeOffset? EscalatesAt { get; init; }

    /// <summary>When it escalated (UTC), or null. From then on project leads and administrators may decide as well.</summary>
    public DateTimeOffset? EscalatedAt { get; init; }

    /// <summary>When it was decided or closed (UTC), or null.</summary>
    public DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>Counts the changes from 1; a host saves only over the version that it loaded.</summary>
    public required int Version { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed (UTC).</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
