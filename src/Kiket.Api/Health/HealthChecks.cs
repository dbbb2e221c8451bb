using Hangfire;
using Kiket.Infrastructure.Jobs;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.RateLimits;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Diagnostics.HealthChecks;

namespace Kiket.Api.Health;

// Failures are described in our own words: the exceptions of a database may contain its address and user.
internal sealed class DatabaseCheck(KiketDbContext db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    ) =>
        await db.Database.CanConnectAsync(cancellationToken)
            ? HealthCheckResult.Healthy()
            : HealthCheckResult.Unhealthy("The database cannot be reached.");
}

internal sealed class MigrationsCheck(KiketDbContext db) : IHealthCheck
{
    public async Task<HealthCheckResult> CheckHealthAsync(
        HealthCheckContext context,
        CancellationToken cancellationToken = default
    )
    {
        var pending = (await db.Database.GetPendingMigrationsAsync(cancellationToken)).Count();
        return pending == 0 ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy($"Pending migrations: {pending}.");
    }
}

/// <summary>A node serves without Redis, but then its limits on requests are its own.</summary>
internal sealed class RedisCheck(RedisRateLimits limits) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            limits.IsAway
                ? HealthCheckResult.Degraded("Redis cannot be reached; this node counts requests by itself.")
                : HealthCheckResult.Healthy()
        );
}

/// <summary>Whether this node's own job server has reported to the storage lately.</summary>
internal sealed class JobServerCheck(JobStorage storage, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default)
    {
        var isAlive = storage
            .ServersAliveAt(time.GetUtcNow())
            .Any(s => s.Name.StartsWith(JobSetup.ServerName + ":", StringComparison.OrdinalIgnoreCase));
        return Task.FromResult(
            isAlive ? HealthCheckResult.Healthy() : HealthCheckResult.Unhealthy("The job server of this node is not running.")
        );
    }
}

/// <summary>Whether any node runs jobs. A node serves without, but then events and deliveries wait.</summary>
internal sealed class WorkersCheck(JobStorage storage, TimeProvider time) : IHealthCheck
{
    public Task<HealthCheckResult> CheckHealthAsync(HealthCheckContext context, CancellationToken cancellationToken = default) =>
        Task.FromResult(
            storage.ServersAliveAt(time.GetUtcNow()).Any()
                ? HealthCheckResult.Healthy()
                : HealthCheckResult.Degraded("No node runs jobs, so events and deliveries wait. Start one with the role worker.")
        );
}
