using Kiket.Application.Ports;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure.Webhooks;

internal static class WebhookSetup
{
    public static IServiceCollection AddKiketWebhooks(this IServiceCollection services, WebhookOptions options)
    {
        var targets = new OutboundTargets(options);
        services.AddSingleton(options);
        services.AddSingleton<IOutboundTargets>(targets);
        services
            // Each request has its own timeout.
            .AddHttpClient(OutboundTargets.ClientName, client => client.Timeout = Timeout.InfiniteTimeSpan)
            .ConfigurePrimaryHttpMessageHandler(targets.CreateHandler)
            .SetHandlerLifetime(Timeout.InfiniteTimeSpan) // the handler renews its own connections
            .RemoveAllLoggers();
        services.AddSingleton<RuntimeTokens>();
        services.AddSingleton<IRuntimeTokens>(provider => provider.GetRequiredService<RuntimeTokens>());
        services.AddSingleton<WebhookMetrics>();
        services.AddSingleton<WebhookDrain>();
        services.AddSingleton<WebhookRequests>();
        services.AddSingleton<WebhookSender>();
        services.AddScoped<WebhookPayloads>();
        services.AddScoped<IWebhookProbe, WebhookProbe>();
        return services;
    }
}
