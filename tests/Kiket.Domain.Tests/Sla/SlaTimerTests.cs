using Kiket.Domain.Calendars;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Sla;

public sealed class SlaTimerTests
{
    private static readonly BusinessCalendar Always = BusinessCalendar.AroundTheClock;
    private static readonly BusinessCalendar Office = BusinessCalendar.Create(TimeZoneInfo.Utc, WeekHours.Standard, []);

    [Fact]
    public void Each_event_ends_at_the_next_one_and_the_timer_knows_what_comes_next()
    {
        var timer = Start(60, 90);
        Assert.Equal(At(60), timer.NextAt);

        timer.Advance(An.Issue(), Always, new(1), At(60));
        Assert.Equal((SlaStatus.Imminent, At(90)), (timer.Status, timer.NextAt));
        timer.Advance(An.Issue(), Always, new(1), At(90));
        Assert.Equal((SlaStatus.Breached, null), (timer.Status, timer.NextAt));
        timer.Advance(An.Issue(), Always, new(1), At(95));
        timer.Stop(An.Issue(), Always, new(1), At(100));

        Assert.Equal(
            [
                (SlaEventState.Imminent, At(60), At(90)),
                (SlaEventState.Breached, At(90), At(100)),
                (SlaEventState.Recovered, At(100), At(100)),
            ],
            timer.Events.Select(e => (e.State, e.TriggeredAt, e.ResolvedAt!.Value))
        );
        Assert.Equal([new(60, 0), new(90, 0), new(100, 10)], timer.Events.Select(e => e.Metrics));
        Assert.Equal((90, 30), (timer.Events[0].Definition.MaxDurationMinutes, timer.Events[0].Definition.WarningBufferMinutes));
    }

    [Fact]
    public void Without_a_warning_the_breach_comes_next_and_without_a_breach_the_warning()
    {
        Assert.Equal(At(90), Start(null, 90).NextAt);
        Assert.Equal(At(60), Start(60, null).NextAt);
        Assert.Equal(At(60), Start(60, 60).NextAt);
    }

    [Fact]
    public void A_warning_together_with_the_breach_is_skipped()
    {
        var timer = Start(60, 60);

        timer.Advance(An.Issue(), Always, new(1), At(60));

        Assert.Equal([SlaEventState.Breached], timer.Events.Select(e => e.State));
    }

    [Fact]
    public void A_limit_within_time_that_was_counted_before_is_reached_at_the_start()
    {
        var timer = Start(60, 90, SlaClock.StartAt(At(-80)));

        timer.Advance(An.Issue(), Always, new(1), At(5));

        Assert.Equal([(SlaEventState.Imminent, At(0))], timer.Events.Select(e => (e.State, e.TriggeredAt)));
        Assert.Equal(At(10), timer.BreachesAt);
    }

    [Fact]
    public void A_timer_that_ends_without_an_event_or_with_its_issue_raises_no_recovery()
    {
        var (ok, deleted, issue) = (Start(60, 90), Start(60, 90), An.Issue());
        ok.Stop(issue, Always, new(1), At(30));
        deleted.Advance(issue, Always, new(1), At(60));
        issue.Delete(new(1), At(70));
        deleted.Stop(issue, Always, new(1), At(70));

        Assert.Empty(ok.Events);
        Assert.Equal([(SlaEventState.Imminent, At(70))], deleted.Events.Select(e => (e.State, e.ResolvedAt!.Value)));
    }

    [Fact]
    public void A_paused_timer_is_never_due()
    {
        var timer = Start(60, 90);

        timer.Pause(Always, At(30));
        timer.Pause(Always, At(40));
        Assert.Equal((null, null, null), (timer.WarnsAt, timer.BreachesAt, timer.NextAt));
        timer.Resume(Always, At(50));
        timer.Resume(Always, At(55));

        Assert.Equal((At(80), At(110), At(80)), (timer.WarnsAt, timer.BreachesAt, timer.NextAt));
        Assert.Equal(3, timer.Version);

        var late = Start(60, 90);
        late.Pause(Always, At(70));
        Assert.Equal((null, null, null), (late.WarnsAt, late.BreachesAt, late.NextAt));
    }

