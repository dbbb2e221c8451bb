using Kiket.Application.Ports;
using Microsoft.Extensions.DependencyInjection;
using StackExchange.Redis;

namespace Kiket.Infrastructure.RateLimits;

internal static class RateLimitSetup
{
    /// <summary>Counts requests in this process or, if Redis is configured, together with the other nodes.</summary>
    public static void AddKiketRateLimits(this IServiceCollection services, RateLimitOptions options, ConfigurationOptions? redis)
    {
        services.AddSingleton(options);
        services.AddSingleton<ProcessRateLimits>();
        if (redis is null)
        {
            services.AddSingleton<IRateLimits>(provider => provider.GetRequiredService<ProcessRateLimits>());
            return;
        }

        services.AddSingleton(redis);
        services.AddSingleton<RedisRateLimits>();
        services.AddSingleton<IRateLimits>(provider => provider.GetRequiredService<RedisRateLimits>());
        services.AddHostedService(provider => provider.GetRequiredService<RedisRateLimits>());
    }
}
