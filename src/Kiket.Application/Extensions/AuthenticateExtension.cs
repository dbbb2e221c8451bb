using System.Net;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Tokens;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>Finds out which installation a credential belongs to.</summary>
/// <param name="Credential">An API key, or the token of a delivery.</param>
/// <param name="Address">Where it is used; an extension that is restricted to networks is refused elsewhere.</param>
internal sealed record AuthenticateExtensionQuery(string Credential, bool IsRuntimeToken, IPAddress? Address = null)
    : IQuery<Result<SignedIn>>;

internal sealed class AuthenticateExtensionHandler(
    IKiketDb db,
    KnownCredentials known,
    CredentialUses uses,
    IRuntimeTokens tokens,
    TimeProvider time
) : IQueryHandler<AuthenticateExtensionQuery, Result<SignedIn>>
{
    private static readonly Error Refused = new(
        ErrorKind.Forbidden,
        ServerErrorCodes.InvalidToken,
        "The credential is unknown, expired or revoked, or is not accepted from this address."
    );

    public async Task<Result<SignedIn>> Handle(AuthenticateExtensionQuery query, CancellationToken ct)
    {
        var owner = query.IsRuntimeToken
            ? await known.FindAsync(CredentialKind.RuntimeToken, query.Credential, _ => ReadTokenAsync(query.Credential, ct))
            : await known.FindAsync(CredentialKind.ExtensionKey, query.Credential, hash => ReadKeyAsync(hash, ct));
        return owner is not null && owner.IsAcceptedFrom(query.Address) ? owner : Refused;
    }

    /// <summary>
    /// Nobody has signed in yet, so the tenant filter would hide every row. An uninstalled extension has neither hash nor slot.
    /// </summary>
    private IQueryable<Extension> Extensions => db.AcrossTenants<Extension>().AsNoTracking();

    private async Task<KnownCredential?> ReadKeyAsync(string hash, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var owner = await Extensions.SingleOrDefaultAsync(
            e => e.KeyHash == hash || (e.PreviousKeyHash == hash && e.PreviousKeyUntil > now),
            ct
        );
        if (owner is null)
            return null;
        uses.Note(CredentialKind.ExtensionKey, owner.Id.Value, owner.KeyLastUsedAt, now);
        return new(owner.SignIn(), owner.KeyHash == hash ? null : owner.PreviousKeyUntil);
    }

    private async Task<KnownCredential?> ReadTokenAsync(string token, CancellationToken ct)
    {
        if (await tokens.ValidateAsync(token, ct) is not { } claims)
            return null;
        var installation = await Extensions.SingleOrDefaultAsync(
            e => e.Id == claims.InstallationId && e.OrganizationId == claims.OrganizationId && e.Slot != null,
            ct
        );
        if (installation is null)
            return null;

        // The token allows what it was issued for, but no more than the extension may do now.
        var owner = installation.SignIn() with
        {
            Extension = new(installation.Id, installation.Key, installation.ProjectId) { IsByRuntimeToken = true },
            Scopes = [.. claims.Scopes.Intersect(Scope.Spell(installation.Manifest.Permissions), StringComparer.Ordinal)],
        };
        return new(owner, claims.ExpiresAt);
    }
}

internal static class ExtensionSignIn
{
    /// <summary>
    /// An installation as it makes requests: as its service, within its project, with what its manifest's permissions mean.
    /// </summary>
    public static SignedIn SignIn(this Domain.Extensions.Extension extension) =>
        new(
            new(extension.OrganizationId, extension.ServiceUserId, OrganizationRole.Developer)
            {
                OnlyProjectId = extension.ProjectId,
            },
            extension.Manifest.Name,
            Scope.Spell(extension.Manifest.Permissions),
            $"extension:{extension.Id}",
            extension.RateLimitRequests,
            extension.RateLimitWindowSeconds
        )
        {
            Extension = new(extension.Id, extension.Key, extension.ProjectId),
            AllowedNetworks = Networks.Of(extension.AllowedNetworks),
        };
}
