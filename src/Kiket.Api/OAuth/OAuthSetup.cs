using Kiket.Api.Http;
using Kiket.Domain.Tokens;
using Kiket.Infrastructure.Secrets;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.Authentication;
using Microsoft.Extensions.DependencyInjection.Extensions;
using Microsoft.Extensions.Options;
using OpenIddict.Server;
using OpenIddict.Server.AspNetCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Api.OAuth;

/// <summary>OAuth 2.1 by OpenIddict, whose endpoints are under <c>/connect</c>.</summary>
internal static class OAuthSetup
{
    public const string TokenPath = "/connect/token";

    public const string AuthorizationPath = "/connect/authorize";

    /// <summary>Where users enter the code that an application on another device shows.</summary>
    public const string VerificationPath = "/connect/verify";

    public const string UserInfoPath = "/connect/userinfo";

    /// <summary>Where applications send users who want to sign out here too (OpenID Connect RP-Initiated Logout).</summary>
    public const string EndSessionPath = "/connect/logout";

    /// <summary>Where the public documentation has the token endpoint (contract, section 2.1).</summary>
    public const string DocumentedTokenPath = "/oauth/token";

    public static readonly TimeSpan AccessTokenLifetime = TimeSpan.FromHours(1);

    private static readonly PathString[] Paths = ["/connect", "/oauth", "/.well-known/openid-configuration"];

    public static IServiceCollection AddKiketOAuth(this IServiceCollection services, KiketSettings settings)
    {
        services.AddSingleton<OAuthKeys>();
        services.AddSingleton<IConfigureOptions<OpenIddictServerOptions>>(p => p.GetRequiredService<OAuthKeys>());
        services.AddSingleton<IOptionsChangeTokenSource<OpenIddictServerOptions>>(p => p.GetRequiredService<OAuthKeys>());
        services.Replace(ServiceDescriptor.Singleton<IAuthenticationSchemeProvider, SchemesWithoutRequestHandlers>());
        services
            .AddOpenIddict()
            .AddServer(server =>
            {
                server
                    .SetConfigurationEndpointUris(".well-known/openid-configuration")
                    .SetJsonWebKeySetEndpointUris("connect/jwks")
                    .SetTokenEndpointUris(TokenPath[1..], DocumentedTokenPath[1..])
                    .SetAuthorizationEndpointUris(AuthorizationPath[1..])
                    .SetDeviceAuthorizationEndpointUris("connect/device")
                    .SetEndUserVerificationEndpointUris(VerificationPath[1..])
                    .SetUserInfoEndpointUris(UserInfoPath[1..])
                    .SetEndSessionEndpointUris(EndSessionPath[1..])
                    .SetRevocationEndpointUris("connect/revoke")
                    .SetIntrospectionEndpointUris("connect/introspect");
                server
                    .AllowClientCredentialsFlow()
                    .AllowAuthorizationCodeFlow()
                    .AllowDeviceAuthorizationFlow()
                    .AllowRefreshTokenFlow();
                server.RequireProofKeyForCodeExchange();
                server.Configure(options =>
                {
                    options.CodeChallengeMethods.Clear();
                    options.CodeChallengeMethods.Add(CodeChallengeMethods.Sha256);
                });

                // In the database, so that revoking one is seen by all nodes.
                server.UseReferenceAccessTokens().SetAccessTokenLifetime(AccessTokenLifetime);

                // A reused refresh token was stolen or is shared, so there is no grace period for reuse.
                server
                    .UseReferenceRefreshTokens()
                    .SetRefreshTokenLifetime(SigningKeys.LongestUse)
                    .SetRefreshTokenReuseLeeway(TimeSpan.Zero);

                // A scope has several spellings; the endpoints compare their meanings.
                server.DisableScopeValidation().IgnoreScopePermissions();
                server.RegisterScopes([
                    Scopes.OpenId,
                    Scopes.Profile,
                    Scopes.Email,
                    Scopes.OfflineAccess,
                    Scope.Admin,
                    .. Scope.KnownResources.SelectMany(r => (string[])[$"{r}:read", $"{r}:write"]),
                ]);
                server.RecordRefusedClients();

                // Every application may send its users there. It registers no address to return to, so one is ignored.
                server
                    .RemoveEventHandler(OpenIddictServerHandlers.Session.ValidateEndpointPermissions.Descriptor)
                    .RemoveEventHandler(OpenIddictServerHandlers.Session.ValidateClientPostLogoutRedirectUri.Descriptor);
                if (settings.PublicUrl is { } url)
                    server.SetIssuer(url);

                // As for the API, a proxy may terminate HTTPS.
                server
                    .UseAspNetCore()
                    .EnableAuthorizationEndpointPassthrough()
                    .EnableEndUserVerificationEndpointPassthrough()
                    .EnableTokenEndpointPassthrough()
                    .EnableUserInfoEndpointPassthrough()
                    .EnableEndSessionEndpointPassthrough()
                    .DisableTransportSecurityRequirement();
            });
        return services;
    }

    /// <summary>Passes only the requests to its own paths to the OAuth server.</summary>
    public static void UseKiketOAuth(this WebApplication app) =>
        app.UseWhen(context => context.Request.Path.IsBelowAny(Paths), branch => branch.Use(ServeAsync));

    private static async Task ServeAsync(HttpContext context, RequestDelegate next)
    {
        var services = context.RequestServices;
        await services.GetRequiredService<OAuthKeys>().RefreshAsync(context.RequestAborted);
        var handler = await services
            .GetRequiredService<IAuthenticationHandlerProvider>()
            .GetHandlerAsync(context, OpenIddictServerAspNetCoreDefaults.AuthenticationScheme);
        if (handler is not IAuthenticationRequestHandler server || !await server.HandleRequestAsync())
            await next(context);
    }

    /// <summary>Otherwise ASP.NET Core offers every request to the handlers of all schemes, at a cost to the API.</summary>
    private sealed class SchemesWithoutRequestHandlers(IOptions<AuthenticationOptions> options)
        : AuthenticationSchemeProvider(options)
    {
        public override Task<IEnumerable<AuthenticationScheme>> GetRequestHandlerSchemesAsync() =>
            Task.FromResult<IEnumerable<AuthenticationScheme>>([]);
    }
}
