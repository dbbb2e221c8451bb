using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Application.Ports;

/// <summary>Data that changes with issues, in the same transaction.</summary>
internal interface IIssueFollower
{
    /// <summary>Updates the data after issues of one organization were changed and saved.</summary>
    /// <param name="actorId">Who changed them, or 0 for those who reported them.</param>
    Task FollowAsync(IReadOnlyList<ChangedIssue> issues, UserId actorId, CancellationToken ct);
}

/// <summary>An issue that was changed.</summary>
/// <param name="IsNew">Whether it is new.</param>
/// <param name="HasOtherWorkflow">Whether it now follows another workflow or another version of its workflow.</param>
internal sealed record ChangedIssue(Issue Issue, bool IsNew, bool HasOtherWorkflow);
