using System.Collections.Frozen;

namespace Kiket.Domain.Calendars;

/// <summary>A stretch of time that was counted.</summary>
/// <param name="From">Its first instant (UTC).</param>
/// <param name="To">The first instant after it (UTC).</param>
public sealed record CountedInterval(DateTimeOffset From, DateTimeOffset To)
{
    /// <summary>How long it is.</summary>
    public TimeSpan Length => To - From;
}

/// <summary>
/// Defines which instants count: those at which the local time of the time zone is in working hours, on a day that is not a
/// holiday. Working hours that a clock change skips therefore do not count, and repeated ones count twice, because they pass
/// twice.
/// </summary>
public sealed class BusinessCalendar
{
    /// <summary>A limit that is not reached within this time is never reached.</summary>
    private const int HorizonYears = 200;

    private static readonly DateTime End = new(9990, 1, 1, 0, 0, 0, DateTimeKind.Utc);

    private readonly WeekHours? hours;
    private readonly TimeZoneInfo zone;
    private readonly FrozenSet<DateOnly> holidays;

    private BusinessCalendar(TimeZoneInfo zone, WeekHours? hours, IEnumerable<DateOnly> holidays)
    {
        this.zone = zone;
        this.hours = hours;
        this.holidays = holidays.ToFrozenSet();
    }

    /// <summary>The calendar on which every instant counts.</summary>
    public static BusinessCalendar AroundTheClock { get; } = new(TimeZoneInfo.Utc, null, []);

    /// <summary>Creates a calendar.</summary>
    /// <param name="zone">The time zone.</param>
    /// <param name="hours">The working hours.</param>
    /// <param name="holidays">The days on which nobody works.</param>
    public static BusinessCalendar Create(TimeZoneInfo zone, WeekHours hours, IEnumerable<DateOnly> holidays)
    {
        ArgumentNullException.ThrowIfNull(zone);
        ArgumentNullException.ThrowIfNull(hours);
        ArgumentNullException.ThrowIfNull(holidays);
        return new(zone, hours, holidays);
    }

    /// <summary>The date at an instant, in the calendar's time zone.</summary>
    /// <param name="at">The instant.</param>
    public DateOnly DateAt(DateTimeOffset at) => DateOnly.FromDateTime(TimeZoneInfo.ConvertTime(at, zone).DateTime);

    /// <summary>When a day begins in the calendar's time zone (UTC).</summary>
    /// <param name="day">The day.</param>
    public DateTimeOffset StartOf(DateOnly day)
    {
        var midnight = day.ToDateTime(TimeOnly.MinValue);
        while (zone.IsInvalidTime(midnight)) // where clocks go forward at midnight, the day begins later
            midnight = midnight.AddMinutes(15);
        var offset = zone.IsAmbiguousTime(midnight) ? zone.GetAmbiguousTimeOffsets(midnight).Max() : zone.GetUtcOffset(midnight);
        return new(Math.Clamp(midnight.Ticks - offset.Ticks, DateTime.MinValue.Ticks, DateTime.MaxValue.Ticks), TimeSpan.Zero);
    }

    /// <summary>Working minutes of a day in local time; clock changes do not affect it.</summary>
    /// <param name="date">The day.</param>
    public int MinutesOn(DateOnly date) =>
        hours is null ? TimeRange.MinutesOfDay
        : holidays.Contains(date) ? 0
        : hours.MinutesOn(date.DayOfWeek);

    /// <summary>Working minutes of a week without holidays.</summary>
    public int MinutesOfWeek() => hours?.MinutesOfWeek() ?? 7 * TimeRange.MinutesOfDay;

    /// <summary>How much of a stretch counts.</summary>
    /// <param name="from">Its first instant.</param>
    /// <param name="to">The first instant after it.</param>
    public TimeSpan Count(DateTimeOffset from, DateTimeOffset to) =>
        Walk(from.UtcDateTime, to.UtcDateTime).Aggregate(TimeSpan.Zero, (sum, i) => sum + i.Length);

