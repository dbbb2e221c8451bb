using CsCheck;
using Kiket.Domain.Calendars;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Sla;

/// <summary>
/// Properties of all calendars and histories, tested on random ones against an independent count of every minute by its local
/// time, which does not use intervals, offsets or clock changes.
/// </summary>
public sealed class SlaProperties
{
    private const long Samples = 2_000;

    /// <summary>
    /// Zones with unusual clocks: half an hour or two hours of summer time, a change at midnight, a skipped day, odd offsets.
    /// </summary>
    private static readonly string[] Peculiar =
    [
        "UTC",
        "Europe/Berlin",
        "America/New_York",
        "Australia/Lord_Howe",
        "Antarctica/Troll",
        "America/Sao_Paulo",
        "America/Havana",
        "Asia/Beirut",
        "Africa/Casablanca",
        "Africa/Cairo",
        "Asia/Tehran",
        "Asia/Kathmandu",
        "America/St_Johns",
        "Pacific/Apia",
        "Pacific/Kiritimati",
        "Asia/Gaza",
    ];

    private static readonly TimeZoneInfo[] Zones = [.. Peculiar.Select(TimeZoneInfo.FindSystemTimeZoneById)];

    private static readonly Gen<TimeZoneInfo> AZone = Gen.Frequency(
        (3, AnyOf(Zones)),
        (1, AnyOf(TimeZoneInfo.GetSystemTimeZones().ToArray()))
    );

    private static readonly Gen<TimeRange[]> ADay = Gen.Frequency(
        (2, Gen.Const(Array.Empty<TimeRange>())),
        (2, Gen.Const(new TimeRange[] { new(0, 1440) })),
        (6, Gen.Int[0, 1440].HashSet[2, 6].Select(Ranges))
    );

    private static readonly Gen<WeekHours> AWeek = ADay.Array[7]
        .Select(d => new WeekHours(d[0], d[1], d[2], d[3], d[4], d[5], d[6]));

    /// <summary>Often a day or two before the clocks of some zone change, or before a leap day or a new year.</summary>
    private static readonly Gen<DateTime> ABeginning = Gen.Frequency(
        (5, AnyOf(Changes().ToArray()).Select(Gen.Int[-2 * 1440, 60], (change, minutes) => change.AddMinutes(minutes))),
        (1, AnyOf(Utc(2024, 2, 27), Utc(2028, 2, 28), Utc(2023, 12, 30), Utc(2011, 12, 28))),
        (2, Gen.Int[0, 12 * 525_600].Select(minutes => Utc(2018, 1, 1).AddMinutes(minutes)))
    );

    /// <summary>Minutes between one change of the clock's running and the next.</summary>
    private static readonly Gen<int[]> Pauses = Gen.Frequency((3, Gen.Int[0, 900]), (1, Gen.Int[0, 3_000])).Array[1, 8];

    private static readonly Gen<Case> ACase =
        from zone in AZone
        from week in AWeek
        from beginning in ABeginning
        from holidays in Gen.Int[-1, 12].List[0, 4]
        from pauses in Pauses
        from ends in Gen.Bool
        select new Case(
            zone,
            week,
            [.. holidays.Select(d => DateOnly.FromDateTime(beginning).AddDays(d)).Distinct()],
            beginning,
            pauses,
            ends
        );

    [Fact]
    public void Counted_time_equals_a_count_minute_by_minute_and_its_intervals_add_up_to_it() =>
        ACase.Sample(
            c =>
            {
                var (calendar, clock, end) = (c.Calendar(), c.Clock(), c.End());

                var counted = clock.Counted(calendar, end);
                var intervals = clock.Intervals(calendar, end);

                Assert.Equal(c.CountedMinutes().Count, counted.TotalMinutes);
                Assert.Equal(counted, intervals.Aggregate(TimeSpan.Zero, (sum, i) => sum + i.Length));
                Assert.Equal(c.CountedMinutes(), intervals.SelectMany(MinutesOf).ToList());
                Assert.All(intervals, i => Assert.True(i.From < i.To));
            },
            iter: Samples,
            print: c => c.ToString()
        );

    [Fact]
    public void A_limit_is_due_at_the_end_of_the_minute_that_reaches_it_and_a_warning_never_after_its_breach() =>
        Gen.Select(ACase, Gen.Int[1, 3_000], Gen.Int[1, 3_000])
            .Sample(
                (c, warning, breach) =>
                {
                    var (calendar, clock, minutes) = (c.Calendar(), c.Clock(), c.CountedMinutes());

                    var policy = new SlaPolicy(
                        null,
                        TimeSpan.FromMinutes(warning),
                        TimeSpan.FromMinutes(breach),
                        true,
                        false,
                        [],
                        []
                    );
                    var due = SlaDue.Calculate(clock, policy, calendar);

                    AssertDue(due.WarnsAt, Math.Min(warning, breach));
                    AssertDue(due.BreachesAt, breach);
                    Assert.True(due.BreachesAt is null || due.WarnsAt <= due.BreachesAt, $"{due}");

                    void AssertDue(DateTimeOffset? at, int limit)
                    {
                        if (minutes.Count >= limit)
                            Assert.Equal(minutes[limit - 1].AddMinutes(1), at?.UtcDateTime);
                        else if (!clock.IsRunning)
                            Assert.Null(at);
                        else if (at is { } later) // It continues after the minutes of the independent count.
                            Assert.Equal(TimeSpan.FromMinutes(limit), clock.Counted(calendar, later));
                        else
                            Assert.Equal(0, c.Week.MinutesOfWeek());
                    }
                },
                iter: Samples
            );

