using Kiket.Domain.Calendars;

namespace Kiket.Domain.Tests.Calendars;

public sealed class BusinessCalendarTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");

    /// <summary>Monday to Friday, nine to five.</summary>
    private static readonly BusinessCalendar Office = BusinessCalendar.Create(Berlin, WeekHours.Standard, [new(2026, 12, 25)]);

    [Fact]
    public void Nights_weekends_and_holidays_do_not_count()
    {
        var (thursday, monday) = (Utc(2026, 12, 24, 15), Utc(2026, 12, 28, 9));

        // Thursday from 16:00 to 17:00 and Monday from 9:00 to 10:00 in Berlin; Friday is a holiday.
        Assert.Equal(TimeSpan.FromHours(2), Office.Count(thursday, monday));
        Assert.Equal(monday, Office.Add(thursday, TimeSpan.FromHours(2)));
        Assert.Equal(0, Office.MinutesOn(new(2026, 12, 25)));
    }

    [Theory]
    [InlineData(2026, 3, 29, 3)] // clocks go forward: 02:00 to 03:00 does not exist
    [InlineData(2026, 10, 25, 5)] // and back at three: 02:00 to 03:00 passes twice
    [InlineData(2026, 6, 7, 4)]
    public void A_night_counts_what_really_passes(int year, int month, int day, int hours)
    {
        var nights = BusinessCalendar.AroundTheClock;
        var begin = BusinessCalendar.Create(Berlin, WeekHours.Standard, []).StartOf(new(year, month, day));
        var end = new DateTimeOffset(TimeZoneInfo.ConvertTimeToUtc(new(year, month, day, 4, 0, 0), Berlin));

        Assert.Equal(TimeSpan.FromHours(hours), nights.Count(begin, end));
    }

    [Fact]
    public void A_day_is_that_of_the_time_zone_and_begins_at_its_midnight()
    {
        Assert.Equal(new DateOnly(2026, 6, 2), Office.DateAt(Utc(2026, 6, 1, 22)));
        Assert.Equal(Utc(2026, 6, 1, 22), Office.StartOf(new(2026, 6, 2)));
    }

    [Theory]
    [InlineData("America/Havana", "2024-11-03", "2024-11-03T04:00:00Z")] // 00:00 to 01:00 passes twice
    [InlineData("Africa/Cairo", "2024-04-26", "2024-04-25T22:00:00Z")] // 00:00 to 01:00 does not exist
    [InlineData("America/Toronto", "1919-03-31", "1919-03-31T04:30:00Z")] // 23:30 to 00:30 does not exist
    public void A_day_begins_at_its_first_instant_when_clocks_change_at_midnight(string zone, string day, string start) =>
        Assert.Equal(
            DateTimeOffset.Parse(start),
            BusinessCalendar
                .Create(TimeZoneInfo.FindSystemTimeZoneById(zone), WeekHours.Standard, [])
                .StartOf(DateOnly.Parse(day))
        );

    [Fact]
    public void What_is_never_reached_is_null_and_nothing_is_reached_at_once()
    {
        var idle = BusinessCalendar.Create(
            Berlin,
            WeekHours.Create(new Dictionary<DayOfWeek, IReadOnlyList<TimeRange>>()).Value,
            []
        );

        Assert.Null(idle.Add(An.Noon, TimeSpan.FromMinutes(1)));
        Assert.Equal(An.Noon, idle.Add(An.Noon, TimeSpan.Zero));
    }

    private static DateTimeOffset Utc(int year, int month, int day, int hour) => new(year, month, day, hour, 0, 0, TimeSpan.Zero);
}
