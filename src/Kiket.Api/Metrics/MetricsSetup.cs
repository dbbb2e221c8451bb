using Kiket.Api.Authentication;
using Kiket.Infrastructure.RateLimits;
using Kiket.Infrastructure.Settings;
using Kiket.Infrastructure.Webhooks;
using OpenTelemetry.Metrics;

namespace Kiket.Api.Metrics;

/// <summary>
/// Metrics for operators, at <c>/metrics</c> in the Prometheus format. Available only when <c>Metrics:Token</c> is set, and only
/// to callers that present it, because the numbers cover all organizations.
/// </summary>
internal static class MetricsSetup
{
    public const string Path = "/metrics";

    public static void AddKiketMetrics(this IServiceCollection services, KiketSettings settings)
    {
        if (settings.MetricsToken is null)
            return;
        services.AddSingleton<WebhookBacklog>();
        services
            .AddOpenTelemetry()
            .WithMetrics(metrics =>
                metrics
                    .AddMeter(WebhookMetrics.MeterName, RedisRateLimits.MeterName)
                    .AddMeter("Microsoft.AspNetCore.Hosting", "System.Net.Http", "System.Runtime")
                    .AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0)
            ); // Prometheus asks seldom, and gets what is
    }

    public static void UseKiketMetrics(this WebApplication app)
    {
        if (app.Services.GetRequiredService<KiketSettings>().MetricsToken is not { } token)
            return;
        var credential = new OperatorToken(token);
        app.Map(
            Path,
            metrics =>
            {
                metrics.Use(
                    async (http, next) =>
                    {
                        if (!credential.IsBearerOf(http.Request))
                        {
                            if (http.Request.Headers.Authorization.Count > 0)
                                app.Logger.LogFailedSignIn(http);
                            http.Response.StatusCode = StatusCodes.Status401Unauthorized;
                            http.Response.Headers.WWWAuthenticate = "Bearer";
                            return;
                        }

                        await http.RequestServices.GetRequiredService<WebhookBacklog>().RefreshAsync(http.RequestAborted);
                        await next(http);
                    }
                );
                metrics.UseOpenTelemetryPrometheusScrapingEndpoint(_ => true);
            }
        );
    }
}
