using Kiket.Api.Http;
using Kiket.Api.RateLimits;
using Kiket.Infrastructure.Settings;

namespace Kiket.Api.Cors;

/// <summary>
/// Which pages of other sites may call the API: those of <c>Kiket:AllowedOrigins</c>. They send a credential in a header; cookies
/// are never accepted from another site.
/// </summary>
internal static class AllowedOrigins
{
    private static readonly TimeSpan PreflightLifetime = TimeSpan.FromHours(1);

    /// <summary>The response headers that a client may read.</summary>
    private static readonly string[] Exposed =
    [
        "ETag",
        "Link",
        "Location",
        "Retry-After",
        RequestId.Header,
        IdempotencyFilter.ReplayedHeader,
        .. RateLimiting.Headers,
    ];

    public static void AddAllowedOrigins(this IServiceCollection services, KiketSettings settings) =>
        services.AddCors(cors =>
            cors.AddDefaultPolicy(policy =>
                policy
                    .WithOrigins([.. settings.AllowedOrigins])
                    .AllowAnyMethod()
                    .AllowAnyHeader()
                    .WithExposedHeaders(Exposed)
                    .SetPreflightMaxAge(PreflightLifetime)
            )
        );

    public static void UseAllowedOrigins(this WebApplication app, KiketSettings settings)
    {
        if (settings.AllowedOrigins.Count > 0)
            app.UseCors();
    }
}
