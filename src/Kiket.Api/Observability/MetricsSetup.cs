using Kiket.Api.Authentication;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Settings;
using OpenTelemetry.Metrics;

namespace Kiket.Api.Observability;

/// <summary>
/// Metrics for operators, at <c>/metrics</c> in the Prometheus format. Available only when <c>Metrics:Token</c> is set, and only
/// to callers that send it, because the numbers cover all organizations.
/// </summary>
internal static class MetricsSetup
{
    public const string Path = "/metrics";

    /// <summary>Scrapes are rare, so each gets the current values.</summary>
    public static void AddScraping(this MeterProviderBuilder metrics) =>
        metrics.AddPrometheusExporter(exporter => exporter.ScrapeResponseCacheDurationMilliseconds = 0);

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

                        await http.RequestServices.GetRequiredService<EventBacklog>().RefreshAsync(http.RequestAborted);
                        await next(http);
                    }
                );
                metrics.UseOpenTelemetryPrometheusScrapingEndpoint(_ => true);
            }
        );
    }
}
