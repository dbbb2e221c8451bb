using System.Globalization;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Calendars;

/// <summary>A part of a day in local time; created by <see cref="Create"/> or <see cref="TryParse"/>.</summary>
public sealed record TimeRange
{
    /// <summary>Minutes of a day.</summary>
    public const int MinutesOfDay = 24 * 60;

    [JsonConstructor]
    internal TimeRange(int from, int to) => (From, To) = (from, to);

    /// <summary>First minute after midnight that belongs to it.</summary>
    /// <value>0 to 1,439.</value>
    public int From { get; }

    /// <summary>First minute after it; 1,440 is the end of the day.</summary>
    /// <value>More than <see cref="From"/>, at most 1,440.</value>
    public int To { get; }

    /// <summary>Creates a part of a day.</summary>
    /// <param name="from">First minute after midnight that belongs to it, 0 to 1,439.</param>
    /// <param name="to">First minute after it, at most 1,440.</param>
    /// <returns>The part, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<TimeRange> Create(int from, int to) =>
        from >= 0 && from < to && to <= MinutesOfDay
            ? new TimeRange(from, to)
            : Error.Validation("from", "A range must start before it ends, between minute 0 and minute 1440.");

    /// <summary>Reads a part of a day.</summary>
    /// <param name="from">When it begins, <c>09:00</c>.</param>
    /// <param name="to">When it ends, after its beginning; at most <c>24:00</c>.</param>
    /// <param name="range">The part.</param>
    /// <returns>Whether both are valid times in this order.</returns>
    public static bool TryParse(string? from, string? to, out TimeRange range)
    {
        range = new(MinuteOf(from), MinuteOf(to));
        return range.From >= 0 && range.From < range.To;
    }

    /// <summary>When it begins, as <c>09:00</c>.</summary>
    public string FromText() => TextOf(From);

    /// <summary>When it ends, as <c>17:00</c>; <c>24:00</c> for the end of the day.</summary>
    public string ToText() => TextOf(To);

    private static string TextOf(int minute) => string.Create(CultureInfo.InvariantCulture, $"{minute / 60:00}:{minute % 60:00}");

    private static int MinuteOf(string? text)
    {
        if (
            text is not [var h1, var h2, ':', var m1, var m2]
            || !char.IsAsciiDigit(h1)
            || !char.IsAsciiDigit(h2)
            || !char.IsAsciiDigit(m1)
            || !char.IsAsciiDigit(m2)
        )
            return -1;
        var (hour, minute) = (((h1 - '0') * 10) + h2 - '0', ((m1 - '0') * 10) + m2 - '0');
        return minute < 60 && (hour * 60) + minute <= MinutesOfDay ? (hour * 60) + minute : -1;
    }
}

/// <summary>
/// The working hours of each day of a week, in local time; created by <see cref="Create"/>. Holidays and the time zone belong to
/// a <see cref="BusinessCalendar"/>.
/// </summary>
public sealed record WeekHours
{
    [JsonConstructor]
    internal WeekHours(
        IReadOnlyList<TimeRange> monday,
        IReadOnlyList<TimeRange> tuesday,
        IReadOnlyList<TimeRange> wednesday,
        IReadOnlyList<TimeRange> thursday,
        IReadOnlyList<TimeRange> friday,
        IReadOnlyList<TimeRange> saturday,
        IReadOnlyList<TimeRange> sunday
    )
    {
        Monday = monday;
        Tuesday = tuesday;
        Wednesday = wednesday;
        Thursday = thursday;
        Friday = friday;
        Saturday = saturday;
        Sunday = sunday;
    }

    /// <summary>Parts of a Monday, at most ten, in order and disjoint; empty when nobody works.</summary>
    public IReadOnlyList<TimeRange> Monday { get; internal init; }

    /// <summary>Parts of a Tuesday.</summary>
    public IReadOnlyList<TimeRange> Tuesday { get; internal init; }

    /// <summary>Parts of a Wednesday.</summary>
    public IReadOnlyList<TimeRange> Wednesday { get; internal init; }

    /// <summary>Parts of a Thursday.</summary>
    public IReadOnlyList<TimeRange> Thursday { get; internal init; }

