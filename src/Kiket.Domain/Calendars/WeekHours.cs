using System.Globalization;

namespace Kiket.Domain.Calendars;

/// <summary>A part of a day.</summary>
/// <param name="From">First minute after midnight that belongs to it.</param>
/// <param name="To">First minute after it; 1,440 is the end of the day.</param>
public sealed record TimeRange(int From, int To)
{
    /// <summary>Minutes of a day on the clock.</summary>
    public const int MinutesOfDay = 24 * 60;

    /// <summary>Reads a part of a day.</summary>
    /// <param name="from">When it begins, <c>09:00</c>.</param>
    /// <param name="to">When it ends, after its beginning; at most <c>24:00</c>.</param>
    /// <param name="range">The part.</param>
    /// <returns>Whether both are times and in this order.</returns>
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

/// <summary>The working hours of each day of a week, by the clock on the wall.</summary>
/// <param name="Monday">Parts of a Monday, in order and apart; empty when nobody works.</param>
/// <param name="Tuesday">Parts of a Tuesday.</param>
/// <param name="Wednesday">Parts of a Wednesday.</param>
/// <param name="Thursday">Parts of a Thursday.</param>
/// <param name="Friday">Parts of a Friday.</param>
/// <param name="Saturday">Parts of a Saturday.</param>
/// <param name="Sunday">Parts of a Sunday.</param>
public sealed record WeekHours(
    IReadOnlyList<TimeRange> Monday,
    IReadOnlyList<TimeRange> Tuesday,
    IReadOnlyList<TimeRange> Wednesday,
    IReadOnlyList<TimeRange> Thursday,
    IReadOnlyList<TimeRange> Friday,
    IReadOnlyList<TimeRange> Saturday,
    IReadOnlyList<TimeRange> Sunday
)
{
    /// <summary>Most parts of one day.</summary>
    public const int MaxRangesOfDay = 10;

    private static readonly TimeRange[] NineToFive = [new(9 * 60, 17 * 60)];

    /// <summary>Monday to Friday, 09:00 to 17:00 (decisions, 39).</summary>
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

    /// <summary>Working minutes of a day that is not a holiday, by the wall clock.</summary>
    /// <param name="day">The day.</param>
    public int MinutesOn(DayOfWeek day) => On(day).Sum(r => r.To - r.From);

    /// <summary>Minutes of a week without holidays.</summary>
    public int MinutesOfWeek() => Enum.GetValues<DayOfWeek>().Sum(MinutesOn);

    /// <summary>What is wrong with the parts of a day, or null.</summary>
    /// <param name="ranges">The parts.</param>
    public static string? FaultOf(IReadOnlyList<TimeRange> ranges)
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
/// <param name="Name">What it is called, or null.</param>
internal sealed record Holiday(DateOnly Date, string? Name);
