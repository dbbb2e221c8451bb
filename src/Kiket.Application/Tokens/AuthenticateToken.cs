using System.Net;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>Finds out whom a bearer token speaks for, and notes that it was used.</summary>
/// <param name="Address">The caller's address; a token that is restricted to networks is refused elsewhere.</param>
internal sealed record AuthenticateTokenQuery(string Token, IPAddress? Address = null) : IQuery<Result<SignedIn>>;

/// <param name="Scopes">The scopes of the token; empty means everything.</param>
/// <param name="Credential">The name under which the token's requests are counted.</param>
/// <param name="LimitRequests">Requests that it may make in a window, or null for the default.</param>
/// <param name="LimitWindowSeconds">Length of that window, or null for the default.</param>
internal sealed record SignedIn(
    Actor Actor,
    string Name,
    IReadOnlyList<string> Scopes,
    string Credential,
    int? LimitRequests,
    int? LimitWindowSeconds
)
{
    /// <summary>The extension whose credential it is; null for a user's token.</summary>
    public ExtensionIdentity? Extension { get; init; }

    /// <summary>The networks from which it is accepted; empty for everywhere.</summary>
    public IReadOnlyList<IPNetwork> AllowedNetworks { get; init; } = [];

    /// <summary>Whether it is accepted from an address.</summary>
    public bool IsAcceptedFrom(IPAddress? address) => Networks.Accept(AllowedNetworks, address);
}

internal sealed class AuthenticateTokenHandler(
    IKiketDb db,
    IOAuthAccessTokens oauth,
    KnownCredentials known,
    CredentialUses uses,
    TimeProvider time
) : IQueryHandler<AuthenticateTokenQuery, Result<SignedIn>>
{
    private static readonly Error Refused = new(
        ErrorKind.Forbidden,
        ServerErrorCodes.InvalidToken,
        "The token is unknown, expired or revoked, or is not accepted from this address."
    );

    public async Task<Result<SignedIn>> Handle(AuthenticateTokenQuery query, CancellationToken ct) =>
        await known.FindAsync(CredentialKind.AccessToken, query.Token, hash => ReadAsync(hash, ct)) is { } owner
        && owner.IsAcceptedFrom(query.Address)
            ? owner
            : Refused;

    private async Task<KnownCredential?> ReadAsync(string hash, CancellationToken ct)
    {
        // Nobody has signed in yet, so the tenant filter would hide every row.
        var found = await db.AcrossTenants<AccessToken>()
            .Where(t => t.Hash == hash)
            .Join(
                db.AcrossTenants<User>().Where(u => !u.Deactivated),
                t => t.UserId,
                u => u.Id,
                (t, u) =>
                    new
                    {
                        t.Id,
                        t.Scopes,
                        t.ExpiresAt,
                        t.LastUsedAt,
                        t.RateLimitRequests,
                        t.RateLimitWindowSeconds,
                        t.AllowedNetworks,
                        UserId = u.Id,
                        u.OrganizationId,
                        u.Role,
                        u.Name,
                    }
            )
            .AsNoTracking()
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return await ReadOAuthAsync(hash, ct);

        // A token in use is reread regularly, so noting its use here is enough.
        var now = time.GetUtcNow();
        var isValid = found.ExpiresAt is null || found.ExpiresAt > now;
        if (isValid)
            uses.Note(CredentialKind.AccessToken, found.Id, found.LastUsedAt, now);

        var owner = new SignedIn(
            new(found.OrganizationId, found.UserId, found.Role),
            found.Name,
            found.Scopes,
            $"token:{found.Id}",
            found.RateLimitRequests,
            found.RateLimitWindowSeconds
        )
        {
            AllowedNetworks = Networks.Of(found.AllowedNetworks),
        };
        return new(owner, found.ExpiresAt);
    }

    /// <summary>
    /// An application acts as its service, or as the user who has allowed it; its requests are counted per user, so that a new
    /// token does not start a new window.
    /// </summary>
    private async Task<KnownCredential?> ReadOAuthAsync(string hash, CancellationToken ct)
    {
        if (await oauth.FindAsync(hash, ct) is not { } access)
            return null;
        var owner = await db.AcrossTenants<OAuthApplication>()
            .Where(a => a.ClientId == access.ClientId)
            .Join(
                db.AcrossTenants<User>().Where(u => u.Id == access.UserId),
                a => a.OrganizationId,
                u => u.OrganizationId,
                (a, u) =>
                    new
                    {
                        ApplicationId = a.Id,
                        a.AllowedNetworks,
                        IsService = u.Id == a.ServiceUserId,
                        u.Deactivated,
                        u.OrganizationId,
                        u.Role,
                        u.Name,
                    }
            )
            .AsNoTracking()
            .SingleOrDefaultAsync(ct);
        if (owner is null || (owner.Deactivated && !owner.IsService))
            return null;

        var signedIn = new SignedIn(
            new(owner.OrganizationId, access.UserId, owner.Role),
            owner.Name,
            access.Scopes,
            $"oauth:{owner.ApplicationId}:{access.UserId}",
            null,
            null
        )
        {
            AllowedNetworks = Networks.Of(owner.AllowedNetworks),
        };
        return new(signedIn, access.ExpiresAt);
    }
}
