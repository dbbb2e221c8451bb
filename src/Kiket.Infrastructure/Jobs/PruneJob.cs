using Hangfire;
using Kiket.Application.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Microsoft.EntityFrameworkCore;
using static OpenIddict.Abstractions.OpenIddictConstants;

namespace Kiket.Infrastructure.Jobs;

/// <summary>
/// Deletes expired data: answers of idempotency keys after 24 hours; deliveries with their attempts, and events, after
/// <c>Events:RetentionDays</c>; expired tokens of OAuth. Pending deliveries are kept regardless of their age.
/// </summary>
internal sealed class PruneJob(KiketDbContext db, KiketSettings settings, TimeProvider time)
{
    private const int BatchSize = 1_000;

    [JobDisplayName("Delete expired idempotency keys, events, deliveries and tokens")]
    public async Task RunAsync(CancellationToken ct)
    {
        var now = time.GetUtcNow();
        await db.IdempotencyRecords.Where(r => r.ExpiresAt <= now).DeleteInBatchesAsync(ct);
        var old = now - settings.EventRetention;
        await PruneDeliveriesAsync(old, ct);
        await PruneEventsAsync(old, ct);
        var stale = now - ExtensionReport.Lifetime;
        await db.AcrossTenants<ExtensionReport>().Where(r => r.ReceivedAt <= stale).DeleteInBatchesAsync(ct);
        await PruneOAuthAsync(now.UtcDateTime, ct);
    }

    /// <summary>A redeemed token is kept until it expires, because its reuse revokes its successors.</summary>
    private async Task PruneOAuthAsync(DateTime now, CancellationToken ct)
    {
        var recent = now - TimeSpan.FromDays(1); // a request in progress may still need its new rows
        await db.Set<OAuthToken>().Where(t => t.ExpirationDate <= now).DeleteInBatchesAsync(ct);
        await db.Set<OAuthAuthorization>()
            .Where(a => a.Type == AuthorizationTypes.AdHoc && a.CreationDate <= recent && !a.Tokens.Any())
            .DeleteInBatchesAsync(ct);
    }

    private async Task PruneDeliveriesAsync(DateTimeOffset old, CancellationToken ct)
    {
        var deliveries = db.AcrossTenants<WebhookDelivery>();
        var attempts = db.AcrossTenants<WebhookAttempt>();
        List<long> ids;
        do
        {
            ids = await deliveries
                .Where(d => d.CompletedAt <= old && d.State != DeliveryState.Pending)
                .OrderBy(d => d.CompletedAt)
                .Take(BatchSize)
                .Select(d => d.Id)
                .ToListAsync(ct);
            await attempts.Where(a => ids.Contains(a.DeliveryId)).ExecuteDeleteAsync(ct);
            await deliveries.Where(d => ids.Contains(d.Id) && d.State != DeliveryState.Pending).ExecuteDeleteAsync(ct);
        } while (ids.Count == BatchSize);
    }

    private async Task PruneEventsAsync(DateTimeOffset old, CancellationToken ct)
    {
        var events = db.AcrossTenants<LoggedEvent>();
        var deliveries = db.AcrossTenants<WebhookDelivery>();
        var cursors = db.Set<EventCursor>();
        var postponed = db.Set<PostponedEvent>();
        var consumers = Enum.GetValues<EventConsumer>().Length;
        while (true)
        {
            var ids = await events
                .Where(e => e.OccurredAt <= old)
                .Where(e => cursors.Count(c => c.OrganizationId == e.OrganizationId && c.Position >= e.Sequence) == consumers)
                .Where(e => !postponed.Any(p => p.EventId == e.Id && p.NextAttemptAt != null))
                .Where(e => !deliveries.Any(d => d.LoggedEventId == e.Id))
                .OrderBy(e => e.OccurredAt)
                .Take(BatchSize)
                .Select(e => e.Id)
                .ToListAsync(ct);
            await postponed.Where(p => ids.Contains(p.EventId)).ExecuteDeleteAsync(ct); // the reactions that were given up
            await events.Where(e => ids.Contains(e.Id)).ExecuteDeleteAsync(ct);
            if (ids.Count < BatchSize)
                return;
        }
    }
}