    /// <summary>Parts of a Friday.</summary>
    public IReadOnlyList<TimeRange> Friday { get; internal init; }

    /// <summary>Parts of a Saturday.</summary>
    public IReadOnlyList<TimeRange> Saturday { get; internal init; }

    /// <summary>Parts of a Sunday.</summary>
    public IReadOnlyList<TimeRange> Sunday { get; internal init; }

    /// <summary>Creates the hours of a week.</summary>
    /// <param name="days">The parts of each day, at most ten, in order and disjoint. Nobody works on missing days.</param>
    /// <returns>The hours, or <c>VALIDATION_ERROR</c> with each invalid day.</returns>
    public static Result<WeekHours> Create(IReadOnlyDictionary<DayOfWeek, IReadOnlyList<TimeRange>> days)
    {
        if (days is null)
            return Error.Validation("days", "The days of the week are missing.");
        List<ErrorDetail> errors = [];
        foreach (var (day, parts) in days)
        {
            var error =
                parts is null || parts.Any(p => p is null) ? "The ranges of a day must be a list without null." : Validate(parts);
            if (error is not null)
                errors.Add(new(WireName.Of(day), error));
        }

        return errors.Count > 0
            ? Error.Validation(errors)
            : new WeekHours(
                PartsOf(DayOfWeek.Monday),
                PartsOf(DayOfWeek.Tuesday),
                PartsOf(DayOfWeek.Wednesday),
                PartsOf(DayOfWeek.Thursday),
                PartsOf(DayOfWeek.Friday),
                PartsOf(DayOfWeek.Saturday),
                PartsOf(DayOfWeek.Sunday)
            );

        IReadOnlyList<TimeRange> PartsOf(DayOfWeek day) => days.TryGetValue(day, out var parts) ? [.. parts] : [];
    }

    /// <summary>Most parts of one day.</summary>
    public const int MaxRangesOfDay = 10;

    private static readonly TimeRange[] NineToFive = [new(9 * 60, 17 * 60)];

    /// <summary>Monday to Friday, 09:00 to 17:00.</summary>
    public static WeekHours Standard { get; } = new(NineToFive, NineToFive, NineToFive, NineToFive, NineToFive, [], []);

    /// <summary>The parts of a day on which people work.</summary>
    /// <param name="day">The day.</param>
    public IReadOnlyList<TimeRange> On(DayOfWeek day) =>
        day switch
        {
            DayOfWeek.Monday => Monday,
            DayOfWeek.Tuesday => Tuesday,
            DayOfWeek.Wednesday => Wednesday,
            DayOfWeek.Thursday => Thursday,
            DayOfWeek.Friday => Friday,
            DayOfWeek.Saturday => Saturday,
            _ => Sunday,
        };

    /// <summary>Working minutes of a day that is not a holiday, in local time.</summary>
    /// <param name="day">The day.</param>
    public int MinutesOn(DayOfWeek day) => On(day).Sum(r => r.To - r.From);

    /// <summary>Minutes of a week without holidays.</summary>
    public int MinutesOfWeek() => Enum.GetValues<DayOfWeek>().Sum(MinutesOn);

    /// <summary>The error in the parts of a day, or null.</summary>
    /// <param name="ranges">The parts.</param>
    internal static string? Validate(IReadOnlyList<TimeRange> ranges)
    {
        ArgumentNullException.ThrowIfNull(ranges);
        if (ranges.Count > MaxRangesOfDay)
            return $"A day can have at most {MaxRangesOfDay} ranges.";
        var end = 0;
        foreach (var range in ranges)
        {
            if (range.From < 0 || range.To > TimeRange.MinutesOfDay || range.From >= range.To)
                return "Each range must start before it ends, between 00:00 and 24:00.";
            if (range.From < end)
                return "The ranges of a day must be in order and not overlap.";
            end = range.To;
        }

        return null;
    }
}

/// <summary>A day on which nobody works.</summary>
/// <param name="Date">The day, in the calendar's time zone.</param>
/// <param name="Name">Its name, or null.</param>
internal sealed record Holiday(DateOnly Date, string? Name);
