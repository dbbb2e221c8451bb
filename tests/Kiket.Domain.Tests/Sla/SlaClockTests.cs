using Kiket.Domain.Calendars;
using Kiket.Domain.Sla;

namespace Kiket.Domain.Tests.Sla;

/// <summary>Counted time, at dates that everybody can check.</summary>
public sealed class SlaClockTests
{
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly BusinessCalendar Office = BusinessCalendar.Create(
        Berlin,
        WeekHours.Standard,
        [new DateOnly(2026, 12, 25)]
    );

    // 25 December 2026 is a Friday; Berlin is an hour ahead of UTC in winter, two in summer.
    private static readonly DateTimeOffset ThursdayAt15 = new(2026, 12, 24, 15, 0, 0, TimeSpan.FromHours(1));
    private static readonly DateTimeOffset MondayAt11 = new(2026, 12, 28, 11, 0, 0, TimeSpan.FromHours(1));

    [Fact]
    public void Nights_weekends_and_holidays_do_not_count()
    {
        var clock = SlaClock.StartAt(ThursdayAt15);

        Assert.Equal(TimeSpan.FromHours(4), clock.Counted(Office, MondayAt11));
        Assert.Equal(MondayAt11, clock.DueAt(Office, TimeSpan.FromHours(4)));
        Assert.Equal(
            [(ThursdayAt15, ThursdayAt15.AddHours(2)), (MondayAt11.AddHours(-2), MondayAt11)],
            clock.Intervals(Office, MondayAt11).Select(i => (i.From, i.To))
        );
    }

    [Fact]
    public void A_limit_that_is_reached_as_the_office_closes_is_due_then_and_not_in_the_morning() =>
        Assert.Equal(ThursdayAt15.AddHours(2), SlaClock.StartAt(ThursdayAt15).DueAt(Office, TimeSpan.FromHours(2)));

    [Fact]
    public void A_pause_moves_what_is_due_by_its_length()
    {
        var clock = SlaClock.StartAt(MondayAt11).Pause(MondayAt11.AddHours(1));

        Assert.Null(clock.DueAt(Office, TimeSpan.FromHours(2)));
        Assert.Equal(MondayAt11.AddHours(1), clock.DueAt(Office, TimeSpan.FromHours(1)));
        Assert.Equal(MondayAt11.AddHours(4), clock.Resume(MondayAt11.AddHours(3)).DueAt(Office, TimeSpan.FromHours(2)));
        Assert.Equal(TimeSpan.FromHours(1), clock.Counted(Office, MondayAt11.AddHours(3)));
    }

    [Fact]
    public void Pausing_or_resuming_again_changes_nothing_and_time_never_runs_back()
    {
        var paused = SlaClock.StartAt(MondayAt11).Pause(MondayAt11.AddHours(1));

        Assert.Same(paused, paused.Pause(MondayAt11.AddHours(2)));
        var resumed = paused.Resume(MondayAt11.AddMinutes(30)); // another machine's clock is slow
        Assert.Same(resumed, resumed.Resume(MondayAt11.AddHours(5)));
        Assert.Equal(MondayAt11.AddHours(1), resumed.Spans[^1].From);
        Assert.Equal([new(MondayAt11, MondayAt11)], SlaClock.StartAt(MondayAt11).Pause(MondayAt11.AddHours(-1)).Spans);
    }

    [Theory]
    [InlineData("2026-03-29", 2)] // 02:00 to 03:00 does not exist
    [InlineData("2026-10-25", 4)] // and then passes twice
    [InlineData("2026-06-07", 3)]
    public void Hours_that_the_clocks_skip_count_nothing_and_those_they_repeat_count_twice(string sunday, int hours)
    {
        var night = BusinessCalendar.Create(Berlin, WeekHours.Standard with { Sunday = [new(60, 240)] }, []);
        var midnight = new DateTimeOffset(DateTime.Parse(sunday), Berlin.GetUtcOffset(DateTime.Parse(sunday)));

        Assert.Equal(TimeSpan.FromHours(hours), night.Count(midnight, midnight.AddHours(20)));
    }

    [Fact]
    public void Without_working_hours_nothing_is_ever_due()
    {
        var never = BusinessCalendar.Create(Berlin, new([], [], [], [], [], [], []), []);

        Assert.Null(SlaClock.StartAt(MondayAt11).DueAt(never, TimeSpan.FromMinutes(1)));
        Assert.Equal(TimeSpan.Zero, never.Count(MondayAt11, MondayAt11.AddYears(10)));
    }

    [Fact]
    public void Around_the_clock_every_instant_counts()
    {
        var due = SlaDue.Calculate(
            SlaClock.StartAt(MondayAt11),
            new(null, TimeSpan.FromHours(30), TimeSpan.FromDays(3650), false, false, [], []),
            BusinessCalendar.AroundTheClock
        );

        Assert.Equal(new(MondayAt11.AddHours(30), MondayAt11.AddDays(3650)), due);
    }

    [Fact]
    public void A_policy_may_lack_a_warning_or_a_breach()
    {
        var clock = SlaClock.StartAt(MondayAt11);

        var hour = TimeSpan.FromHours(1);
        Assert.Equal(
            new(null, MondayAt11.AddHours(1)),
            SlaDue.Calculate(clock, new(null, null, hour, true, false, [], []), Office)
        );
        Assert.Equal(
            new(MondayAt11.AddHours(1), null),
            SlaDue.Calculate(clock, new(null, hour, null, true, false, [], []), Office)
        );
    }

    [Theory]
    [InlineData("09:00", "17:00", 540, 1020)]
    [InlineData("00:00", "24:00", 0, 1440)]
    public void A_part_of_a_day_is_read_and_written(string from, string to, int first, int last)
    {
        Assert.True(TimeRange.TryParse(from, to, out var range));
        Assert.Equal(new(first, last), range);
        Assert.Equal((from, to), (range.FromText(), range.ToText()));
    }

    [Theory]
    [InlineData("09:00", "09:00")]
    [InlineData("17:00", "09:00")]
    [InlineData("9:00", "17:00")]
    [InlineData("09:60", "17:00")]
    [InlineData("09:00", "24:01")]
    [InlineData("09:00", null)]
    [InlineData("٠٩:00", "17:00")]
    public void An_invalid_part_of_a_day_is_refused(string? from, string? to) =>
        Assert.False(TimeRange.TryParse(from, to, out _));

    [Fact]
    public void The_parts_of_a_day_stand_in_order_and_apart()
    {
        Assert.Null(WeekHours.Validate([new(0, 60), new(60, 120)]));
        Assert.NotNull(WeekHours.Validate([new(0, 61), new(60, 120)]));
        Assert.NotNull(WeekHours.Validate([new(60, 120), new(0, 30)]));
        Assert.Null(WeekHours.Validate([new(0, 1440)]));
        Assert.NotNull(WeekHours.Validate([new(0, 1441)]));
        TimeRange[] ranges = [.. Enumerable.Range(0, 11).Select(i => new TimeRange(i * 10, (i * 10) + 5))];
        Assert.Null(WeekHours.Validate(ranges[1..]));
        Assert.NotNull(WeekHours.Validate(ranges));
    }
}
