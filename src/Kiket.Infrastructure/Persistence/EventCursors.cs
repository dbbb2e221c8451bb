using System.Linq.Expressions;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Domain.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Tracks how far consumers have followed the event log. Events are numbered without gaps and in the order of their commits, so
/// everything after the cursor is unprocessed. A cursor moves in the transaction of the work. Only the worker that moves it from
/// the position that it has read does the work; the others change nothing.
/// </summary>
internal sealed class EventCursors
{
    /// <summary>A part of queries: the positions of a consumer in all logs.</summary>
    internal static readonly Expression<Func<DbContext, EventConsumer, IQueryable<LogPlace>>> Logs = (db, consumer) =>
        from organization in db.Set<Organization>()
        from cursor in db.Set<EventCursor>()
            .Where(c => c.OrganizationId == organization.Id && c.Consumer == consumer)
            .DefaultIfEmpty()
        select new LogPlace
        {
            OrganizationId = organization.Id,
            Position = (long?)cursor.Position,
            Last = organization.LastEventSequence,
        };

    private readonly Func<DbContext, EventConsumer, IAsyncEnumerable<LogPlace>> open = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, EventConsumer, IQueryable<LogPlace>>>(
            (db, consumer) => Logs.Of(db, consumer).Where(l => l.Last > (l.Position ?? 0)).OrderBy(l => l.OrganizationId)
        )
    );

    private readonly Func<DbContext, EventConsumer, CancellationToken, Task<long>> waiting = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, EventConsumer, CancellationToken, long>>(
            (db, consumer, _) => Logs.Of(db, consumer).Sum(l => l.Last - (l.Position ?? 0))
        )
    );

    /// <summary>The logs that have events after the cursor of a consumer.</summary>
    public async Task<IReadOnlyList<OpenLog>> ReadOpenAsync(KiketDbContext db, EventConsumer consumer, CancellationToken ct) =>
        await BeginAsync(db, consumer, await open(db, consumer).ToListAsync(ct), ct);

    /// <summary>The number of unprocessed events of a consumer, in all organizations.</summary>
    public Task<long> CountWaitingAsync(KiketDbContext db, EventConsumer consumer, CancellationToken ct) =>
        waiting(db, consumer, ct);

    /// <summary>Advances a cursor. Others that want to move it wait until the transaction ends.</summary>
    /// <returns>Whether it was still at the expected position; otherwise another worker was faster.</returns>
    public static async Task<bool> AdvanceAsync(
        KiketDbContext db,
        EventConsumer consumer,
        OrganizationId organizationId,
        long from,
        long to,
        CancellationToken ct
    )
    {
        var table = StoredTable.Of<EventCursor>(db);
        var (organization, position) = (
            table.Column(nameof(EventCursor.OrganizationId)),
            table.Column(nameof(EventCursor.Position))
        );
        var advance =
            $"UPDATE {table.Name} SET {position} = {{0}} WHERE {organization} = {{1}} "
            + $"AND {table.Column(nameof(EventCursor.Consumer))} = {{2}} AND {position} = {{3}}";
        object[] values = [to, organizationId.Value, WireName.Of(consumer), from];
        return await db.Database.ExecuteSqlRawAsync(advance, values, ct) == 1;
    }

    /// <summary>Creates missing cursors, before the first event of new organizations.</summary>
    public static async Task<IReadOnlyList<OpenLog>> BeginAsync(
        KiketDbContext db,
        EventConsumer consumer,
        List<LogPlace> logs,
        CancellationToken ct
    )
    {
        foreach (var log in logs.Where(l => l.Position is null))
            await BeginAsync(db, log.OrganizationId, consumer, ct);
        return logs.ConvertAll(l => new OpenLog(l.OrganizationId, l.Position ?? 0, l.Last));
    }

    /// <summary>Creates a cursor before the first event of a new organization.</summary>
    private static async Task BeginAsync(
        KiketDbContext db,
        OrganizationId organizationId,
        EventConsumer consumer,
        CancellationToken ct
    )
    {
        db.Add(new EventCursor { OrganizationId = organizationId, Consumer = consumer });
        try
        {
            await db.SaveChangesAsync(ct);
        }
        catch (DbUpdateException failure) when (DatabaseFailure.IsUniqueViolation(failure))
        {
            // Another worker was faster.
        }

        db.ChangeTracker.Clear();
    }
}

/// <summary>The position of a consumer in the log of an organization.</summary>
internal sealed class LogPlace
{
    public required OrganizationId OrganizationId { get; init; }

    /// <summary>Null when the consumer has no cursor yet.</summary>
    public required long? Position { get; init; }

    /// <summary>Number of the newest event.</summary>
    public required long Last { get; init; }
}

/// <summary>A log with events after a cursor.</summary>
/// <param name="Position">Position of the cursor.</param>
/// <param name="Last">Number of the newest event.</param>
internal readonly record struct OpenLog(OrganizationId OrganizationId, long Position, long Last);
