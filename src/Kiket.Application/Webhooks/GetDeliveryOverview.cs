using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>What waits in the organization, and what became of its deliveries in the last day. For administrators.</summary>
internal sealed record GetDeliveryOverviewQuery : IQuery<Result<DeliveryOverviewDto>>
{
    public const int Hours = 24;
}

/// <param name="Events">The events that wait to be handed out and for their reactions.</param>
/// <param name="Pending">Deliveries that wait for their first or next attempt.</param>
/// <param name="Due">Those of them whose time has come; the others wait for a retry.</param>
/// <param name="OldestPendingAt">When the oldest of them was made, or null.</param>
/// <param name="PausedEndpoints">Endpoints to which nothing is sent at the moment.</param>
/// <param name="Hours">The last hours, the current one last.</param>
internal sealed record DeliveryOverviewDto(
    WaitingEvents Events,
    int Pending,
    int Due,
    DateTimeOffset? OldestPendingAt,
    int PausedEndpoints,
    IReadOnlyList<DeliveryHour> Hours
);

/// <summary>The deliveries of an hour.</summary>
/// <param name="Until">When it ends.</param>
internal sealed record DeliveryHour(DateTimeOffset Until, int Created, int Delivered, int Failed, int Cancelled)
{
    /// <summary>How many waited at the end of the hour, as far as none was sent again since.</summary>
    public int Pending { get; init; }
}

internal sealed class GetDeliveryOverviewHandler(IKiketDb db, IEventBacklog backlog, ICurrentActor current, TimeProvider time)
    : IQueryHandler<GetDeliveryOverviewQuery, Result<DeliveryOverviewDto>>
{
    /// <summary>How many hours ago each hour ended, the current one last.</summary>
    private static IEnumerable<int> Ages => Enumerable.Range(0, GetDeliveryOverviewQuery.Hours).Reverse();

    public async Task<Result<DeliveryOverviewDto>> Handle(GetDeliveryOverviewQuery query, CancellationToken ct)
    {
        if (current.Extension is not null || !current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var now = time.GetUtcNow();
        var pending = db.WebhookDeliveries.Where(d => d.State == DeliveryState.Pending);
        var count = await pending.CountAsync(ct);
        return new DeliveryOverviewDto(
            await backlog.ReadAsync(current.Actor.OrganizationId, ct),
            count,
            await pending.CountAsync(d => d.NextAttemptAt <= now, ct),
            await pending.OrderBy(d => d.CreatedAt).Select(d => (DateTimeOffset?)d.CreatedAt).FirstOrDefaultAsync(ct),
            await db.Webhooks.WithSpecification(new ActiveWebhooks()).CountAsync(w => w.PausedUntil > now, ct),
            WithPending(await ReadHoursAsync(now, ct), count)
        );
    }

    private async Task<List<DeliveryHour>> ReadHoursAsync(DateTimeOffset now, CancellationToken ct)
    {
        var all = db.WebhookDeliveries;
        var created = await ReadAsync(now, (from, until) => all.Where(d => d.CreatedAt > from && d.CreatedAt <= until), ct);
        var completed = await ReadAsync(now, (from, until) => all.Where(d => d.CompletedAt > from && d.CompletedAt <= until), ct);
        return
        [
            .. Ages.Select(ago => new DeliveryHour(
                now.AddHours(-ago),
                created[ago].Sum(c => c.Count),
                CountOf(completed[ago], DeliveryState.Delivered),
                CountOf(completed[ago], DeliveryState.Failed),
                CountOf(completed[ago], DeliveryState.Cancelled)
            )),
        ];
    }

    /// <summary>Counts the deliveries of all hours in one statement, each by the index of its time.</summary>
    private static async Task<ILookup<int, HourCount>> ReadAsync(
        DateTimeOffset now,
        Func<DateTimeOffset, DateTimeOffset, IQueryable<WebhookDelivery>> between,
        CancellationToken ct
    )
    {
        var hours = Ages.Select(ago =>
            between(now.AddHours(-ago - 1), now.AddHours(-ago))
                .GroupBy(d => d.State)
                .Select(g => new HourCount
                {
                    Ago = ago,
                    State = g.Key,
                    Count = g.Count(),
                })
        );
        var counts = await hours.Aggregate((all, hour) => all.Concat(hour)).ToListAsync(ct);
        return counts.ToLookup(c => c.Ago);
    }

    private static int CountOf(IEnumerable<HourCount> hour, DeliveryState state) =>
        hour.Where(c => c.State == state).Sum(c => c.Count);

    /// <summary>Computes from what waits now, back from hour to hour, what waited then.</summary>
    private static List<DeliveryHour> WithPending(List<DeliveryHour> hours, int pending)
    {
        for (var n = hours.Count - 1; n >= 0; n--)
        {
            var hour = hours[n];
            hours[n] = hour with { Pending = Math.Max(0, pending) };
            pending += hour.Delivered + hour.Failed + hour.Cancelled - hour.Created;
        }

        return hours;
    }

    private sealed record HourCount
    {
        /// <summary>How many hours ago the hour ended.</summary>
        public required int Ago { get; init; }

        public required DeliveryState State { get; init; }

        public required int Count { get; init; }
    }
}
