using Kiket.Domain.Common;

namespace Kiket.Domain.Users;

/// <summary>An offer to a user to sign in for the first time, good once.</summary>
internal sealed class Invitation : AggregateRoot<long>
{
    /// <summary>How long an invitation is good.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromDays(7);

    private Invitation() { }

    /// <summary>The invited user.</summary>
    public UserId UserId { get; private set; }

    /// <summary>SHA-256 of the invitation token, in lower-case hex.</summary>
    public string Hash { get; private set; } = "";

    /// <summary>When it expires (UTC).</summary>
    public DateTimeOffset ExpiresAt { get; private set; }

    /// <summary>When it was accepted (UTC), or null.</summary>
    public DateTimeOffset? AcceptedAt { get; private set; }

    /// <summary>Invites a user.</summary>
    /// <param name="user">The user.</param>
    /// <param name="secret">The generated invitation token.</param>
    /// <param name="at">Instant of the invitation.</param>
    public static Invitation For(User user, TokenSecret secret, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(user);
        ArgumentNullException.ThrowIfNull(secret);
        var invitation = new Invitation
        {
            OrganizationId = user.OrganizationId,
            UserId = user.Id,
            Hash = secret.Hash,
            ExpiresAt = (at + Lifetime).ToUniversalTime(),
        };
        invitation.Created(at);
        return invitation;
    }

    /// <summary>Uses the invitation up.</summary>
    /// <param name="at">Instant of acceptance.</param>
    /// <returns>Success, or <c>INVITATION_NOT_FOUND</c> when it was used or has expired.</returns>
    public Result Accept(DateTimeOffset at)
    {
        if (AcceptedAt is not null || at >= ExpiresAt)
            return UserErrors.InvitationNotFound;
        AcceptedAt = at.ToUniversalTime();
        Touch(at);
        return Result.Success;
    }
}
