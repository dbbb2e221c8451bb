using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// How consumers follow the event log. Events are numbered without gaps and in the order of their commits, so everything after
/// the cursor is still to be done. A cursor moves in the transaction of the work. Of several workers, the one that moves it
/// from where it was read has done the work, and the others change nothing.
/// </summary>
internal static class EventCursors
{
    /// <summary>The logs that have events after the cursor of a consumer.</summary>
    public static async Task<IReadOnlyList<OpenLog>> ReadOpenLogsAsync(
        this KiketDbContext db,
        EventConsumer consumer,
        CancellationToken ct
    )
    {
        var open = await db.Logs(consumer).Where(l => l.Last > (l.Position ?? 0)).OrderBy(l => l.OrganizationId).ToListAsync(ct);
        foreach (var log in open.Where(l => l.Position is null))
            await db.BeginAsync(log.OrganizationId, consumer, ct);
        return [.. open.Select(l => new OpenLog(l.OrganizationId, l.Position ?? 0, l.Last))];
    }

    /// <summary>How many events a consumer has before it, in all organizations.</summary>
    public static Task<long> CountWaitingAsync(this KiketDbContext db, EventConsumer consumer, CancellationToken ct) =>
        db.Logs(consumer).SumAsync(l => l.Last - (l.Position ?? 0), ct);

    /// <summary>Moves a cursor on. Until the transaction ends, others who want to move it wait.</summary>
    /// <returns>Whether it was still there; otherwise another worker was faster.</returns>
    public static async Task<bool> AdvanceAsync(
        this KiketDbContext db,
        EventConsumer consumer,
        OrganizationId organizationId,
        long from,
        long to,
        CancellationToken ct
    ) =>
        await db.Set<EventCursor>()
            .Where(c => c.OrganizationId == organizationId && c.Consumer == consumer && c.Position == from)
            .ExecuteUpdateAsync(set => set.SetProperty(c => c.Position, to), ct) == 1;

    private static IQueryable<LogPlace> Logs(this KiketDbContext db, EventConsumer consumer) =>
        from organization in db.Organizations
        from cursor in db.Set<EventCursor>()
            .Where(c => c.OrganizationId == organization.Id && c.Consumer == consumer)
            .DefaultIfEmpty()
        select new LogPlace
        {
            OrganizationId = organization.Id,
            Position = (long?)cursor.Position,
            Last = organization.LastEventSequence,
        };

    /// <summary>Sets a cursor before the first event of a new organization.</summary>
    private static async Task BeginAsync(
        this KiketDbContext db,
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

    private sealed class LogPlace
    {
        public required OrganizationId OrganizationId { get; init; }

        public required long? Position { get; init; }

        public required long Last { get; init; }
    }
}

/// <summary>A log that goes on behind a cursor.</summary>
/// <param name="Position">Where the cursor is.</param>
/// <param name="Last">Number of the newest event.</param>
internal readonly record struct OpenLog(OrganizationId OrganizationId, long Position, long Last);
