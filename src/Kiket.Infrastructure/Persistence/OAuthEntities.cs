using OpenIddict.EntityFrameworkCore.Models;

namespace Kiket.Infrastructure.Persistence;

/// <summary>An application as OpenIddict knows it: its secret and what it may do at the endpoints.</summary>
internal sealed class OAuthClient : OpenIddictEntityFrameworkCoreApplication<long, OAuthAuthorization, OAuthToken>;

/// <summary>The access that a user has granted to an application.</summary>
internal sealed class OAuthAuthorization : OpenIddictEntityFrameworkCoreAuthorization<long, OAuthClient, OAuthToken>;

/// <summary>A token of any kind that OpenIddict has issued.</summary>
internal sealed class OAuthToken : OpenIddictEntityFrameworkCoreToken<long, OAuthClient, OAuthAuthorization>
{
    /// <summary>Its permissions, beside its encrypted payload, so that a request with it costs one query.</summary>
    public IReadOnlyList<string> Scopes { get; set; } = [];
}
