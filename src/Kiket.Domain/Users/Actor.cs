namespace Kiket.Domain.Users;

/// <summary>Who asks.</summary>
/// <param name="OrganizationId">The organization in whose name.</param>
/// <param name="UserId">The user.</param>
/// <param name="Role">The user's role in the organization.</param>
public sealed record Actor(long OrganizationId, long UserId, OrganizationRole Role)
{
    /// <summary>Whether the actor administers the organization.</summary>
    public bool IsAdmin => Role is OrganizationRole.Admin;
}
