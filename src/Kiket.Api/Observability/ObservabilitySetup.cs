using System.Diagnostics;
using System.Diagnostics.Metrics;
using Kiket.Api.Health;
using Kiket.Application.Common;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Settings;
using Microsoft.Extensions.Logging.Console;
using OpenTelemetry;
using OpenTelemetry.Metrics;
using OpenTelemetry.Resources;
using OpenTelemetry.Trace;

namespace Kiket.Api.Observability;

/// <summary>
/// Logs as JSON in Production, metrics for scrapers where <c>Metrics:Token</c> is set, and traces, metrics and logs for the
/// collector that <c>OTEL_EXPORTER_OTLP_ENDPOINT</c> names (docs/observability.md).
/// </summary>
internal static class ObservabilitySetup
{
    private const string ServiceName = "kiket";

    /// <summary>The PostgreSQL driver emits its own spans and metrics.</summary>
    private const string DatabaseSource = "Npgsql";

    public static void AddKiketObservability(this WebApplicationBuilder builder, KiketSettings settings)
    {
        if (builder.Environment.IsProduction())
        {
            builder.Logging.AddConsoleFormatter<JsonLogFormatter, ConsoleFormatterOptions>();
            builder.Services.Configure<ConsoleLoggerOptions>(console => console.FormatterName ??= JsonLogFormatter.FormatterName);
        }

        if (settings.MetricsToken is null && settings.TelemetryEndpoint is null)
            return;
        builder.Services.AddSingleton<EventBacklog>();
        var telemetry = builder
            .Services.AddOpenTelemetry()
            .ConfigureResource(Describe)
            .WithMetrics(metrics =>
            {
                metrics.AddMeter("Kiket.*", "Microsoft.AspNetCore.Hosting", "System.Net.Http", "System.Runtime", DatabaseSource);
                metrics.AddView(WithoutStatements);
                if (settings.MetricsToken is not null)
                    metrics.AddScraping();
            });
        if (settings.TelemetryEndpoint is null)
            return;
        telemetry
            .WithTracing(traces =>
                traces
                    .AddAspNetCoreInstrumentation(requests => requests.Filter = http => !IsProbe(http))
                    .AddSource(Tracing.SourceName, DatabaseSource)
                    .AddProcessor(new WithoutIdleQueries())
            )
            .WithLogging(null, logs => logs.IncludeFormattedMessage = true)
            .UseOtlpExporter(); // reads the other variables of the standard, such as OTEL_EXPORTER_OTLP_PROTOCOL
        if (settings.RunsJobs)
            builder.Services.AddHostedService<BacklogWatch>();
    }

    /// <summary>Variables such as <c>OTEL_SERVICE_NAME</c> are applied last and take precedence.</summary>
    private static void Describe(ResourceBuilder resource) =>
        resource
            .Clear()
            .AddService(ServiceName, serviceVersion: HealthEndpoints.Version)
            .AddTelemetrySdk()
            .AddEnvironmentVariableDetector();

    /// <summary>Only the driver's pool metrics: its statement metrics allocate with each statement.</summary>
    private static MetricStreamConfiguration? WithoutStatements(Instrument instrument) =>
        instrument.Meter.Name == DatabaseSource && instrument.Name.StartsWith("db.client.operation.", StringComparison.Ordinal)
            ? MetricStreamConfiguration.Drop
            : null;

    private static bool IsProbe(HttpContext http) =>
        http.Request.Path.StartsWithSegments("/health", StringComparison.Ordinal)
        || http.Request.Path.StartsWithSegments(MetricsSetup.Path, StringComparison.Ordinal);

    /// <summary>Workers poll the database constantly; each poll would be a trace.</summary>
    private sealed class WithoutIdleQueries : BaseProcessor<Activity>
    {
        public override void OnEnd(Activity data)
        {
            if (data.Source.Name == DatabaseSource && data.ParentSpanId == default)
                data.ActivityTraceFlags &= ~ActivityTraceFlags.Recorded;
        }
    }
}