    /// <summary>The parts of a stretch that count, in order and disjoint; their total length is <see cref="Count"/>.</summary>
    /// <param name="from">Its first instant.</param>
    /// <param name="to">The first instant after it.</param>
    public IReadOnlyList<CountedInterval> Intervals(DateTimeOffset from, DateTimeOffset to) =>
        [.. Walk(from.UtcDateTime, to.UtcDateTime)];

    /// <summary>The first instant at which a given time has been counted.</summary>
    /// <param name="from">Where counting begins.</param>
    /// <param name="length">The time; zero or less is reached immediately.</param>
    /// <returns>
    /// The instant (UTC), or null when it is never reached: nobody works, or not enough within two hundred years.
    /// </returns>
    public DateTimeOffset? Add(DateTimeOffset from, TimeSpan length)
    {
        if (length <= TimeSpan.Zero)
            return from.ToUniversalTime();
        if (hours is not null && hours.MinutesOfWeek() == 0)
            return null;

        var begin = from.UtcDateTime;
        var end = begin.Year + HorizonYears < End.Year ? begin.AddYears(HorizonYears) : End;
        var left = length;
        foreach (var interval in Walk(begin, end))
        {
            if (interval.Length >= left)
                return interval.From + left;
            left -= interval.Length;
        }

        return null;
    }

    /// <summary>The parts that count, with adjacent parts joined.</summary>
    private IEnumerable<CountedInterval> Walk(DateTime from, DateTime to)
    {
        CountedInterval? last = null;
        foreach (var (begin, end) in hours is null ? [(from, to)] : WorkingParts(from, to))
        {
            if (begin >= end)
                continue;
            if (last is not null && last.To == begin)
            {
                last = last with { To = end };
                continue;
            }

            if (last is not null)
                yield return last;
            last = new(begin, end);
        }

        if (last is not null)
            yield return last;
    }

    private IEnumerable<(DateTime From, DateTime To)> WorkingParts(DateTime from, DateTime to)
    {
        foreach (var (begin, end, offset) in StretchesOfOneOffset(from, to < End ? to : End))
        {
            var lastDay = (end + offset - TimeSpan.FromTicks(1)).Date;
            for (var day = (begin + offset).Date; day <= lastDay; day = day.AddDays(1))
            {
                if (holidays.Contains(DateOnly.FromDateTime(day)))
                    continue;
                foreach (var range in hours!.On(day.DayOfWeek))
                {
                    var (opens, closes) = (Utc(day.AddMinutes(range.From) - offset), Utc(day.AddMinutes(range.To) - offset));
                    yield return (opens > begin ? opens : begin, closes < end ? closes : end);
                }
            }
        }
    }

    /// <summary>Splits a stretch at midnights of UTC and at the clock changes of the time zone.</summary>
    private IEnumerable<(DateTime From, DateTime To, TimeSpan Offset)> StretchesOfOneOffset(DateTime from, DateTime to)
    {
        if (from >= to)
            yield break;
        var offset = zone.GetUtcOffset(from);
        var begin = from;
        while (begin < to)
        {
            var midnight = Utc(begin.Date.AddDays(1));
            var end = midnight < to ? midnight : to;
            var next = zone.GetUtcOffset(end);
            if (next != offset)
                (end, next) = FirstChange(begin, end, offset);
            yield return (begin, end, offset);
            (begin, offset) = (end, next);
        }
    }

    private (DateTime At, TimeSpan Offset) FirstChange(DateTime before, DateTime after, TimeSpan offset)
    {
        var (low, high) = (before.Ticks, after.Ticks);
        while (high - low > 1)
        {
            var middle = low + ((high - low) / 2);
            if (zone.GetUtcOffset(new DateTime(middle, DateTimeKind.Utc)) == offset)
                low = middle;
            else
                high = middle;
        }

        var at = new DateTime(high, DateTimeKind.Utc);
        return (at, zone.GetUtcOffset(at));
    }

    private static DateTime Utc(DateTime instant) => DateTime.SpecifyKind(instant, DateTimeKind.Utc);
}
