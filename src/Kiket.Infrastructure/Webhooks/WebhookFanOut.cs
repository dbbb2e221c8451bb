using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Runtime.ExceptionServices;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>
/// Fans out the events of the log to the endpoints that subscribe to them: one delivery each, in the transaction that moves the
/// cursor.
/// </summary>
internal sealed class WebhookFanOut(
    IServiceScopeFactory scopes,
    EventCursors cursors,
    WebhookSchedule schedule,
    TimeProvider time
)
{
    private const int BatchSize = 200;

    /// <summary>
    /// Fans out all waiting events. A failure in one organization does not hold back the others; it is thrown at the end.
    /// </summary>
    /// <returns>The number of events.</returns>
    [SuppressMessage("Design", "CA1031", Justification = "The failure of an organization is thrown after the others are done.")]
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var done = 0;
        var waking = Task.CompletedTask; // the next batch does not wait for the jobs of this one
        Dictionary<OrganizationId, Exception> failures = [];
        var isDone = false;
        while (!isDone && await ReadWaitingAsync(failures.Keys, ct) is { Count: > 0 } waiting)
        {
            isDone = true;
            foreach (var (log, webhooks) in waiting)
            {
                IReadOnlyList<long> endpoints = [];
                try
                {
                    (var events, endpoints) = await LostRaces.RetryAsync(
                        () => HandOutAsync(log, webhooks, ct),
                        DatabaseFailure.IsLostRace,
                        ct
                    );
                    done += events;
                    isDone &= events == log.Last - log.Position;
                }
                catch (Exception failure) when (!DatabaseFailure.IsUnavailable(failure) && !ct.IsCancellationRequested)
                {
                    failures[log.OrganizationId] = failure;
                    isDone = false;
                }

                await waking;
                waking = endpoints.Count > 0 ? schedule.WakeAsync(endpoints, ct) : Task.CompletedTask;
            }
        }

        await waking;
        if (failures.Count > 0)
            ExceptionDispatchInfo.Throw(failures.Values.First());
        return done;
    }

    /// <summary>
    /// The logs with events to fan out, and their subscribers. An endpoint that is added later only receives later events.
    /// </summary>
    private async Task<IReadOnlyList<(OpenLog Log, IReadOnlyList<Webhook> Webhooks)>> ReadWaitingAsync(
        IReadOnlyCollection<OrganizationId> except,
        CancellationToken ct
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var logs = (await cursors.ReadOpenAsync(db, EventConsumer.HandOut, ct))
            .Where(l => !except.Contains(l.OrganizationId))
            .ToList();
        if (logs.Count == 0)
            return [];
        var organizations = logs.ConvertAll(l => l.OrganizationId);
        var webhooks = (
            await db.AcrossTenants<Webhook>()
                .AsNoTracking()
                .Where(w => organizations.Contains(w.OrganizationId) && w.Active && w.Kind != WebhookKind.Action)
                .OrderBy(w => w.Id)
                .ToListAsync(ct)
        ).ToLookup(w => w.OrganizationId);
        return logs.ConvertAll(l => (l, (IReadOnlyList<Webhook>)[.. webhooks[l.OrganizationId]]));
    }

    /// <returns>The number of events and the endpoints; none when another worker was faster.</returns>
    private async Task<(int Events, IReadOnlyList<long> Endpoints)> HandOutAsync(
        OpenLog log,
        IReadOnlyList<Webhook> webhooks,
        CancellationToken ct
    )
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var (from, to) = (log.Position, webhooks.Count == 0 ? log.Last : Math.Min(log.Last, log.Position + BatchSize));
        var begin = time.GetUtcNow();
        List<(LoggedEvent Event, WebhookDelivery Delivery)> deliveries =
            webhooks.Count == 0 ? [] : await DeliveriesAsync(db, log, webhooks, to, ct);
        if (deliveries.Count == 0)
            return (await AdvanceAsync() ? (int)(to - from) : 0, []);

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        if (!await AdvanceAsync())
            return (0, []);
        db.WebhookDeliveries.AddRange(deliveries.Select(d => d.Delivery));
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        foreach (var handedOut in deliveries.GroupBy(d => d.Event))
        {
            using var span = Tracing.Start("hand out event", ActivityKind.Consumer, handedOut.Key.Facts.Trace, begin);
            span?.SetTag("kiket.event.name", handedOut.Key.Name)
                .SetTag(Tracing.Organization, log.OrganizationId.Value)
                .SetTag("kiket.deliveries", handedOut.Count());
        }

        return ((int)(to - from), [.. deliveries.Select(d => d.Delivery.WebhookId).Distinct()]);

        Task<bool> AdvanceAsync() => EventCursors.AdvanceAsync(db, EventConsumer.HandOut, log.OrganizationId, from, to, ct);
    }

    private async Task<List<(LoggedEvent Event, WebhookDelivery Delivery)>> DeliveriesAsync(
        KiketDbContext db,
        OpenLog log,
        IReadOnlyList<Webhook> webhooks,
        long to,
        CancellationToken ct
    )
    {
        var now = time.GetUtcNow();
        var events = await db.AcrossTenants<LoggedEvent>()
            .AsNoTracking()
            .Where(e => e.OrganizationId == log.OrganizationId && e.Sequence > log.Position && e.Sequence <= to)
            .OrderBy(e => e.Sequence)
            .ToListAsync(ct);
        return
        [
            .. events.SelectMany(e =>
                webhooks
                    .Select(w => (Webhook: w, Hook: w.HookFor(e)))
                    .Where(m => m.Hook is not null)
                    .Select(m => (e, WebhookDelivery.Of(m.Webhook, m.Hook!, e, now)))
            ),
        ];
    }
}
