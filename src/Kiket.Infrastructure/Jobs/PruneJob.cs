using Hangfire;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Jobs;

/// <summary>Deletes what has served its time: answers of idempotency keys older than 24 hours, invitations a month after their end.</summary>
public sealed class PruneJob(KiketDbContext db, TimeProvider time)
{
    private static readonly TimeSpan InvitationRetention = TimeSpan.FromDays(30);

    [JobDisplayName("Delete expired idempotency keys and invitations")]
    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var longAgo = now - InvitationRetention;
        await db.IdempotencyRecords.Where(r => r.ExpiresAt <= now).ExecuteDeleteAsync(ct);
        await db.Invitations.IgnoreQueryFilters().Where(i => i.ExpiresAt <= longAgo).ExecuteDeleteAsync(ct);
    }
}
