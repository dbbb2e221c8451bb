using Kiket.Application.Ports;
using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.DependencyInjection;
using OpenIddict.EntityFrameworkCore.Models;

namespace Kiket.Infrastructure.OAuth;

internal static class OAuthStorage
{
    public static IServiceCollection AddKiketOAuthStorage(this IServiceCollection services)
    {
        services
            .AddOpenIddict()
            .AddCore(core =>
            {
                core.UseEntityFrameworkCore()
                    .UseDbContext<KiketDbContext>()
                    // The scopes are those of all our tokens, so they have no table.
                    .ReplaceDefaultEntities<
                        OAuthClient,
                        OAuthAuthorization,
                        OpenIddictEntityFrameworkCoreScope<long>,
                        OAuthToken,
                        long
                    >();
                core.ReplaceTokenManager<OAuthToken, OAuthTokens>();

                // A unit of work clears the change tracker, after which a cached entity could not be attached again.
                core.DisableEntityCaching();
            });
        return services.AddScoped<IOAuthServer, OAuthServer>().AddScoped<IOAuthAccessTokens, OAuthAccessTokens>();
    }
}
