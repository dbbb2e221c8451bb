using Kiket.Application.Ports;
using Kiket.Domain.Calendars;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Sla;

/// <summary>Queries about timers.</summary>
internal static class SlaQueries
{
    /// <summary>The business calendar of the actor's organization.</summary>
    public static async Task<BusinessCalendar> ReadCalendarAsync(this IKiketDb db, CancellationToken ct) =>
        (
            await db
                .Users.OrderBy(u => u.Id)
                .Take(1)
                .Join(db.Organizations, u => u.OrganizationId, o => o.Id, (_, o) => o.Settings)
                .SingleAsync(ct)
        ).Calendar();
}
