using Hangfire;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Ensures that each endpoint with due deliveries has exactly one job.</summary>
internal sealed class WebhookSchedule(IServiceScopeFactory scopes, IBackgroundJobClient jobs, TimeProvider time)
{
    /// <summary>
    /// The endpoints' column with the instant (UTC) until which a queued job of the endpoint is expected to start.
    /// </summary>
    public const string QueuedUntil = "QueuedUntil";

    /// <summary>A job that has not started by then is considered lost.</summary>
    private static readonly TimeSpan LongestQueue = TimeSpan.FromMinutes(1);

    private const int SweepSize = 1_000;
    private const int Wakers = 4;

    /// <summary>Queues a job for each given endpoint that has none and can be sent to.</summary>
    public async Task WakeAsync(IReadOnlyList<long> endpoints, CancellationToken ct)
    {
        if (endpoints.Count == 0)
            return;

        // Under load most endpoints already have a job, which one statement detects.
        var idle = await OnDatabaseAsync(async db =>
        {
            var found = await Idle(Webhooks(db), time.GetUtcNow())
                .Where(w => endpoints.Contains(w.Id))
                .Select(w => new
                {
                    w.Id,
                    w.Target,
                    w.ExtensionId,
                })
                .ToListAsync(ct);
            List<ExtensionId?> ids = [.. found.Select(w => w.ExtensionId).Distinct()];
            var extensions =
                found.Count == 0
                    ? []
                    : await db.AcrossTenants<Extension>()
                        .Where(e => ids.Contains(e.Id))
                        // The endpoint has the name of its extension.
                        .Join(db.Users, e => e.ServiceUserId, u => u.Id, (e, u) => new { e.Id, u.Name })
                        .ToDictionaryAsync(e => e.Id, e => e.Name, ct);
            return found.ConvertAll(w =>
                (w.Id, Name: NameOf(w.Target, w.ExtensionId is { } id ? extensions.GetValueOrDefault(id) : null))
            );
        });

        // Queuing a job costs some commits, so jobs are queued concurrently and later events do not wait for them.
        await Parallel.ForEachAsync(
            idle,
            new ParallelOptions { MaxDegreeOfParallelism = Wakers, CancellationToken = ct },
            async (endpoint, _) =>
            {
                var ((id, name), now) = (endpoint, time.GetUtcNow());
                var queued = await OnDatabaseAsync(db =>
                    Idle(Webhooks(db), now)
                        .Where(w => w.Id == id)
                        .ExecuteUpdateAsync(
                            set => set.SetProperty(w => EF.Property<DateTimeOffset?>(w, QueuedUntil), now + LongestQueue),
                            ct
                        )
                );
                if (queued == 1)
                    jobs.Enqueue<WebhookDrainJob>(job => job.RunAsync(id, name, CancellationToken.None));
            }
        );
    }

    /// <summary>
    /// Wakes every endpoint with due deliveries: retries, endpoints whose pause is over, and those left by a crash.
    /// </summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var now = time.GetUtcNow();
        var deliveries = db.AcrossTenants<WebhookDelivery>();
        var due = await Idle(Webhooks(db), now)
            .Where(w => deliveries.Any(d => d.WebhookId == w.Id && d.State == DeliveryState.Pending && d.NextAttemptAt <= now))
            .OrderBy(w => EF.Property<DateTimeOffset?>(w, QueuedUntil))
            .Take(SweepSize)
            .Select(w => w.Id)
            .ToListAsync(ct);
        await WakeAsync(due, ct);
    }

    /// <summary>The endpoints that have no job and can be sent to.</summary>
    private static IQueryable<Webhook> Idle(IQueryable<Webhook> webhooks, DateTimeOffset now) =>
        webhooks
            .Unclaimed(now)
            .Where(w =>
                EF.Property<DateTimeOffset?>(w, QueuedUntil) == null || EF.Property<DateTimeOffset?>(w, QueuedUntil) <= now
            )
            .Where(w => w.PausedUntil == null || w.PausedUntil <= now);

    /// <summary>The display name of an endpoint: <c>hooks.example.com for Slack</c>.</summary>
    private static string NameOf(WebhookTarget target, string? extension)
    {
        var host = Uri.TryCreate(target.Url, UriKind.Absolute, out var address) ? address.Authority : target.Url;
        return extension is null ? $"{host} for actions of workflows" : $"{host} for {extension}";
    }

    private static IQueryable<Webhook> Webhooks(KiketDbContext db) => db.AcrossTenants<Webhook>();

    private async Task<T> OnDatabaseAsync<T>(Func<KiketDbContext, Task<T>> work)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await work(scope.ServiceProvider.GetRequiredService<KiketDbContext>());
    }
}