    [Fact]
    public void Pausing_never_loses_or_doubles_a_minute() =>
        ACase.Sample(
            c =>
            {
                var (calendar, paused, end) = (c.Calendar(), c.Clock(), c.End());
                var without = SlaClock.StartAt(c.Beginning).Pause(end).Counted(calendar, end);
                var inverse = c.Inverse();

                // The counted time and the time of the pauses add up to the whole.
                Assert.Equal(without, paused.Counted(calendar, end) + inverse.Counted(calendar, end));
                Assert.Empty(MinutesOf(paused, calendar, end).Intersect(MinutesOf(inverse, calendar, end)));
            },
            iter: Samples,
            print: c => c.ToString()
        );

    private static List<DateTime> MinutesOf(SlaClock clock, BusinessCalendar calendar, DateTimeOffset end) =>
        [.. clock.Intervals(calendar, end).SelectMany(MinutesOf)];

    private static IEnumerable<DateTime> MinutesOf(CountedInterval interval)
    {
        for (var minute = interval.From.UtcDateTime; minute < interval.To; minute = minute.AddMinutes(1))
            yield return minute;
    }

    private static Gen<T> AnyOf<T>(params T[] values) => Gen.Int[0, values.Length - 1].Select(i => values[i]);

    private static TimeRange[] Ranges(HashSet<int> cuts)
    {
        var sorted = cuts.Order().ToArray();
        return [.. Enumerable.Range(0, sorted.Length / 2).Select(i => new TimeRange(sorted[2 * i], sorted[(2 * i) + 1]))];
    }

    private static IEnumerable<DateTime> Changes()
    {
        foreach (var zone in Zones)
        {
            for (var hour = Utc(2021, 1, 1); hour < Utc(2023, 1, 1); hour = hour.AddHours(1))
            {
                if (zone.GetUtcOffset(hour) != zone.GetUtcOffset(hour.AddHours(-1)))
                    yield return hour;
            }
        }
    }

    private static DateTime Utc(int year, int month, int day) => new(year, month, day, 0, 0, 0, DateTimeKind.Utc);

    private sealed record Case(
        TimeZoneInfo Zone,
        WeekHours Week,
        DateOnly[] Holidays,
        DateTime Beginning,
        int[] Pauses,
        bool Ends
    )
    {
        public BusinessCalendar Calendar() => BusinessCalendar.Create(Zone, Week, Holidays);

        public DateTimeOffset End() => Beginning.AddMinutes(Pauses.Sum());

        /// <summary>Runs at first, and then each change pauses or resumes it.</summary>
        public SlaClock Clock()
        {
            var (clock, at) = (SlaClock.StartAt(Beginning), Beginning);
            foreach (var (index, minutes) in Pauses.Index())
            {
                at = at.AddMinutes(minutes);
                clock = index % 2 == 0 ? clock.Pause(at) : clock.Resume(at);
            }

            return Ends ? clock.Pause(at) : clock;
        }

        public SlaClock Inverse()
        {
            var (clock, at) = (SlaClock.Paused, Beginning);
            foreach (var (index, minutes) in Pauses.Index())
            {
                at = at.AddMinutes(minutes);
                clock = index % 2 == 0 ? clock.Resume(at) : clock.Pause(at);
            }

            return clock.Pause(at);
        }

        /// <summary>Every minute that counts, one by one.</summary>
        public List<DateTime> CountedMinutes()
        {
            List<DateTime> counted = [];
            var minute = Beginning;
            foreach (var (index, minutes) in Pauses.Index())
            {
                for (var i = 0; i < minutes; i++, minute = minute.AddMinutes(1))
                {
                    var wall = TimeZoneInfo.ConvertTimeFromUtc(minute, Zone);
                    var ranges = wall.DayOfWeek switch
                    {
                        DayOfWeek.Monday => Week.Monday,
                        DayOfWeek.Tuesday => Week.Tuesday,
                        DayOfWeek.Wednesday => Week.Wednesday,
                        DayOfWeek.Thursday => Week.Thursday,
                        DayOfWeek.Friday => Week.Friday,
                        DayOfWeek.Saturday => Week.Saturday,
                        _ => Week.Sunday,
                    };
                    var shown = (wall.Hour * 60) + wall.Minute;
                    if (
                        index % 2 == 0
                        && !Holidays.Contains(DateOnly.FromDateTime(wall))
                        && ranges.Any(r => r.From <= shown && shown < r.To)
                    )
                        counted.Add(minute);
                }
            }

            return counted;
        }

        public override string ToString() =>
            $"{Zone.Id} from {Beginning:s} pauses {string.Join(',', Pauses)} holidays {string.Join(',', Holidays)} "
            + $"hours {string.Join(" | ", Enum.GetValues<DayOfWeek>().Select(HoursOf))}";

        private string HoursOf(DayOfWeek day) => string.Join(' ', Week.On(day).Select(r => $"{r.FromText()}-{r.ToText()}"));
    }
}
