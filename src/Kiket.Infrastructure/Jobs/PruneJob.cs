using Hangfire;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Jobs;

/// <summary>Deletes what has served its time: answers of idempotency keys older than 24 hours, and events processed a week ago.</summary>
public sealed class PruneJob(KiketDbContext db, TimeProvider time)
{
    /// <summary>How long a processed event is kept, so that people can see what became of it.</summary>
    public static readonly TimeSpan EventLifetime = TimeSpan.FromDays(7);

    [JobDisplayName("Delete expired idempotency keys and processed events")]
    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await db.IdempotencyRecords.Where(r => r.ExpiresAt <= now).ExecuteDeleteAsync(ct);
        var old = now - EventLifetime;
        await db.Events.IgnoreQueryFilters([KiketDbContext.TenantFilter])
            .Where(e => e.OccurredAt <= old && e.ProcessedAt != null && e.FannedOutAt != null).ExecuteDeleteAsync(ct);
    }
}
