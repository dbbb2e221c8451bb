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
internal sealed record AuthenticateExtensionQuery(string Credential, bool IsRuntimeToken) : IQuery<Result<SignedIn>>;

internal sealed class AuthenticateExtensionHandler(IKiketDb db, IRuntimeTokens tokens, TimeProvider time)
    : IQueryHandler<AuthenticateExtensionQuery, Result<SignedIn>>
{
    private static readonly Error Refused = new(
        ErrorKind.Forbidden,
        ErrorCodes.InvalidToken,
        "The credential is unknown, expired or revoked."
    );

    public async Task<Result<SignedIn>> Handle(AuthenticateExtensionQuery query, CancellationToken ct)
    {
        // Nobody has signed in yet, so the tenant filter would hide every row. An uninstalled extension has neither hash nor
        // slot.
        var extensions = db.AcrossTenants<Extension>().AsNoTracking();
        if (!query.IsRuntimeToken)
        {
            var (hash, now) = (TokenSecret.HashOf(query.Credential), time.GetUtcNow());
            return
                await extensions.SingleOrDefaultAsync(
                    e => e.KeyHash == hash || (e.PreviousKeyHash == hash && e.PreviousKeyUntil > now),
                    ct
                )
                    is { } owner
                ? owner.SignIn()
                : Refused;
        }

        if (await tokens.ValidateAsync(query.Credential, ct) is not { } claims)
            return Refused;
        var installation = await extensions.SingleOrDefaultAsync(
            e => e.Id == claims.InstallationId && e.OrganizationId == claims.OrganizationId && e.Slot != null,
            ct
        );

        // The token allows what it was issued for, but no more than the extension may do now.
        return installation is null
            ? Refused
            : installation.SignIn() with
            {
                Extension = new(installation.Id, installation.Key, installation.ProjectId) { IsByRuntimeToken = true },
                Scopes = [.. claims.Scopes.Intersect(Scope.Spell(installation.Manifest.Permissions), StringComparer.Ordinal)],
            };
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
        };
}