    [Fact]
    public void Another_calendar_first_fires_what_was_due_and_then_replans_from_its_change()
    {
        var timer = SlaTimer.Restore(Start(60, 120).ToSnapshot() with { ReplanSince = At(90) });

        timer.Advance(An.Issue(), Office, new(1), At(600));

        // From 12:00 to 17:00 all time counts, and the breach at 14:00 stays where it was.
        Assert.Equal(
            [(SlaEventState.Imminent, At(60)), (SlaEventState.Breached, At(120))],
            timer.Events.Select(e => (e.State, e.TriggeredAt))
        );
        Assert.Equal((null, At(90)), (timer.ReplanSince, timer.PlannedAt));
        Assert.Empty(timer.Adjustments);
    }

    [Fact]
    public void Another_calendar_moves_the_due_instants_and_a_past_one_is_due_at_the_change()
    {
        // Ten hours around the clock end at 22:00; in the office at 14:00 of the next day. A day off makes it later still.
        var later = SlaTimer.Restore(Start(null, 600).ToSnapshot() with { ReplanSince = At(60) });
        later.Advance(An.Issue(), Office, new(1), At(700));
        Assert.Equal(At(26 * 60), later.BreachesAt);
        Assert.Empty(later.Events);
        Assert.Equal(
            (At(60), "calendar", At(600), At(26 * 60)),
            later.Adjustments.Select(a => (a.At, a.Reason, a.From.BreachesAt!.Value, a.To.BreachesAt!.Value)).Single()
        );
        later.Advance(An.Issue(), Office, new(1), At(26 * 60));
        Assert.Equal([new(600, 0)], later.Events.Select(e => e.Metrics));

        // Twenty hours of the office are not over after a day, but twenty hours of the clock are, since 08:00.
        var issue = An.Issue();
        var sooner = SlaTimer.Start(issue, Rule(null, 20 * 60), null, Office, At(0)).Value;
        sooner = SlaTimer.Restore(sooner.ToSnapshot() with { ReplanSince = At(24 * 60) });
        sooner.Advance(issue, Always, new(1), At(25 * 60));
        Assert.Equal([(SlaEventState.Breached, At(24 * 60))], sooner.Events.Select(e => (e.State, e.TriggeredAt)));
        Assert.Equal(new(24 * 60, 4 * 60), sooner.Events[0].Metrics);
    }

    [Fact]
    public void A_timer_adopts_a_rule_that_differs_only_in_its_actions()
    {
        var timer = Start(60, 90);
        var loud = Rule(60, 90, onBreach: [new("notify", default)]);

        Assert.True(timer.Adopt(loud));
        Assert.Same(loud.Policy, timer.Policy);
        Assert.False(timer.Adopt(Rule(60, 91)));
        Assert.False(timer.Adopt(Rule(61, 90)));
        Assert.False(timer.Adopt(SlaRule.Create("other", loud.State, loud.Policy).Value));
        Assert.False(timer.Adopt(SlaRule.Create(loud.Key, new("review"), loud.Policy).Value));
        Assert.False(timer.Adopt(Rule(60, 90, businessHours: true)));
        Assert.Same(loud.Policy, timer.Policy);
    }

    private static SlaTimer Start(int? warning, int? breach, SlaClock? clock = null) =>
        SlaTimer.Start(An.Issue(), Rule(warning, breach), clock, Always, At(0)).Value;

    private static SlaRule Rule(int? warning, int? breach, bool businessHours = false, WorkflowAction[]? onBreach = null) =>
        new(
            "default.backlog",
            new("backlog"),
            new(
                null,
                warning is { } w ? TimeSpan.FromMinutes(w) : null,
                breach is { } b ? TimeSpan.FromMinutes(b) : null,
                businessHours,
                false,
                [],
                onBreach ?? []
            )
        );

    private static DateTimeOffset At(int minute) => An.Noon.AddMinutes(minute);
}
