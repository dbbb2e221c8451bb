using Kiket.Domain.Common;

namespace Kiket.Domain.Users;

/// <summary>Who asks.</summary>
/// <param name="OrganizationId">The organization in whose name.</param>
/// <param name="UserId">The user.</param>
/// <param name="Role">The user's role in the organization.</param>
internal sealed record Actor(OrganizationId OrganizationId, UserId UserId, OrganizationRole Role)
{
    /// <summary>
    /// The only project that there is for the actor, an extension installed for it; null for all that their role shows.
    /// </summary>
    public ProjectId? OnlyProjectId { get; init; }

    /// <summary>Whether the actor administers the organization.</summary>
    public bool IsAdmin => Role is OrganizationRole.Admin;

    /// <summary>Whether there is no project of the organization that the actor does not see.</summary>
    public bool SeesEveryProject => IsAdmin && OnlyProjectId is null;
}
