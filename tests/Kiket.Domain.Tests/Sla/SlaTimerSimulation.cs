using Kiket.Domain.Calendars;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Sla;

/// <summary>
/// A year of issues whose timers are changed and advanced at random ends with the events that a count of every minute predicts.
/// </summary>
public sealed class SlaTimerSimulation
{
    private const int Issues = 2_000;
    private static readonly TimeZoneInfo Berlin = TimeZoneInfo.FindSystemTimeZoneById("Europe/Berlin");
    private static readonly DateTimeOffset NewYear = new(2027, 12, 31, 23, 0, 0, TimeSpan.Zero); // 2028 has a leap day
    private static readonly HashSet<DateOnly> Holidays = [new(2028, 2, 29), new(2028, 4, 14), new(2028, 12, 25)];
    private static readonly BusinessCalendar Office = BusinessCalendar.Create(
        Berlin,
        WeekHours.Standard with
        {
            Sunday = [new(60, 240)],
            Monday = [new(8 * 60, 12 * 60), new(13 * 60, 18 * 60)],
        },
        Holidays
    );

    private static readonly Project Legal = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, NewYear).Value;
    private static readonly Workflow Flow = Workflow
        .Publish(new(1), new(1), "default", 1, WorkflowDefinition.BuiltIn, null, NewYear)
        .Value;

    [Fact]
    public void A_year_of_issues_ends_with_exactly_the_events_that_a_count_of_every_minute_predicts()
    {
        var random = new Random(20280229);
        var told = new int[3];
        for (var i = 0; i < Issues; i++)
        {
            var calendar = i % 3 == 0 ? BusinessCalendar.AroundTheClock : Office;
            var breach = random.Next(1, 4_000);
            int? warning = random.Next(4) == 0 ? null : random.Next(0, breach + 1);
            var policy = new SlaPolicy(
                null,
                warning is { } w ? TimeSpan.FromMinutes(w) : null,
                TimeSpan.FromMinutes(breach),
                calendar == Office,
                false,
                [],
                []
            );
            var start = random.Next(0, 366 * 24 * 60);
            List<int> turns = [start]; // it pauses at every second one and stops at the last
            for (var n = random.Next(1, 8); n > 0; n--)
                turns.Add(turns[^1] + 1 + random.Next(0, random.Next(2) == 0 ? 600 : 4_000));

            var expected = Count(turns, warning, breach, calendar == Office);
            var actual = Run(turns, policy, calendar, random);

            Assert.Equal(expected, actual);
            foreach (var (state, _) in actual)
                told[(int)state]++;
        }

        Assert.All(told, count => Assert.True(count > 200, $"only {count}")); // the year was eventful
    }

    private static List<(SlaEventState, DateTimeOffset)> Run(
        List<int> turns,
        SlaPolicy policy,
        BusinessCalendar calendar,
        Random random
    )
    {
        var issue = Issue
            .Open(Legal, Legal.Schema.DefaultType!, Flow, new() { Title = "Any" }, new(), new(1), At(turns[0]))
            .Value;
        var timer = SlaTimer.Start(issue, new("default.backlog", new("backlog"), policy), null, calendar, At(turns[0])).Value;
        for (var t = 1; t < turns.Count; t++)
        {
            // The job runs when something is due, up to a quarter of an hour late, and sometimes without need.
            for (var sweep = turns[t - 1] + random.Next(0, 2_000); sweep < turns[t]; sweep += random.Next(1, 2_000))
                timer.Advance(issue, calendar, new(1), At(sweep));
            while (timer.NextAt is { } next && next.AddMinutes(15) < At(turns[t]))
                timer.Advance(issue, calendar, new(1), next.AddMinutes(random.Next(0, 15)));
            timer.Advance(issue, calendar, new(1), At(turns[t]));
            if (t == turns.Count - 1)
                timer.Stop(issue, calendar, new(1), At(turns[t]));
            else if (t % 2 == 1)
                timer.Pause(calendar, At(turns[t]));
            else
                timer.Resume(calendar, At(turns[t]));
        }

        Assert.Null(timer.NextAt);
        Assert.All(timer.Events, e => Assert.NotNull(e.ResolvedAt));
        Assert.Equal(timer.Events.Count, timer.DomainEvents.Count);
        return [.. timer.Events.Select(e => (e.State, e.TriggeredAt))];
    }

    private static List<(SlaEventState, DateTimeOffset)> Count(List<int> turns, int? warning, int breach, bool office)
    {
        List<(SlaEventState, DateTimeOffset)> events = [];
        var (counted, warned, breached) = (0, false, false);
        Check(turns[0]);
        for (var t = 1; t < turns.Count && !breached; t += 2)
        {
            for (var minute = turns[t - 1]; minute < turns[t] && !breached; minute++)
            {
                if (office && !IsOffice(At(minute)))
                    continue;
                counted++;
                Check(minute + 1);
            }
        }

        if (warned || breached)
            events.Add((SlaEventState.Recovered, At(turns[^1])));
        return events;

        void Check(int minute)
        {
            if (!breached && counted >= breach)
                (breached, _) = (true, Add(SlaEventState.Breached, minute));
            else if (!warned && !breached && counted >= warning)
                (warned, _) = (true, Add(SlaEventState.Imminent, minute));
        }

        int Add(SlaEventState state, int minute)
        {
            events.Add((state, At(minute)));
            return minute;
        }
    }

    private static bool IsOffice(DateTimeOffset at)
    {
        var local = TimeZoneInfo.ConvertTime(at, Berlin);
        var minute = (local.Hour * 60) + local.Minute;
        return !Holidays.Contains(DateOnly.FromDateTime(local.DateTime))
            && local.DayOfWeek switch
            {
                DayOfWeek.Saturday => false,
                DayOfWeek.Sunday => minute is >= 60 and < 240,
                DayOfWeek.Monday => minute is (>= 480 and < 720) or (>= 780 and < 1080),
                _ => minute is >= 540 and < 1020,
            };
    }

    private static DateTimeOffset At(int minute) => NewYear.AddMinutes(minute);
}
