using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;
using Kiket.Application.Common;
using Kiket.Application.Events;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>
/// Sends the due deliveries of one endpoint in batches and records every attempt. Only one worker at a time, on any node,
/// sends to an endpoint: it holds a lease, renews it while it works, and loses it when it dies.
/// </summary>
internal sealed partial class WebhookDrain(
    IServiceScopeFactory scopes,
    WebhookOptions options,
    WebhookMetrics metrics,
    TimeProvider time,
    ILogger<WebhookDrain> logger
)
{
    private const int BatchSize = 100;

    /// <summary>After this time a batch starts no further attempts, so that finished ones are recorded soon.</summary>
    private static readonly TimeSpan LongestBatch = TimeSpan.FromSeconds(3);

    /// <summary>After this time other endpoints get their turn.</summary>
    private static readonly TimeSpan Slice = TimeSpan.FromSeconds(10);

    /// <summary>Sends the due deliveries.</summary>
    /// <returns>Whether more deliveries are due.</returns>
    public async Task<bool> RunAsync(long webhookId, CancellationToken ct)
    {
        var drainId = Guid.NewGuid();
        if (!await LeaseAsync(webhookId, drainId, ct))
            return false;
        using var life = CancellationTokenSource.CreateLinkedTokenSource(ct);
        var name = await NameOfAsync(webhookId, ct);
        var renewal = RenewAsync(webhookId, name, drainId, life);
        try
        {
            var begin = time.GetTimestamp();
            while (time.GetElapsedTime(begin) < Slice && await SendBatchAsync(webhookId, name, drainId, life.Token)) { }
        }
        catch (OperationCanceledException) when (!ct.IsCancellationRequested)
        {
            LogLost(name); // another worker has it now
        }
        finally
        {
            await life.CancelAsync();
            await renewal;
            await ReleaseAsync(webhookId, drainId);
        }

        // A delivery may have been added after the last check, when the lease was still held.
        return await HasDueAsync(webhookId, ct);
    }

    private async Task<bool> LeaseAsync(long webhookId, Guid drainId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return await OnWebhookAsync(
                webhookId,
                (webhooks, _) =>
                    webhooks.ClaimAsync(
                        drainId,
                        now,
                        options.Lease,
                        ct,
                        set => set.SetProperty(w => EF.Property<DateTimeOffset?>(w, WebhookSchedule.QueuedUntil), now)
                    )
            ) == 1;
    }

    /// <summary>Renews the lease until the work ends; when it is lost or has run out, the work ends.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A failed renewal is retried; otherwise the lease expires.")]
    private async Task RenewAsync(long webhookId, string name, Guid drainId, CancellationTokenSource life)
    {
        using var timer = new PeriodicTimer(options.Lease / 3);
        var heldUntil = time.GetUtcNow() + options.Lease;
        while (!life.IsCancellationRequested)
        {
            try
            {
                await timer.WaitForNextTickAsync(life.Token);
                var until = time.GetUtcNow() + options.Lease;
                var held = await OnWebhookAsync(webhookId, (webhooks, _) => webhooks.RenewAsync(drainId, until, life.Token));
                heldUntil = until;
                if (held == 0)
                    await life.CancelAsync();
            }
            catch (Exception) when (life.IsCancellationRequested)
            {
                // The work has ended.
            }
            catch (Exception failure)
            {
                LogRenewal(name, failure.GetBaseException().Message);
                if (time.GetUtcNow() >= heldUntil)
                    await life.CancelAsync();
            }
        }
    }

    private Task<int> ReleaseAsync(long webhookId, Guid drainId) =>
        OnWebhookAsync(webhookId, (webhooks, _) => webhooks.ReleaseAsync(drainId, CancellationToken.None));

    private async Task<bool> HasDueAsync(long webhookId, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        return await OnWebhookAsync(
                webhookId,
                (webhooks, db) =>
                {
                    var due = Due(db, webhookId, now);
                    return webhooks.CountAsync(w => (w.PausedUntil == null || w.PausedUntil <= now) && due.Any(), ct);
                }
            ) == 1;
    }

    /// <returns>Whether more deliveries may be due.</returns>
    private async Task<bool> SendBatchAsync(long webhookId, string name, Guid drainId, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var webhook = await db.AcrossTenants<Webhook>().AsNoTracking().SingleAsync(w => w.Id == webhookId, ct);
        scope
            .ServiceProvider.GetRequiredService<CurrentActor>()
            .SignIn(new(webhook.OrganizationId, default, OrganizationRole.Developer), []);
        if (!webhook.Active)
            await CancelAsync(db, webhookId, ct);

        var circuit = webhook.Circuit;
        if (circuit.IsOpen(time.GetUtcNow()))
            return false;
        var deliveries = await TakeAsync(db, webhook, circuit.IsProbing ? 1 : BatchSize, ct);
        if (deliveries.Count == 0)
            return false;

        // A stopped endpoint only receives the event of its removal, without a token and secrets.
        var extension = webhook is { Kind: WebhookKind.Extension, Active: true, ExtensionId: { } id }
            ? await db.Extensions.AsNoTracking().SingleAsync(e => e.Id == id, ct)
            : null;
        var payloads = scope.ServiceProvider.GetRequiredService<WebhookPayloads>();
        var attempts = await SendAsync(
            scope.ServiceProvider,
            webhook,
            extension,
            circuit,
            deliveries,
            await payloads.ReadAsync(deliveries, ct),
            ct
        );
        await RecordAsync(db, webhook, name, circuit, drainId, attempts);
        return true;
    }

    /// <summary>The due deliveries, oldest first; for an ordered endpoint only the first of each issue.</summary>
    private async Task<List<WebhookDelivery>> TakeAsync(KiketDbContext db, Webhook webhook, int count, CancellationToken ct)
    {
        var due = Due(db, webhook.Id, time.GetUtcNow());
        if (webhook.Target.Ordering is DeliveryOrdering.Issue)
        {
            due = due.Where(d =>
                d.IssueId == null
                || !db.WebhookDeliveries.Any(e =>
                    e.WebhookId == d.WebhookId && e.IssueId == d.IssueId && e.State == DeliveryState.Pending && e.Id < d.Id
                )
            );
        }

        return await due.OrderBy(d => d.NextAttemptAt).ThenBy(d => d.Id).Take(count).ToListAsync(ct);
    }

    private static IQueryable<WebhookDelivery> Due(KiketDbContext db, long webhookId, DateTimeOffset now) =>
        db.AcrossTenants<WebhookDelivery>()
            .Where(d => d.WebhookId == webhookId && d.State == DeliveryState.Pending && d.NextAttemptAt <= now);

    private async Task<IReadOnlyList<(WebhookDelivery Delivery, SentRequest Sent)>> SendAsync(
        IServiceProvider services,
        Webhook webhook,
        Extension? extension,
        Circuit circuit,
        IReadOnlyList<WebhookDelivery> deliveries,
        IReadOnlyDictionary<long, EventDto> events,
        CancellationToken ct
    )
    {
        var (requests, sender, payloads) = (
            services.GetRequiredService<WebhookRequests>(),
            services.GetRequiredService<WebhookSender>(),
            services.GetRequiredService<WebhookPayloads>()
        );
        var attempts = new ConcurrentQueue<(WebhookDelivery, SentRequest)>();
        var (gate, begin) = (new Lock(), time.GetTimestamp());
        using var writing = new SemaphoreSlim(1); // bodies read secrets from the database, one at a time

        // Attempts in flight when the lease or the process ends are awaited and recorded, because they were made.
        await Parallel.ForEachAsync(
            deliveries,
            new ParallelOptions { MaxDegreeOfParallelism = Webhook.MaxInFlight, CancellationToken = CancellationToken.None },
            async (delivery, _) =>
            {
                lock (gate)
                {
                    if (
                        ct.IsCancellationRequested
                        || circuit.IsOpen(time.GetUtcNow())
                        || time.GetElapsedTime(begin) > LongestBatch
                    )
                        return;
                }

                var logged = delivery.LoggedEventId is { } id ? events.GetValueOrDefault(id) : null;
                byte[] body;
                await writing.WaitAsync(CancellationToken.None);
                try
                {
                    body = await payloads.WriteAsync(delivery, logged, extension, CancellationToken.None);
                }
                finally
                {
                    writing.Release();
                }

                var sent = requests.Of(webhook, delivery, extension, body, logged?.Trace) is { } request
                    ? await sender.SendAsync(request, CancellationToken.None)
                    : SentRequest.Unsent(
                        WebhookRequests.AddressOf(webhook, delivery.Event),
                        WebhookRequests.SecretUnavailable,
                        time.GetUtcNow()
                    );
                attempts.Enqueue((delivery, sent));
                metrics.Attempted(sent.Outcome.Verdict, sent.Duration);
                lock (gate)
                    circuit = circuit.After(sent.Outcome.Verdict, sent.Outcome.RetryAfter, time.GetUtcNow());
            }
        );
        return [.. attempts];
    }

    /// <summary>Records attempts even if the lease was lost in the meantime: they were made.</summary>
    private async Task RecordAsync(
        KiketDbContext db,
        Webhook webhook,
        string name,
        Circuit before,
        Guid drainId,
        IReadOnlyList<(WebhookDelivery Delivery, SentRequest Sent)> attempts
    )
    {
        var (now, after) = (time.GetUtcNow(), before);
        foreach (var (delivery, sent) in attempts)
        {
            var retries =
                webhook.Hooks.FirstOrDefault(h => h.Event == delivery.Event)?.Retries ?? RetryPolicy.Deliveries.Delays.Count;
            var verdict = delivery.RecordAttempt(sent.Outcome, retries, Random.Shared.NextDouble(), now);
            after = after.After(verdict, sent.Outcome.RetryAfter, now);
            db.WebhookAttempts.Add(WebhookAttempt.Of(delivery, sent.Outcome, sent.Exchange, drainId, sent.At, sent.Duration));
        }

        var isChanged = await LostRaces.RetryAsync(
            () => SaveAsync(db, webhook.Id, before, after),
            DatabaseFailure.IsLostRace,
            CancellationToken.None
        );
        if (isChanged && after.PausedUntil is { } until)
            LogPaused(name, until, after.FailuresInRow);
    }

    /// <returns>Whether the circuit has changed: somebody who has paused or resumed it since wins.</returns>
    private static async Task<bool> SaveAsync(KiketDbContext db, long webhookId, Circuit before, Circuit after)
    {
        await using var transaction = await db.Database.BeginTransactionAsync(CancellationToken.None);
        // After a lost race the same changes are saved again.
        await db.SaveChangesAsync(acceptAllChangesOnSuccess: false, CancellationToken.None);
        var pausedUntil = before.PausedUntil;
        var changed =
            after == before
                ? 0
                : await db
                    .Webhooks.Where(w => w.Id == webhookId && w.PausedUntil == pausedUntil)
                    .ExecuteUpdateAsync(
                        set =>
                            set.SetProperty(w => w.FailuresInRow, after.FailuresInRow)
                                .SetProperty(w => w.Pauses, after.Pauses)
                                .SetProperty(w => w.PausedUntil, after.PausedUntil),
                        CancellationToken.None
                    );
        await transaction.CommitAsync(CancellationToken.None);
        return changed == 1;
    }

    /// <summary>A stopped endpoint receives nothing more, except that its extension was removed.</summary>
    private async Task CancelAsync(KiketDbContext db, long webhookId, CancellationToken ct)
    {
        var (now, goodbye) = (time.GetUtcNow(), ExtensionLifecycle.Uninstalled);
        await db
            .WebhookDeliveries.Where(d => d.WebhookId == webhookId && d.State == DeliveryState.Pending && d.Event != goodbye)
            .UpdateInBatchesAsync(
                set => set.SetProperty(d => d.State, DeliveryState.Cancelled).SetProperty(d => d.CompletedAt, now),
                ct
            );
    }

    private async Task<string> NameOfAsync(long webhookId, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        return await scope.ServiceProvider.GetRequiredService<KiketDbContext>().NameOfAsync(webhookId, ct);
    }

    private async Task<int> OnWebhookAsync(long webhookId, Func<IQueryable<Webhook>, KiketDbContext, Task<int>> change)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        return await change(db.AcrossTenants<Webhook>().Where(w => w.Id == webhookId), db);
    }

    [LoggerMessage(
        Level = LogLevel.Warning,
        Message = "{Endpoint} is paused until {Until:O} after {Failures} failures in a row."
    )]
    private partial void LogPaused(string endpoint, DateTimeOffset until, int failures);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Endpoint} was taken over by another worker.")]
    private partial void LogLost(string endpoint);

    [LoggerMessage(Level = LogLevel.Warning, Message = "The lease of {Endpoint} could not be renewed; retrying: {Reason}")]
    private partial void LogRenewal(string endpoint, string reason);
}
