using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Counts the backlog of all organizations whenever the metrics are read.</summary>
internal sealed partial class WebhookBacklog(
    IServiceScopeFactory scopes,
    EventCursors cursors,
    WebhookMetrics metrics,
    TimeProvider time,
    ILogger<WebhookBacklog> logger
)
{
    public async Task RefreshAsync(CancellationToken ct)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
            var waiting = await cursors.CountWaitingAsync(db, EventConsumer.HandOut, ct);
            var pending = db.AcrossTenants<WebhookDelivery>().Where(d => d.State == DeliveryState.Pending);
            var count = await pending.CountAsync(ct);
            var oldest = await pending
                .OrderBy(d => d.CreatedAt)
                .Select(d => (DateTimeOffset?)d.CreatedAt)
                .FirstOrDefaultAsync(ct);
            metrics.Backlog = new(waiting, count, oldest is { } since ? time.GetUtcNow() - since : TimeSpan.Zero);
        }
        catch (Exception failure) when (DatabaseFailure.IsUnavailable(failure))
        {
            metrics.Backlog = null; // a gap is better than an outdated number, and the other metrics are needed most now
            LogFailure(failure);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "The delivery backlog could not be counted.")]
    private partial void LogFailure(Exception failure);
}

/// <summary>The backlog.</summary>
/// <param name="Events">Events that were not handed out yet.</param>
/// <param name="Pending">Deliveries that were not made yet.</param>
/// <param name="OldestAge">Since when the oldest of them waits; zero when there is none.</param>
internal sealed record Backlog(long Events, int Pending, TimeSpan OldestAge);
