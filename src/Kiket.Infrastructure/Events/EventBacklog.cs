using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Events;

/// <summary>Counts the backlog of all organizations whenever the metrics are read.</summary>
internal sealed partial class EventBacklog(
    IServiceScopeFactory scopes,
    EventCursors cursors,
    WebhookMetrics metrics,
    TimeProvider time,
    ILogger<EventBacklog> logger
)
{
    public async Task RefreshAsync(CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
            var now = time.GetUtcNow();
            var waiting = await cursors.CountWaitingAsync(db, EventConsumer.HandOut, ct);
            var unreacted = await cursors.CountWaitingAsync(db, EventConsumer.Reactions, ct);
            var postponed = await db.Set<PostponedEvent>().CountAsync(e => e.NextAttemptAt != null, ct);
            var paused = await db.AcrossTenants<Webhook>().CountAsync(w => w.Active && w.PausedUntil > now, ct);
            var pending = db.AcrossTenants<WebhookDelivery>().Where(d => d.State == DeliveryState.Pending);
            var count = await pending.CountAsync(ct);
            var oldest = await pending
                .OrderBy(d => d.CreatedAt)
                .Select(d => (DateTimeOffset?)d.CreatedAt)
                .FirstOrDefaultAsync(ct);
            metrics.Backlog = new(waiting, count, oldest is { } since ? now - since : TimeSpan.Zero)
            {
                Unreacted = unreacted,
                Postponed = postponed,
                Paused = paused,
            };
        }
        catch (Exception failure) when (!ct.IsCancellationRequested)
        {
            metrics.Backlog = null; // a gap is better than an outdated number, and the other metrics must still be served
            LogFailure(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The backlog could not be counted.")]
    private partial void LogFailure(Exception failure);
}
