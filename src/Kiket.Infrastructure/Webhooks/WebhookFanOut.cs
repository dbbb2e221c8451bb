using Kiket.Application.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>
/// Hands the events of the log to the endpoints that want them: one delivery each, in the transaction that marks the event.
/// </summary>
internal sealed class WebhookFanOut(IServiceScopeFactory scopes, WebhookSchedule schedule, TimeProvider time)
{
    private const int BatchSize = 200;

    /// <summary>Hands out all that waits.</summary>
    /// <returns>How many events it has handed out.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var done = 0;
        var waking = Task.CompletedTask; // the next batch does not wait for the jobs of this one
        while (true)
        {
            // The worker that runs the events' actions writes the same rows, and each may wait for the other.
            var (events, endpoints) = await LostRaces.RetryAsync(() => HandOutAsync(ct), DatabaseFailure.IsLostRace, ct);
            await waking;
            waking = endpoints.Count > 0 ? schedule.WakeAsync(endpoints, ct) : Task.CompletedTask;
            done += events ?? 0;
            if (events < BatchSize)
            {
                await waking;
                return done;
            }
        }
    }

    /// <returns>How many events were handed out and to whom; null when another node was at them.</returns>
    private async Task<(int? Events, IReadOnlyList<long> Endpoints)> HandOutAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var (log, now) = (db.AcrossTenants<LoggedEvent>(), time.GetUtcNow());
        var waiting = log.Where(e => e.FannedOutAt == null);
        if (!await waiting.AnyAsync(ct))
            return (0, []); // without a transaction, which on Sqlite would wait for its turn to write

        await using var transaction = await db.Database.BeginTransactionAsync(ct);
        var events = await waiting.AsNoTracking().OrderBy(e => e.Id).Take(BatchSize).ToListAsync(ct);
        if (events.Count == 0)
            return (0, []);

        // Another node may process the same events: the one that marks fewer than it has read starts over.
        List<long> ids = [.. events.Select(e => e.Id)];
        if (
            await log.Where(e => ids.Contains(e.Id) && e.FannedOutAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(e => e.FannedOutAt, now), ct) < ids.Count
        )
            return (null, []);

        List<long> organizations = [.. events.Select(e => e.OrganizationId).Distinct()];
        var webhooks = (
            await db.AcrossTenants<Webhook>()
                .AsNoTracking()
                .Where(w => organizations.Contains(w.OrganizationId) && w.Active && w.Kind != WebhookKind.Action)
                .OrderBy(w => w.Id)
                .ToListAsync(ct)
        ).ToLookup(w => w.OrganizationId);
        var deliveries = events
            .SelectMany(e =>
                webhooks[e.OrganizationId]
                    .Select(w => (Event: e, Webhook: w, Hook: w.HookFor(e)))
                    .Where(m => m.Hook is not null)
                    .Select(m => WebhookDelivery.Of(m.Webhook, m.Hook!, m.Event, now))
            )
            .ToList();
        db.WebhookDeliveries.AddRange(deliveries);
        await db.SaveChangesAsync(ct);
        await transaction.CommitAsync(ct);
        return (events.Count, [.. deliveries.Select(d => d.WebhookId).Distinct()]);
    }
}
