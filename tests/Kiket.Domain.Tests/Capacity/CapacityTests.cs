using CsCheck;
using Kiket.Domain.Calendars;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;

namespace Kiket.Domain.Tests.Capacity;

/// <summary>The capacity and the workload of people.</summary>
public sealed class CapacityTests
{
    private static readonly DateOnly Monday = new(2026, 12, 21);
    private static readonly BusinessCalendar Office = BusinessCalendar.Create(
        TimeZoneInfo.Utc,
        WeekHours.Standard,
        [new DateOnly(2026, 12, 25), new DateOnly(2026, 12, 26)]
    );

    [Theory]
    [InlineData(0, 20, 0, CapacityStatus.Available)]
    [InlineData(10, 20, 50, CapacityStatus.Available)]
    [InlineData(10.01, 20, 50.1, CapacityStatus.Balanced)]
    [InlineData(16, 20, 80, CapacityStatus.Balanced)]
    [InlineData(16.01, 20, 80.1, CapacityStatus.Busy)]
    [InlineData(20, 20, 100, CapacityStatus.Busy)]
    [InlineData(20.01, 20, 100.1, CapacityStatus.Overallocated)]
    [InlineData(1, 3, 33.3, CapacityStatus.Available)]
    public void A_band_ends_where_its_percentage_says(decimal points, decimal capacity, decimal percentage, Enum status)
    {
        Assert.Equal(percentage, Utilization.Of(points, capacity));
        Assert.Equal((CapacityStatus)status, Utilization.StatusOf(points, capacity));
    }

    [Fact]
    public void Somebody_without_capacity_has_no_percentage_and_is_never_available()
    {
        Assert.Null(Utilization.Of(5, 0));
        Assert.Equal(CapacityStatus.Overallocated, Utilization.StatusOf(5, 0));
        Assert.Equal(CapacityStatus.Busy, Utilization.StatusOf(0, 0));
    }

    [Fact]
    public void Holidays_and_days_off_reduce_a_week_by_their_working_hours()
    {
        var member = new MemberCapacity(
            20,
            Office,
            [
                new(Monday, Monday.AddDays(1)),
                new(Monday.AddDays(1), Monday.AddDays(1)),
                new(Monday.AddDays(12), Monday.AddDays(13)),
            ]
        );

        // Monday, Tuesday off; Friday is a holiday, and so is a Saturday, which counts nothing.
        Assert.Equal(8, member.PointsOfWeek(Monday));
        Assert.Equal(20, member.PointsOfWeek(Monday.AddDays(7)));
        Assert.Equal(14, member.MeanOf(Monday, 2));
        Assert.Equal(4, member.PointsBetween(Monday, Monday.AddDays(2)));
        Assert.Equal(0, member.PointsBetween(Monday, Monday.AddDays(-1)));
        Assert.Equal(Monday, MemberCapacity.MondayOf(Monday.AddDays(6)));
        Assert.Equal(Monday.AddDays(7), MemberCapacity.MondayOf(Monday.AddDays(7)));
    }

    [Fact]
    public void Points_have_two_decimals() =>
        Assert.Equal(1.43m, new MemberCapacity(10, BusinessCalendar.AroundTheClock, []).PointsBetween(Monday, Monday));

    [Fact]
    public void Where_nobody_works_nobody_can_do_anything() =>
        Assert.Equal(
            0,
            new MemberCapacity(
                20,
                BusinessCalendar.Create(TimeZoneInfo.Utc, new([], [], [], [], [], [], []), []),
                []
            ).PointsOfWeek(Monday)
        );

    [Fact]
    public void Work_fills_the_weeks_by_due_date()
    {
        var weeks = Heatmap.Spread([new(35, null), new(8, Monday.AddDays(9)), new(6, Monday.AddDays(2))], Monday, [10, 10, 10]);

        // The 6 go into the first week, then the 8 into the first and the second. The 35 fill the rest; 19 do not fit.
        Assert.Equal(
            [(Monday, 10m), (Monday.AddDays(7), 10m), (Monday.AddDays(14), 10m)],
            weeks.Select(w => (w.WeekStart, w.Points))
        );
        Assert.All(weeks, w => Assert.Equal(100, w.Percentage));
    }

    [Fact]
    public void What_is_due_falls_into_its_week_even_if_it_does_not_fit_and_what_is_overdue_into_the_first()
    {
        var weeks = Heatmap.Spread([new(12, Monday.AddDays(-30)), new(25, Monday.AddDays(13))], Monday, [10, 0, 10]);

        Assert.Equal([12m, 25m, 0m], weeks.Select(w => w.Points));
        Assert.Equal([120m, null, 0m], weeks.Select(w => w.Percentage));
    }

    private static readonly Gen<OpenWork> AWork = Gen.Select(Gen.Int[0, 800], Gen.Int[-20, 80], Gen.Int[0, 2])
        .Select(w => new OpenWork(w.Item1 / 100m, w.Item3 == 0 ? null : Monday.AddDays(w.Item2)));

