using Kiket.Domain.Calendars;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;

namespace Kiket.Domain.Tests.Capacity;

/// <summary>Calendars, clocks and the inputs of capacity are created valid or not at all.</summary>
public sealed class InputTests
{
    private static readonly DateTimeOffset Noon = new(2026, 12, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly DateOnly Monday = new(2026, 12, 21);
    private static readonly BusinessCalendar Always = BusinessCalendar.AroundTheClock;

    [Theory]
    [InlineData(-1, 60)]
    [InlineData(60, 60)]
    [InlineData(61, 60)]
    [InlineData(0, 1441)]
    public void A_part_of_a_day_begins_before_it_ends(int from, int to) =>
        Assert.Equal(["from"], ErrorsOf(TimeRange.Create(from, to)));

    [Fact]
    public void A_part_of_a_day_may_be_the_whole_day() => Assert.Null(TimeRange.Create(0, 1440).Error);

    [Fact]
    public void The_hours_of_a_week_are_in_order_and_apart()
    {
        var morning = TimeRange.Create(9 * 60, 12 * 60).Value;
        var noon = TimeRange.Create(11 * 60, 14 * 60).Value;

        var hours = WeekHours
            .Create(new Dictionary<DayOfWeek, IReadOnlyList<TimeRange>> { [DayOfWeek.Tuesday] = [morning] })
            .Value;

        Assert.Equal((0, 180), (hours.MinutesOn(DayOfWeek.Monday), hours.MinutesOn(DayOfWeek.Tuesday)));
        Assert.Equal(["days"], ErrorsOf(WeekHours.Create(null!)));
        Assert.Equal(
            ["monday", "tuesday", "wednesday"],
            ErrorsOf(
                WeekHours.Create(
                    new Dictionary<DayOfWeek, IReadOnlyList<TimeRange>>
                    {
                        [DayOfWeek.Monday] = null!,
                        [DayOfWeek.Tuesday] = [null!],
                        [DayOfWeek.Wednesday] = [morning, noon],
                    }
                )
            )
        );
    }

    [Fact]
    public void A_calendar_lacks_nothing()
    {
        Assert.Throws<ArgumentNullException>(() => BusinessCalendar.Create(null!, WeekHours.Standard, []));
        Assert.Throws<ArgumentNullException>(() => BusinessCalendar.Create(TimeZoneInfo.Utc, null!, []));
        Assert.Throws<ArgumentNullException>(() => BusinessCalendar.Create(TimeZoneInfo.Utc, WeekHours.Standard, null!));
    }

    [Fact]
    public void A_clock_has_run_in_stretches_that_are_in_order_and_apart()
    {
        var first = new ClockSpan(Noon, Noon.AddHours(1));
        var last = new ClockSpan(Noon.AddHours(2), null);

        Assert.True(SlaClock.Create([first, last]).Value.IsRunning);
        Assert.Null(SlaClock.Create([first with { To = Noon }, new(Noon, Noon.AddHours(1)), new(Noon.AddHours(1), null)]).Error);
        Assert.Equal(["spans"], ErrorsOf(SlaClock.Create(null!)));
        Assert.Equal(["spans"], ErrorsOf(SlaClock.Create([null!])));
        Assert.Equal(["spans[1]"], ErrorsOf(SlaClock.Create([last, first])));
        Assert.Equal(["spans[1]"], ErrorsOf(SlaClock.Create([first, first])));
        Assert.Equal(["spans[0]"], ErrorsOf(SlaClock.Create([first with { To = Noon.AddHours(-1) }])));
    }

    [Fact]
    public void A_capacity_is_not_negative_and_has_a_calendar()
    {
        Assert.Equal(10, MemberCapacity.Create(10, Always).Value.PointsOfWeek(Monday));
        Assert.Equal(0, MemberCapacity.Create(0, Always).Value.PointsOfWeek(Monday));
        Assert.Equal(6, MemberCapacity.Create(7, Always, [new(Monday, Monday)]).Value.PointsOfWeek(Monday));
        Assert.Equal(0, OpenWork.Create(0).Value.Points);
        Assert.Equal(["points_per_week", "calendar"], ErrorsOf(MemberCapacity.Create(-1, null!)));
        Assert.Equal(["days_off"], ErrorsOf(MemberCapacity.Create(1, Always, [new(Monday, Monday.AddDays(-1))])));
        Assert.Equal(["days_off"], ErrorsOf(MemberCapacity.Create(1, Always, [null!])));
        Assert.Equal(["points"], ErrorsOf(OpenWork.Create(-0.5m)));
        Assert.Throws<ArgumentOutOfRangeException>(() => MemberCapacity.Create(10, Always).Value.MeanOf(Monday, 0));
    }

    [Fact]
    public void A_problem_of_balance_is_about_one_team_and_its_work()
    {
        TeamMember[] team = [new(new(1), 10, 0), new(new(2), 10, 0)];
        MovableIssue work = new(new(7), new(1), 3, [new(2)]);

        Assert.Empty(BalanceProblem.Create(team, [work]).Value.Validate([new(new(7), new(2))]));
        Assert.Equal(["members"], ErrorsOf(BalanceProblem.Create(null!, [])));
        Assert.Equal(["issues"], ErrorsOf(BalanceProblem.Create(team, [work with { Candidates = null! }])));
        Assert.Equal(["members"], ErrorsOf(BalanceProblem.Create([.. team, team[0]], [work])));
        Assert.Equal(["members"], ErrorsOf(BalanceProblem.Create([team[0], team[1] with { Capacity = -1 }], [work])));
        Assert.Equal(["members"], ErrorsOf(BalanceProblem.Create([team[0], team[1] with { FixedPoints = -1 }], [work])));
        Assert.Equal(["issues"], ErrorsOf(BalanceProblem.Create(team, [work, work])));
        Assert.Null(BalanceProblem.Create(team, [work with { Reluctance = 100 }]).Error);
        Assert.Equal(["issues"], ErrorsOf(BalanceProblem.Create(team, [work with { Reluctance = 101 }])));
        Assert.Equal(["issues"], ErrorsOf(BalanceProblem.Create(team, [work with { Points = 0 }])));
        Assert.Equal(["issues"], ErrorsOf(BalanceProblem.Create(team, [work with { AssigneeId = new(3) }])));
        Assert.Equal(["issues"], ErrorsOf(BalanceProblem.Create(team, [work with { Candidates = [new(3)] }])));
        Assert.Equal(["limits"], ErrorsOf(BalanceProblem.Create(team, [work], [null!])));
        Assert.Equal(["limits"], ErrorsOf(BalanceProblem.Create(team, [work], [Limit(8)])));
        Assert.Equal(["max_moves"], ErrorsOf(BalanceProblem.Create(team, [work], [Limit(7)], -1)));
    }

    private static TeamLimit Limit(long issue) =>
        new(
            "due",
            new Dictionary<IssueId, decimal> { [new(issue)] = 1 },
            new Dictionary<UserId, decimal>(),
            new Dictionary<UserId, decimal>()
        );

    private static IEnumerable<string> ErrorsOf<T>(Result<T> result)
    {
        Assert.Equal(ErrorCodes.ValidationError, result.Error?.Code);
        return result.Error!.Details.Select(d => d.Field);
    }
}
