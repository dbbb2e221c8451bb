using System.Diagnostics.CodeAnalysis;
using Kiket.Application.Actions;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Users;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Events;

/// <summary>
/// Takes waiting messages and does what follows from them. A message and all its effects are one transaction, so that a crash
/// at any instant leaves both undone or both done; several workers may run at once, on any node.
/// </summary>
internal sealed partial class OutboxProcessor(
    IServiceScopeFactory scopes,
    WebhookSchedule schedule,
    TimeProvider time,
    ILogger<OutboxProcessor> logger
)
{
    /// <summary>How long a worker keeps what it has claimed; after that it counts as crashed.</summary>
    public static readonly TimeSpan Lease = TimeSpan.FromSeconds(30);

    private const int BatchSize = 50;
    private static readonly TimeSpan LongestRest = TimeSpan.FromMinutes(30);

    /// <summary>Processes all that waits, and what follows from that.</summary>
    /// <returns>How many messages it has done.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var done = 0;
        while (await ClaimAsync(ct) is { Count: > 0 } claimed)
        {
            try
            {
                foreach (var message in claimed)
                    done += await ProcessAsync(message, ct) ? 1 : 0;
            }
            catch (Exception)
            {
                await ReleaseAsync(claimed);
                throw;
            }
        }

        return done;
    }

    /// <summary>Gives back what this worker cannot do now, so that another one need not wait for the lease to end.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "The failure that led here says more; the lease ends by itself.")]
    private async Task ReleaseAsync(IReadOnlyList<LoggedEvent> claimed)
    {
        try
        {
            await using var scope = scopes.CreateAsyncScope();
            var (now, claim) = (time.GetUtcNow(), claimed[0].ClaimId);
            List<long> ids = [.. claimed.Select(m => m.Id)];
            await scope
                .ServiceProvider.GetRequiredService<KiketDbContext>()
                .AcrossTenants<LoggedEvent>()
                .Where(m => ids.Contains(m.Id) && m.ClaimId == claim && m.ProcessedAt == null)
                .ExecuteUpdateAsync(set => set.SetProperty(m => m.ClaimedUntil, now), CancellationToken.None);
        }
        catch (Exception) { }
    }

    /// <summary>
    /// Takes a batch: of each issue only the earliest message, so that an issue's events are processed in order.
    /// </summary>
    /// <remarks>The hand-out to webhooks writes the same rows, and each may have waited for the other's.</remarks>
    public Task<IReadOnlyList<LoggedEvent>> ClaimAsync(CancellationToken ct) =>
        LostRaces.RetryAsync(() => TryClaimAsync(ct), DatabaseFailure.IsLostRace, ct);

    private async Task<IReadOnlyList<LoggedEvent>> TryClaimAsync(CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var messages = scope.ServiceProvider.GetRequiredService<KiketDbContext>().AcrossTenants<LoggedEvent>();
        var (now, claim) = (time.GetUtcNow(), (Guid?)Guid.NewGuid());
        var until = now + Lease;

        var ids = await messages
            .Where(m => m.ProcessedAt == null && m.ClaimedUntil <= now)
            .Where(m => !messages.Any(e => e.IssueId == m.IssueId && e.ProcessedAt == null && e.Id < m.Id))
            .OrderBy(m => m.Id)
            .Take(BatchSize)
            .Select(m => m.Id)
            .ToListAsync(ct);
        if (ids.Count == 0)
            return [];

        // The predicate stands here again, because another worker may have been faster since; what we got is read back by our
        // claim.
        await messages
            .Where(m => ids.Contains(m.Id) && m.ProcessedAt == null && m.ClaimedUntil <= now)
            .ExecuteUpdateAsync(set => set.SetProperty(m => m.ClaimId, claim).SetProperty(m => m.ClaimedUntil, until), ct);
        return await messages.AsNoTracking().Where(m => m.ClaimId == claim).OrderBy(m => m.Id).ToListAsync(ct);
    }

    /// <summary>
    /// Does what follows from a claimed message. A database that is away counts as no failure of the message, and is passed on.
    /// </summary>
    /// <returns>Whether this call did it; false when it failed, or another worker has taken it over.</returns>
    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "Whatever a message throws counts as its failure; it must not stop the others."
    )]
    public async Task<bool> ProcessAsync(LoggedEvent message, CancellationToken ct)
    {
        try
        {
            return await ReactAsync(message, ct);
        }
        catch (Exception failure)
            when (!DatabaseFailure.IsUnavailable(failure)
                && (failure is not OperationCanceledException || !ct.IsCancellationRequested)
            )
        {
            LogFailure(failure, message.Id, message.Name);
            await RestAsync(message, failure, ct);
            return false;
        }
    }

    private async Task<bool> ReactAsync(LoggedEvent message, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var db = await services.SignInServiceAsync(message.OrganizationId, ct);
        var actor = services.GetRequiredService<CurrentActor>();
        actor.Cause = EventCause.Automation;
        actor.CauseDepth = message.Facts.Depth + 1;
        var reactions = services.GetRequiredService<EventReactions>();
        var (id, claim, now) = (message.Id, message.ClaimId, time.GetUtcNow());

        IReadOnlyCollection<long> told = [];
        var processed = await services
            .GetRequiredService<IUnitOfWork>()
            .RunAsync<bool>(
                async () =>
                {
                    var isOurs =
                        await db
                            .Events.Where(m => m.Id == id && m.ClaimId == claim && m.ProcessedAt == null)
                            .ExecuteUpdateAsync(
                                set => set.SetProperty(m => m.ProcessedAt, now).SetProperty(m => m.LastError, (string?)null),
                                ct
                            ) == 1;
                    if (isOurs)
                        told = await reactions.RunAsync(EventOf(message), ct);
                    return isOurs;
                },
                ct
            );
        if (told.Count > 0)
            await schedule.WakeAsync([.. told], ct);
        return processed.Value;
    }

    private static IssueEvent EventOf(LoggedEvent e) =>
        new(
            e.Name,
            e.IssueId!.Value,
            e.ProjectId,
            e.CommentId,
            e.Facts.From,
            e.Facts.To,
            e.Facts.Changes,
            e.ActorId,
            e.Facts.Depth,
            e.Facts.More.TryGetValue("definition", out var rule) && rule.TryGetProperty("id", out var id) ? id.GetString() : null
        );

    /// <summary>
    /// Lets a failed message rest, longer each time; after the last attempt it is given up, so that its issue goes on.
    /// </summary>
    private async Task RestAsync(LoggedEvent message, Exception failure, CancellationToken ct)
    {
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var (id, claim, attempts, now) = (message.Id, message.ClaimId, message.Attempts + 1, time.GetUtcNow());
        var again = now + TimeSpan.FromSeconds(Math.Min(Math.Pow(2, attempts), LongestRest.TotalSeconds));
        DateTimeOffset? givenUp = attempts >= LoggedEvent.MaxAttempts ? now : null;
        var error = StorableText.Of(failure.ToString(), LoggedEvent.MaxErrorLength);
        await db.AcrossTenants<LoggedEvent>()
            .Where(m => m.Id == id && m.ClaimId == claim && m.ProcessedAt == null)
            .ExecuteUpdateAsync(
                set =>
                    set.SetProperty(m => m.Attempts, attempts)
                        .SetProperty(m => m.ClaimedUntil, again)
                        .SetProperty(m => m.ClaimId, (Guid?)null)
                        .SetProperty(m => m.ProcessedAt, givenUp)
                        .SetProperty(m => m.LastError, error),
                ct
            );
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Outbox message {Id} ({Event}) failed; it will be retried later.")]
    private partial void LogFailure(Exception failure, long id, string @event);
}
