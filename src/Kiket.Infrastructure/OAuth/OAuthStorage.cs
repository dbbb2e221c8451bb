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
                    // Scopes are those of all our tokens, so they have no table.
                    .ReplaceDefaultEntities<
                        OAuthClient,
                        OAuthAuthorization,
                        OpenIddictEntityFrameworkCoreScope<long>,
                        OAuthToken,
                        long
                    >();
                core.ReplaceTokenManager<OAuthToken, OAuthTokens>();

                // A unit of work forgets what the context tracks, and a cached entity could not be attached again after it.
                core.DisableEntityCaching();
            });
        return services.AddScoped<IOAuthServer, OAuthServer>();
    }
}
