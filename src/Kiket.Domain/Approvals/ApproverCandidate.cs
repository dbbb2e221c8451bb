using Kiket.Domain.Common;

namespace Kiket.Domain.Approvals;

/// <summary>A user as seen by approvals.</summary>
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
