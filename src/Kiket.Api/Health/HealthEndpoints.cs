using System.Reflection;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kiket.Api.Health;

/// <summary>The health of the server, for people and for orchestrators.</summary>
internal static class HealthEndpoints
{
    public static string Version { get; } =
        typeof(HealthEndpoints)
            .Assembly.GetCustomAttribute<AssemblyInformationalVersionAttribute>()!
            .InformationalVersion.Split('+')[0];

    public static IServiceCollection AddKiketHealth(this IServiceCollection services, KiketSettings settings)
    {
        var checks = services.AddHealthChecks().AddCheck<DatabaseCheck>("database").AddCheck<MigrationsCheck>("migrations");
        if (settings.RunsJobs)
            checks.AddCheck<JobServerCheck>("job_server");
        else
            checks.AddCheck<WorkersCheck>("workers");
        if (settings.Redis is not null)
            checks.AddCheck<RedisCheck>("redis");
        return services;
    }

    public static void MapHealth(this IEndpointRouteBuilder api) =>
        api.MapGet("/health", GetHealth)
            .WithTags("Health")
            .WithName(nameof(GetHealth))
            .AllowAnonymous()
            .WithMetadata(new WithoutSignIn());

    /// <summary>For orchestrators: <c>live</c> is whether the process answers, <c>ready</c> whether it can serve.</summary>
    public static void MapHealthProbes(this IEndpointRouteBuilder app)
    {
        app.MapHealthChecks("/health/live", new() { Predicate = _ => false, ResponseWriter = WriteAsync });
        app.MapHealthChecks("/health/ready", new() { ResponseWriter = WriteAsync });
    }

    /// <summary>Confirms that the API responds, and returns its version.</summary>
    private static Ok<HealthDto> GetHealth(TimeProvider time) => TypedResults.Ok(new HealthDto("ok", Version, time.GetUtcNow()));

    private static Task WriteAsync(HttpContext context, HealthReport report)
    {
        if (context.Response.StatusCode is StatusCodes.Status503ServiceUnavailable)
            context.Response.Headers.RetryAfter = ErrorHandler.RetryAfterSeconds;
        return context.Response.WriteAsJsonAsync(
            new
            {
                status = Word(report.Status),
                checks = report.Entries.ToDictionary(
                    e => e.Key,
                    e => new { status = Word(e.Value.Status), message = MessageOf(e.Value) }
                ),
            }
        );
    }

    // A check that throws has the exception's message as its description, which may contain an address or a user.
    internal static string? MessageOf(HealthReportEntry entry) =>
        entry.Exception is null ? entry.Description : "The check failed; the log says why.";

    internal static string Word(HealthStatus status) =>
        status switch
        {
            HealthStatus.Healthy => "ok",
            HealthStatus.Degraded => "degraded",
            _ => "failed",
        };
}

/// <summary>Confirms that the API responds.</summary>
internal sealed record HealthDto(string Status, string Version, DateTimeOffset Time);
