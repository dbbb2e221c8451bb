using Kiket.Domain.Calendars;

namespace Kiket.Application.Common;

/// <summary>A bound in time: an instant, or a date that starts in the organization's time zone.</summary>
internal sealed record TimeBound(DateTimeOffset? Instant, DateOnly? Day)
{
    public static TimeBound At(DateTimeOffset instant) => new(instant, null);

    public DateTimeOffset In(BusinessCalendar calendar) => Instant ?? calendar.StartOf(Day!.Value);
}
