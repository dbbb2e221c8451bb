using Hangfire;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Sees to it that each endpoint with something due has one job, and not more.</summary>
public sealed class WebhookSchedule(IServiceScopeFactory scopes, IBackgroundJobClient jobs, TimeProvider time)
{
    /// <summary>A job that has not begun by then has got lost.</summary>
    private static readonly TimeSpan LongestQueue = TimeSpan.FromMinutes(1);

    private const int SweepSize = 1_000;

    /// <summary>Queues a job for those of some endpoints that have none and may be sent to.</summary>
    public async Task WakeAsync(IReadOnlyList<long> endpoints, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var webhooks = scope.ServiceProvider.GetRequiredService<KiketDbContext>().Webhooks.IgnoreQueryFilters([KiketDbContext.TenantFilter]);
        IQueryable<Webhook> Idle(DateTimeOffset now) =>
            webhooks.Where(w => w.QueuedUntil <= now && w.DrainedUntil <= now && (w.PausedUntil == null || w.PausedUntil <= now));

        // Most have a job already while much happens, which one statement tells.
        foreach (var id in await Idle(time.GetUtcNow()).Where(w => endpoints.Contains(w.Id)).Select(w => w.Id).ToListAsync(ct))
        {
            var now = time.GetUtcNow();
            var queued = await Idle(now).Where(w => w.Id == id).ExecuteUpdateAsync(set => set.SetProperty(w => w.QueuedUntil, now + LongestQueue), ct);
            if (queued == 1)
                jobs.Enqueue<WebhookDrainJob>(job => job.RunAsync(id, CancellationToken.None));
        }
    }

    /// <summary>Wakes every endpoint that has something due: retries, endpoints whose pause is over, and what a crash has left.</summary>
    public async Task SweepAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var now = time.GetUtcNow();
        var deliveries = db.WebhookDeliveries.IgnoreQueryFilters([KiketDbContext.TenantFilter]);
        var due = await db.Webhooks.IgnoreQueryFilters([KiketDbContext.TenantFilter])
            .Where(w => w.QueuedUntil <= now && w.DrainedUntil <= now && (w.PausedUntil == null || w.PausedUntil <= now))
            .Where(w => deliveries.Any(d => d.WebhookId == w.Id && d.State == DeliveryState.Pending && d.NextAttemptAt <= now))
            .OrderBy(w => w.QueuedUntil).Take(SweepSize).Select(w => w.Id).ToListAsync(ct);
        await WakeAsync(due, ct);
    }
}

/// <summary>Sends what is due to one endpoint.</summary>
public sealed class WebhookDrainJob(WebhookDrain drain, WebhookSchedule schedule)
{
    [JobDisplayName("Send what is due to webhook {0}"), AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(long webhookId, CancellationToken ct)
    {
        if (await drain.RunAsync(webhookId, ct))
            await schedule.WakeAsync([webhookId], ct);
    }
}

/// <summary>Hands out what waits in the event log, and wakes every endpoint that has something due.</summary>
public sealed class WebhookSweepJob(WebhookFanOut fanOut, WebhookSchedule schedule)
{
    [JobDisplayName("Find webhook deliveries that are due"), AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(CancellationToken ct)
    {
        await fanOut.RunAsync(ct);
        await schedule.SweepAsync(ct);
    }
}
