using Kiket.Infrastructure.Settings;

namespace Kiket.Api.Health;

/// <summary>
/// A node with the role <c>worker</c> answers probes, and scrapers before them. A load balancer that reaches it by mistake
/// finds nothing, so the mistake is seen and does not slow down the work.
/// </summary>
internal static class WorkerRequests
{
    private static readonly PathString[] Served = ["/health", "/api/v1/health"];

    public static void UseRole(this WebApplication app, KiketSettings settings)
    {
        if (settings.Role is not NodeRole.Worker)
            return;
        app.Use(
            (http, next) =>
            {
                if (Array.Exists(Served, path => http.Request.Path.StartsWithSegments(path)))
                    return next(http);
                http.Response.StatusCode = StatusCodes.Status404NotFound;
                return Task.CompletedTask;
            }
        );
    }
}
