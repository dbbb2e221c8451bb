using Kiket.Application.Ports;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Calendars;

/// <summary>Days in the organization's time zone.</summary>
internal static class OrganizationDays
{
    public static async Task<BusinessCalendar> ReadCalendarAsync(
        this IKiketDb db,
        OrganizationId organizationId,
        CancellationToken ct
    )
    {
        var settings = await db
            .Organizations.AsNoTracking()
            .Where(o => o.Id == organizationId)
            .Select(o => o.Settings)
            .SingleAsync(ct);
        return settings.Calendar();
    }

    public static async Task<DateOnly> ReadTodayAsync(
        this IKiketDb db,
        OrganizationId organizationId,
        TimeProvider time,
        CancellationToken ct
    ) => (await db.ReadCalendarAsync(organizationId, ct)).DateAt(time.GetUtcNow());
}
