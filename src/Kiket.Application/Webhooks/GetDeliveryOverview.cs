using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>What waits in the organization, and how its deliveries fared in the last day. For administrators.</summary>
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
        List<DeliveryHour> hours = [];
        for (var ago = GetDeliveryOverviewQuery.Hours - 1; ago >= 0; ago--)
        {
            var (from, until) = (now.AddHours(-ago - 1), now.AddHours(-ago));
            var completed = await all.Where(d => d.CompletedAt > from && d.CompletedAt <= until)
                .GroupBy(d => d.State)
                .Select(g => new { State = g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.State, g => g.Count, ct);
            hours.Add(
                new(
                    until,
                    await all.CountAsync(d => d.CreatedAt > from && d.CreatedAt <= until, ct),
                    completed.GetValueOrDefault(DeliveryState.Delivered),
                    completed.GetValueOrDefault(DeliveryState.Failed),
                    completed.GetValueOrDefault(DeliveryState.Cancelled)
                )
            );
        }

        return hours;
    }

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
}
