using System.Globalization;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using OpenIddict.Abstractions;
using OpenIddict.Core;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Infrastructure.OAuth;

internal sealed class OAuthServer(
    KiketDbContext db,
    OpenIddictApplicationManager<OAuthClient> clients,
    OpenIddictAuthorizationManager<OAuthAuthorization> authorizations,
    TimeProvider time
) : IOAuthServer
{
    public async Task RegisterAsync(OAuthApplication application, string? secret, CancellationToken ct)
    {
        var descriptor = new OpenIddictApplicationDescriptor
        {
            ClientId = application.ClientId,
            ClientSecret = secret,
            ClientType = secret is null ? ClientTypes.Public : ClientTypes.Confidential,
            ConsentType = ConsentTypes.Explicit,
            DisplayName = application.Name,
        };
        descriptor.RedirectUris.UnionWith(application.RedirectUris.Select(u => new Uri(u)));
        descriptor.Permissions.UnionWith([
            Permissions.Endpoints.Token,
            Permissions.Endpoints.Revocation,
            Permissions.Endpoints.Introspection,
        ]);
        descriptor.Permissions.UnionWith(application.GrantTypes.Select(PermissionOf));
        if (application.Uses(OAuthGrant.AuthorizationCode))
            descriptor.Permissions.UnionWith([Permissions.Endpoints.Authorization, Permissions.ResponseTypes.Code]);
        if (application.Uses(OAuthGrant.DeviceCode))
            descriptor.Permissions.Add(Permissions.Endpoints.DeviceAuthorization);
        await clients.CreateAsync(descriptor, ct);
    }

    public async Task<string> AllowAsync(
        OAuthApplication application,
        UserId user,
        IReadOnlyList<string> scopes,
        bool isKept,
        CancellationToken ct
    )
    {
        var client = await ClientOfAsync(application, ct);
        var descriptor = new OpenIddictAuthorizationDescriptor
        {
            ApplicationId = await clients.GetIdAsync(client, ct),
            CreationDate = time.GetUtcNow(),
            Status = Statuses.Valid,
            Subject = SubjectOf(user),
            Type = isKept ? AuthorizationTypes.Permanent : AuthorizationTypes.AdHoc,
        };
        descriptor.Scopes.UnionWith(scopes);
        return IdOf(await authorizations.CreateAsync(descriptor, ct));
    }

    public async Task<string?> FindAuthorizationAsync(
        string clientId,
        UserId user,
        IReadOnlyList<string> scopes,
        CancellationToken ct
    )
    {
        var client = await clients.FindByClientIdAsync(clientId, ct);
        var id = client is null ? null : await clients.GetIdAsync(client, ct);
        var found = authorizations.FindAsync(SubjectOf(user), id, Statuses.Valid, AuthorizationTypes.Permanent, [.. scopes], ct);
        await foreach (var authorization in found)
            return IdOf(authorization);
        return null;
    }

    public async Task ReplaceSecretAsync(OAuthApplication application, string secret, CancellationToken ct) =>
        await clients.UpdateAsync(await ClientOfAsync(application, ct), secret, ct);

    public async Task UnregisterAsync(OAuthApplication application, CancellationToken ct)
    {
        var client = await ClientOfAsync(application, ct);
        await db.Set<OAuthToken>().Where(t => t.Application == client).ExecuteDeleteAsync(ct);
        await db.Set<OAuthAuthorization>().Where(a => a.Application == client).ExecuteDeleteAsync(ct);
        db.Remove(client);
    }

    public async Task RevokeAsync(UserId user, CancellationToken ct)
    {
        var subject = SubjectOf(user);
        await db.Set<OAuthToken>().Where(t => t.Subject == subject).ExecuteDeleteAsync(ct);
        await db.Set<OAuthAuthorization>().Where(a => a.Subject == subject).ExecuteDeleteAsync(ct);
    }

    private static string PermissionOf(string grantType) =>
        grantType == WireName.Of(OAuthGrant.DeviceCode)
            ? Permissions.GrantTypes.DeviceCode
            : Permissions.Prefixes.GrantType + grantType;

    private static string SubjectOf(UserId user) => user.Value.ToString(CultureInfo.InvariantCulture);

    private static string IdOf(OAuthAuthorization authorization) => authorization.Id.ToString(CultureInfo.InvariantCulture);

    private async Task<OAuthClient> ClientOfAsync(OAuthApplication application, CancellationToken ct) =>
        await clients.FindByClientIdAsync(application.ClientId, ct)
        ?? throw new InvalidOperationException($"The application {application.Id} is not registered.");
}
