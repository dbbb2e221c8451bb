using System.Globalization;
using Kiket.Application.Ports;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Infrastructure.OAuth;

/// <summary>
/// Apart from <see cref="OAuthServer"/>, because every request needs it, and to make OpenIddict's managers is costly.
/// </summary>
internal sealed class OAuthAccessTokens(KiketDbContext db) : IOAuthAccessTokens
{
    public async Task<OAuthAccess?> FindAsync(string hash, CancellationToken ct)
    {
        var found = await db.Set<OAuthToken>()
            .AsNoTracking()
            .Where(t => t.ReferenceId == hash && t.Type == TokenTypeIdentifiers.AccessToken && t.Status == Statuses.Valid)
            .Where(t => t.Authorization == null || t.Authorization.Status == Statuses.Valid)
            .Select(t => new
            {
                t.Application!.ClientId,
                t.Subject,
                t.Scopes,
                t.ExpirationDate,
            })
            .SingleOrDefaultAsync(ct);
        return found is { ExpirationDate: { } expires, ClientId: { } client, Subject: { } user }
            ? new(
                client,
                new(long.Parse(user, CultureInfo.InvariantCulture)),
                found.Scopes,
                new(DateTime.SpecifyKind(expires, DateTimeKind.Utc))
            )
            : null;
    }
}
