using System.Diagnostics;
using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using Kiket.Application.Actions;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Users;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Events;

/// <summary>
/// Runs the reactions to the events of the log. The reactions to an event and the cursor's move past it are one transaction, so
/// that a crash leaves both undone or both done. Several workers may run at once, on any node.
/// </summary>
internal sealed partial class OutboxProcessor(
    IServiceScopeFactory scopes,
    WebhookSchedule schedule,
    Listeners listeners,
    WebhookMetrics metrics,
    TimeProvider time,
    ILogger<OutboxProcessor> logger
)
{
    private const int BatchSize = 100;

    private readonly Func<DbContext, DateTimeOffset, IAsyncEnumerable<OpenPlace>> openPlaces = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, DateTimeOffset, IQueryable<OpenPlace>>>(
            (db, now) =>
                EventCursors
                    .Logs.Of(db, EventConsumer.Reactions)
                    .Select(l => new OpenPlace
                    {
                        Log = l,
                        HasDue = db.Set<PostponedEvent>()
                            .Any(e => e.OrganizationId == l.OrganizationId && e.NextAttemptAt <= now),
                    })
                    .Where(o => o.Log.Last > (o.Log.Position ?? 0) || o.HasDue)
                    .OrderBy(o => o.Log.OrganizationId)
        )
    );

    /// <summary>Reacts to all waiting events, and to the events that the reactions cause.</summary>
    /// <returns>The number of processed events.</returns>
    public async Task<int> RunAsync(CancellationToken ct)
    {
        var done = 0;
        HashSet<OrganizationId> left = []; // organizations that another worker is processing
        while (true)
        {
            var (open, hasDue) = await OnDatabaseAsync(db => ReadOpenAsync(db, ct));
            var logs = open.Where(l => !left.Contains(l.OrganizationId)).ToList();
            var due = hasDue ? await OnDatabaseAsync(db => ReadDueAsync(db, ct)) : [];
            if (logs.Count == 0 && due.Count == 0)
                return done;

            var isDone = due.Count == 0;
            foreach (var log in logs)
            {
                var (position, hasReacted) = await FollowAsync(log, ct);
                done += (int)(position - log.Position);
                isDone &= position == log.Last && !hasReacted;
                if (position == log.Position)
                    left.Add(log.OrganizationId);
            }

            foreach (var turn in due)
                done += await ProcessAsync(turn, ct) is TurnEnd.Done ? 1 : 0;
            if (isDone)
                return done; // a later commit wakes the worker again
        }
    }

    /// <summary>
    /// Runs the reactions to an event whose turn it is. An unavailable database does not count as a failure of the event; the
    /// exception is rethrown.
    /// </summary>
    [SuppressMessage(
        "Design",
        "CA1031",
        Justification = "Any exception counts as a failure of the event; it must not stop the others."
    )]
    public async Task<TurnEnd> ProcessAsync(ReactionTurn turn, CancellationToken ct)
    {
        try
        {
            if (!await ReactAsync(turn, ct))
                return TurnEnd.Lost;
            metrics.Reacted(isDone: true);
            return TurnEnd.Done;
        }
        catch (Exception failure)
            when (!DatabaseFailure.IsUnavailable(failure)
                && (failure is not OperationCanceledException || !ct.IsCancellationRequested)
            )
        {
            LogFailure(failure, turn.Event.Id, turn.Event.Name, turn.Event.OrganizationId);
            metrics.Reacted(isDone: false);
            var attempts = turn.Attempts + 1;
            return await PostponeAsync(
                turn,
                attempts,
                PostponedEvent.NextAttemptAfter(attempts, time.GetUtcNow()),
                StorableText.Of(failure.ToString(), PostponedEvent.MaxErrorLength),
                ct
            )
                ? TurnEnd.Postponed
                : TurnEnd.Lost;
        }
    }

    /// <summary>
    /// Moves the cursor of an organization past some events. An event whose reactions fail is postponed, with all later events of
    /// its issue.
    /// </summary>
    /// <returns>
    /// The new position of the cursor, or the old one if another worker was faster, and whether any reactions were tried.
    /// </returns>
    private async Task<(long Position, bool HasReacted)> FollowAsync(OpenLog log, CancellationToken ct)
    {
        var (events, reactive, waiting) = await OnDatabaseAsync(db => ReadBatchAsync(db, log, ct), log.OrganizationId);
        var (position, hasReacted) = (log.Position, false);
        foreach (var logged in events)
        {
            // The reactions that ran may have changed which reactions the next events cause, so the cursor passes those later.
            if (!reactive.Contains(logged.Id) && !(hasReacted && IsOfIssue(logged)))
                continue;
            var turn = new ReactionTurn(logged, position);
            var end =
                !waiting.Contains(logged.IssueId!.Value) ? await ProcessAsync(turn, ct)
                : await PostponeAsync(turn, attempts: 0, time.GetUtcNow(), error: null, ct) ? TurnEnd.Postponed
                : TurnEnd.Lost;
            if (end is TurnEnd.Lost)
                return (position, hasReacted);
            if (end is TurnEnd.Postponed)
                waiting.Add(logged.IssueId.Value);
            (position, hasReacted) = (logged.Sequence, true);
        }

        var last = Math.Min(log.Position + BatchSize, log.Last);
        var isMoved = position < last && await AdvanceAsync(log.OrganizationId, position, last, ct);
        return (isMoved ? last : position, hasReacted);
    }

    private Task<bool> AdvanceAsync(OrganizationId organizationId, long from, long to, CancellationToken ct) =>
        LostRaces.RetryAsync(
            () => OnDatabaseAsync(db => EventCursors.AdvanceAsync(db, EventConsumer.Reactions, organizationId, from, to, ct)),
            DatabaseFailure.IsLostRace,
            ct
        );

    /// <summary>The next events of a log, those that may cause reactions, and the issues that must wait.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Whatever fails here fails again with the event that it is about.")]
    private async Task<(List<LoggedEvent> Events, HashSet<long> Reactive, HashSet<IssueId> Waiting)> ReadBatchAsync(
        KiketDbContext db,
        OpenLog log,
        CancellationToken ct
    )
    {
        var last = Math.Min(log.Position + BatchSize, log.Last);
        if (!await MayFollowAsync(db, log.Position, last, ct))
            return ([], [], []);
        var events = await db
            .Events.AsNoTracking()
            .Where(e => e.Sequence > log.Position && e.Sequence <= last)
            .OrderBy(e => e.Sequence)
            .ToListAsync(ct);
        var happened = events.Where(IsOfIssue).ToDictionary(e => e.Id, EventOf);
        if (happened.Count == 0)
            return (events, [], []);
        HashSet<long> reactive;
        try
        {
            var found = await db.FindReactiveAsync([.. happened.Values], ct);
            reactive = [.. happened.Where(e => found.Contains(e.Value)).Select(e => e.Key)];
        }
        catch (Exception failure) when (!DatabaseFailure.IsUnavailable(failure) && !ct.IsCancellationRequested)
        {
            reactive = [.. happened.Keys];
        }

        List<IssueId> waiting =
            reactive.Count == 0
                ? []
                : await db.Set<PostponedEvent>()
                    .Where(e => e.OrganizationId == log.OrganizationId && e.NextAttemptAt != null)
                    .Select(e => e.IssueId)
                    .Distinct()
                    .ToListAsync(ct);
        return (events, reactive, [.. waiting]);
    }

    [SuppressMessage("Design", "CA1031", Justification = "Whatever fails here fails again with the event that it is about.")]
    private async Task<bool> MayFollowAsync(KiketDbContext db, long after, long last, CancellationToken ct)
    {
        try
        {
            return await listeners.MayFollowAsync(db, after, last, ct);
        }
        catch (Exception failure) when (!DatabaseFailure.IsUnavailable(failure) && !ct.IsCancellationRequested)
        {
            return true;
        }
    }

    /// <summary>
    /// The logs with events after the cursor, and whether any postponed events are due: one statement, even if there is nothing
    /// to do.
    /// </summary>
    private async Task<(IReadOnlyList<OpenLog> Logs, bool HasDue)> ReadOpenAsync(KiketDbContext db, CancellationToken ct)
    {
        var found = await openPlaces(db, time.GetUtcNow()).ToListAsync(ct);
        var logs = await EventCursors.BeginAsync(db, EventConsumer.Reactions, found.ConvertAll(o => o.Log), ct);
        return ([.. logs.Where(l => l.Position < l.Last)], found.Exists(o => o.HasDue));
    }

    /// <summary>Postponed events that are due: of each issue only the earliest, so that they are processed in order.</summary>
    private async Task<List<ReactionTurn>> ReadDueAsync(KiketDbContext db, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var waiting = db.Set<PostponedEvent>().Where(e => e.NextAttemptAt != null);
        var due = await waiting
            .Where(e => e.NextAttemptAt <= now)
            .Where(e =>
                !waiting.Any(b => b.OrganizationId == e.OrganizationId && b.IssueId == e.IssueId && b.EventId < e.EventId)
            )
            .OrderBy(e => e.EventId)
            .Take(BatchSize)
            .Join(db.AcrossTenants<LoggedEvent>(), e => e.EventId, l => l.Id, (e, l) => new { Event = l, e.Attempts })
            .AsNoTracking()
            .ToListAsync(ct);
        return due.OrderBy(d => d.Event.Id).Select(d => new ReactionTurn(d.Event, From: null, d.Attempts)).ToList();
    }

    private async Task<bool> ReactAsync(ReactionTurn turn, CancellationToken ct)
    {
        var logged = turn.Event;
        using var span = Tracing.Start("react to event", ActivityKind.Consumer, logged.Facts.Trace);
        span?.SetTag("kiket.event.name", logged.Name);
        await using var scope = scopes.CreateAsyncScope();
        var services = scope.ServiceProvider;
        var db = await services.SignInServiceAsync(logged.OrganizationId, ct);
        var actor = services.GetRequiredService<CurrentActor>();
        actor.Cause = EventCause.Automation;
        actor.CauseDepth = logged.Facts.Depth + 1;
        var reactions = services.GetRequiredService<EventReactions>();

        IReadOnlyCollection<long> webhookIds = [];
        var reacted = await services
            .GetRequiredService<IUnitOfWork>()
            .RunAsync<bool>(
                "react_to_event",
                async () =>
                {
                    var isOurs = await TakeAsync(db, turn, ct);
                    if (isOurs)
                        webhookIds = await reactions.RunAsync(EventOf(logged), ct);
                    return isOurs;
                },
                ct
            );
        if (webhookIds.Count > 0)
            await schedule.WakeAsync([.. webhookIds], ct);
        return reacted.Value;
    }

    /// <summary>Postpones an event whose reactions failed or must wait.</summary>
    /// <returns>Whether it was postponed; otherwise another worker was faster.</returns>
    private async Task<bool> PostponeAsync(
        ReactionTurn turn,
        int attempts,
        DateTimeOffset? nextAttemptAt,
        string? error,
        CancellationToken ct
    )
    {
        var logged = turn.Event;
        await using var scope = scopes.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var postponed = new PostponedEvent
        {
            EventId = logged.Id,
            OrganizationId = logged.OrganizationId,
            IssueId = logged.IssueId!.Value,
            Attempts = attempts,
            NextAttemptAt = nextAttemptAt,
            LastError = error,
        };
        var isOurs = await scope
            .ServiceProvider.GetRequiredService<IUnitOfWork>()
            .RunAsync<bool>(
                "postpone_event",
                async () =>
                {
                    var isOurs = await TakeAsync(db, turn, ct);
                    if (isOurs)
                        db.Add(postponed);
                    return isOurs;
                },
                ct
            );
        return isOurs.Value;
    }

    /// <summary>
    /// Claims an event for this worker within the transaction: moves the cursor past it, or removes it from the postponed events.
    /// Other workers that want it wait until the transaction ends.
    /// </summary>
    private static async Task<bool> TakeAsync(KiketDbContext db, ReactionTurn turn, CancellationToken ct)
    {
        var logged = turn.Event;
        return turn.From is { } from
            ? await EventCursors.AdvanceAsync(db, EventConsumer.Reactions, logged.OrganizationId, from, logged.Sequence, ct)
            : await db.Set<PostponedEvent>()
                .Where(e => e.EventId == logged.Id && e.Attempts == turn.Attempts && e.NextAttemptAt != null)
                .ExecuteDeleteAsync(ct) == 1;
    }

    /// <summary>Only events of issues have actions.</summary>
    private static bool IsOfIssue(LoggedEvent logged) => logged is { IssueId: not null, Facts.Issue: not null };

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
            e.Facts.More.GetValueOrDefault("definition") is JsonElement rule && rule.TryGetProperty("id", out var id)
                ? id.GetString()
                : null
        );

    /// <param name="organizationId">The organization whose rows are visible.</param>
    private async Task<T> OnDatabaseAsync<T>(Func<KiketDbContext, Task<T>> work, OrganizationId organizationId = default)
    {
        await using var scope = scopes.CreateAsyncScope();
        scope
            .ServiceProvider.GetRequiredService<CurrentActor>()
            .SignIn(new(organizationId, default, OrganizationRole.Developer), []);
        return await work(scope.ServiceProvider.GetRequiredService<KiketDbContext>());
    }

    [LoggerMessage(
        Level = LogLevel.Error,
        Message = "The reactions to event {Id} ({Event}) of organization {OrganizationId} failed; they will be retried later."
    )]
    private partial void LogFailure(Exception failure, long id, string @event, OrganizationId organizationId);

    private sealed class OpenPlace
    {
        public required LogPlace Log { get; init; }

        public required bool HasDue { get; init; }
    }
}
