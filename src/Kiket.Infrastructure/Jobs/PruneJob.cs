using Hangfire;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Jobs;

/// <summary>Deletes what has served its time: answers of idempotency keys older than 24 hours.</summary>
public sealed class PruneJob(KiketDbContext db, TimeProvider time)
{
    [JobDisplayName("Delete expired idempotency keys")]
    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await db.IdempotencyRecords.Where(r => r.ExpiresAt <= now).ExecuteDeleteAsync(ct);
    }
}
