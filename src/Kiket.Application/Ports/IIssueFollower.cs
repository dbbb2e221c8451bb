using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Application.Ports;

/// <summary>Data that changes with issues, in the same transaction.</summary>
internal interface IIssueFollower
{
    /// <summary>Follows changed issues of one organization, which were saved.</summary>
    /// <param name="actorId">Who changed them, or 0 for those who reported them.</param>
    Task FollowAsync(IReadOnlyList<ChangedIssue> issues, UserId actorId, CancellationToken ct);
}

/// <summary>An issue that was changed.</summary>
/// <param name="IsNew">Whether it was opened.</param>
/// <param name="HasOtherWorkflow">Whether it follows another workflow, or another version of its own, than before.</param>
internal sealed record ChangedIssue(Issue Issue, bool IsNew, bool HasOtherWorkflow);
