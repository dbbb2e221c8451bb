using System.Globalization;
using Kiket.Application.Ports;
using Kiket.Domain.OAuth;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Infrastructure.OAuth;

internal sealed class OAuthServer(KiketDbContext db, OpenIddictApplicationManager<OAuthClient> clients) : IOAuthServer
{
    public async Task RegisterAsync(OAuthApplication application, string secret, CancellationToken ct) =>
        await clients.CreateAsync(
            new OpenIddictApplicationDescriptor
            {
                ClientId = application.ClientId,
                ClientSecret = secret,
                ClientType = ClientTypes.Confidential,
                ConsentType = ConsentTypes.Explicit,
                DisplayName = application.Name,
                Permissions =
                {
                    Permissions.Endpoints.Token,
                    Permissions.Endpoints.Revocation,
                    Permissions.Endpoints.Introspection,
                    Permissions.GrantTypes.ClientCredentials,
                },
            },
            ct
        );

    public async Task ReplaceSecretAsync(OAuthApplication application, string secret, CancellationToken ct) =>
        await clients.UpdateAsync(await ClientOfAsync(application, ct), secret, ct);

    public async Task UnregisterAsync(OAuthApplication application, CancellationToken ct)
    {
        var client = await ClientOfAsync(application, ct);
        await db.Set<OAuthToken>().Where(t => t.Application == client).ExecuteDeleteAsync(ct);
        await db.Set<OAuthAuthorization>().Where(a => a.Application == client).ExecuteDeleteAsync(ct);
        db.Remove(client);
    }

    public async Task<OAuthAccess?> FindAccessAsync(string hash, CancellationToken ct)
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

    private async Task<OAuthClient> ClientOfAsync(OAuthApplication application, CancellationToken ct) =>
        await clients.FindByClientIdAsync(application.ClientId, ct)
        ?? throw new InvalidOperationException($"The application {application.Id} is not registered.");
}