    [Fact]
    public void No_work_is_lost_invented_or_put_after_its_due_date_and_only_due_work_overfills_a_week() =>
        Gen.Select(AWork.List[0, 30], Gen.Int[0, 2000].Select(c => c / 100m).Array[2, 8])
            .Sample(
                (work, capacities) =>
                {
                    var weeks = Heatmap.Spread(work, Monday, capacities);

                    // The order of rows does not matter.
                    Assert.Equal(weeks, Heatmap.Spread(work.AsEnumerable().Reverse(), Monday, capacities));
                    var end = Monday.AddDays(7 * capacities.Length);
                    var due = work.Where(w => w.DueDate < end).ToList();
                    for (var week = 0; week < weeks.Count; week++)
                    {
                        var until = Monday.AddDays((7 * week) + 6);
                        Assert.True(
                            weeks.Take(week + 1).Sum(w => w.Points) >= due.Where(w => w.DueDate <= until).Sum(w => w.Points)
                        );
                        if (weeks[week].Points > weeks[week].Capacity)
                        {
                            Assert.Contains(due, w => w.DueDate <= until);
                            Assert.All(weeks.Take(week), earlier => Assert.True(earlier.Points >= earlier.Capacity));
                        }
                    }

                    var room = weeks.Sum(w => Math.Max(0, w.Capacity - w.Points));
                    var placed = weeks.Sum(w => w.Points);
                    Assert.True(placed <= work.Sum(w => w.Points));
                    Assert.True(
                        room == 0 || placed == work.Sum(w => w.Points) || due.Count == work.Count,
                        "There is room, and work that could fill it."
                    );
                    Assert.True(due.Count < work.Count || placed == work.Sum(w => w.Points));
                },
                iter: 5_000
            );

    private static readonly BalanceProblem TwoPeople = new(
        [new(new(1), 10, 4), new(new(2), 10, 2), new(new(3), 0, 0)],
        [new(new(11), new(1), 8, [new(2)]) { Reluctance = 20 }, new(new(12), new(1), 3, [new(2), new(3)])],
        [
            new(
                "due by Friday",
                new Dictionary<IssueId, decimal> { [new(11)] = 8 },
                new Dictionary<UserId, decimal> { [new(2)] = 7 },
                new Dictionary<UserId, decimal> { [new(2)] = 1 }
            ),
        ],
        2
    );

    [Fact]
    public void A_plan_is_better_that_lowers_the_highest_utilization_then_the_overload_then_moves_less()
    {
        var stay = TwoPeople.ScoreOf([]);
        var move = TwoPeople.ScoreOf([new(new(12), new(2))]);

        Assert.Equal(new(1.5m, 5, 0, 0), stay);
        Assert.Equal(new(1.2m, 2, 3, 101), move);
        Assert.True(move < stay && stay > move && move <= stay && stay >= move);
        Assert.True(move < move with { MovedPoints = 4 });
        Assert.True(move < move with { Reluctance = 102 });
    }

    [Fact]
    public void A_plan_may_not_break_a_limit_or_push_anybody_over_their_capacity()
    {
        Assert.Empty(TwoPeople.Validate([new(new(12), new(2))]));
        Assert.Contains("due by Friday", Assert.Single(TwoPeople.Validate([new(new(11), new(2))])));
        Assert.Contains("over capacity", Assert.Single(TwoPeople.Validate([new(new(12), new(3))])));
        Assert.Contains(
            "over capacity",
            Assert.Single(
                (TwoPeople with { Members = [new(new(1), 10, 4), new(new(2), 10, 8), new(new(3), 0, 0)] }).Validate([
                    new(new(12), new(2)),
                ])
            )
        );
        Assert.Contains("cannot take", Assert.Single(TwoPeople.Validate([new(new(11), new(3))])));
        Assert.Contains("cannot take", Assert.Single(TwoPeople.Validate([new(new(99), new(2))])));
        Assert.Contains("more than once", TwoPeople.Validate([new(new(12), new(2)), new(new(12), new(3))])[0]);
        Assert.Contains("at most 0", Assert.Single((TwoPeople with { MaxMoves = 0 }).Validate([new(new(12), new(2))])));
    }

    [Fact]
    public void A_member_who_gives_work_away_may_stay_over_capacity_and_over_a_limit_but_gets_nothing()
    {
        var swap = TwoPeople with
        {
            Members = [new(new(1), 10, 4), new(new(2), 20, 2)],
            Issues = [new(new(11), new(1), 8, [new(2)]), new(new(12), new(2), 3, [new(1)]), new(new(13), new(1), 3, [new(2)])],
            Limits = [],
        };
        var full = Limited(10) with
        {
            Limits = [Limited(10).Limits[0] with { Limits = new Dictionary<UserId, decimal> { [new(1)] = 5 } }],
        };

        Assert.Empty(swap.Validate([new(new(11), new(2))]));
        Assert.Equal(["User 1 would be over capacity."], swap.Validate([new(new(11), new(2)), new(new(12), new(1))]));
        Assert.Empty(full.Validate([new(new(12), new(2))]));
    }

    [Fact]
    public void A_limit_counts_the_work_that_stays_and_may_be_reached()
    {
        Assert.Empty(Limited(4).Validate([new(new(12), new(2))]));
        Assert.Equal(["User 2 would exceed the limit 'in review'."], Limited(3.9m).Validate([new(new(12), new(2))]));
    }

    [Fact]
    public void Utilization_below_the_capacity_counts_as_one_and_every_capacity_counts()
    {
        BalanceProblem Of(decimal capacity) => TwoPeople with { Members = [new(new(1), capacity, 1)], Issues = [], Limits = [] };

        Assert.Equal(1, Of(10).ScoreOf([]).MaxUtilization);
        Assert.Equal(2, Of(0.5m).ScoreOf([]).MaxUtilization);
        Assert.Equal(50, Utilization.Of(0.25m, 0.5m));
    }

    /// <summary>Two issues of 8 and 3 points, of which user 2 already has one point of a limit that takes so many.</summary>
    private static BalanceProblem Limited(decimal most) =>
        TwoPeople with
        {
            Limits =
            [
                new(
                    "in review",
                    new Dictionary<IssueId, decimal> { [new(11)] = 8, [new(12)] = 3 },
                    new Dictionary<UserId, decimal> { [new(2)] = most },
                    new Dictionary<UserId, decimal> { [new(2)] = 1 }
                ),
            ],
        };
}
