using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Events;

/// <summary>Reads the backlog of one organization for its administrators.</summary>
internal sealed class OrganizationBacklog(KiketDbContext db) : IEventBacklog
{
    public async Task<WaitingEvents> ReadAsync(OrganizationId organizationId, CancellationToken ct)
    {
        var last = await db.Organizations.Where(o => o.Id == organizationId).Select(o => o.LastEventSequence).SingleAsync(ct);
        var positions = await db.Set<EventCursor>()
            .Where(c => c.OrganizationId == organizationId)
            .ToDictionaryAsync(c => c.Consumer, c => c.Position, ct);
        return new(
            await QueueAsync(EventConsumer.HandOut),
            await QueueAsync(EventConsumer.Reactions),
            await db.Set<PostponedEvent>().CountAsync(e => e.OrganizationId == organizationId && e.NextAttemptAt != null, ct)
        );

        async Task<EventQueue> QueueAsync(EventConsumer consumer)
        {
            var next = positions.GetValueOrDefault(consumer) + 1;
            var oldest = await db
                .Events.Where(e => e.OrganizationId == organizationId && e.Sequence == next)
                .Select(e => (DateTimeOffset?)e.OccurredAt)
                .SingleOrDefaultAsync(ct);
            return new(Math.Max(0, last - next + 1), oldest);
        }
    }
}
