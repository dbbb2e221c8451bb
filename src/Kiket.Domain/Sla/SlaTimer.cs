using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Sla;

/// <summary>A change of a timer's due instants without a move of the issue.</summary>
/// <param name="At">When (UTC).</param>
/// <param name="Reason">Why: <c>calendar</c>.</param>
/// <param name="From">The instants before.</param>
/// <param name="To">The instants after.</param>
internal sealed record SlaAdjustment(DateTimeOffset At, string Reason, SlaDue From, SlaDue To);

/// <summary>
/// Watches the time of an issue in a state. Past events stay: a later change of the calendar only moves future ones. If no
/// history is needed, a clock and <see cref="SlaDue"/> are enough.
/// </summary>
public sealed class SlaTimer : AggregateRoot<long>
{
    /// <summary>Why due instants changed: the organization's calendar did.</summary>
    public const string CalendarChanged = "calendar";

    private readonly List<SlaEvent> events = [];

    private SlaTimer() { }

    /// <summary>The project.</summary>
    public ProjectId ProjectId { get; private set; }

    /// <summary>The issue.</summary>
    public IssueId IssueId { get; private set; }

    /// <summary>Key of the state whose time it counts.</summary>
    public StateKey State { get; private set; }

    /// <summary>Id of the rule, see <see cref="SlaRule.Key"/>.</summary>
    public string RuleKey { get; private set; } = "";

    /// <summary>The limits.</summary>
    public SlaPolicy Policy { get; private set; } = new(null, null, null, false, false, [], []);

    /// <summary>Whether only working hours count.</summary>
    public bool BusinessHours { get; private set; }

    /// <summary>The stretches in which it ran.</summary>
    public IReadOnlyList<ClockSpan> Spans { get; private set; } = [];

    /// <summary>The status of the issue.</summary>
    public SlaStatus Status { get; private set; }

    /// <summary>When the warning will be reached (UTC) if nothing changes, or null for never.</summary>
    public DateTimeOffset? WarnsAt { get; private set; }

    /// <summary>When the limit will be reached (UTC) if nothing changes, or null for never.</summary>
    public DateTimeOffset? BreachesAt { get; private set; }

    /// <summary>When <see cref="Advance"/> has something to do next (UTC), or null for never.</summary>
    public DateTimeOffset? NextAt { get; private set; }

    /// <summary>Since when its due instants hold (UTC). One that lies before has passed at this instant.</summary>
    public DateTimeOffset PlannedAt { get; private set; }

    /// <summary>When the calendar changed (UTC) if it has not been replanned since, or null.</summary>
    public DateTimeOffset? ReplanSince { get; private set; }

    /// <summary>What changed its due instants, in order.</summary>
    internal IReadOnlyList<SlaAdjustment> Adjustments { get; private set; } = [];

    /// <summary>When the issue left the state (UTC); null while the timer is open.</summary>
    public DateTimeOffset? StoppedAt { get; private set; }

    /// <summary>Its events; all of them when they were loaded.</summary>
    public IReadOnlyList<SlaEvent> Events => events;

    /// <summary>The clock.</summary>
    public SlaClock Clock => new(Spans);

    /// <summary>Starts a timer.</summary>
    /// <param name="issue">The issue, in the rule's state.</param>
    /// <param name="rule">The rule.</param>
    /// <param name="clock">What has been counted in the state already, or null to count from now on.</param>
    /// <param name="calendar">The business calendar.</param>
    /// <param name="at">Instant of the start.</param>
    /// <returns>The timer, or <c>VALIDATION_ERROR</c> for a rule of another state than the issue's.</returns>
    public static Result<SlaTimer> Start(Issue issue, SlaRule rule, SlaClock? clock, BusinessCalendar calendar, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(rule);
        ArgumentNullException.ThrowIfNull(calendar);
        if (rule.State != issue.Status)
            return Error.Validation("rule.state", $"{issue.Key} is in '{issue.Status}', not in '{rule.State}'.");
        var timer = new SlaTimer
        {
            OrganizationId = issue.OrganizationId,
            ProjectId = issue.ProjectId,
            IssueId = issue.Id,
            State = rule.State,
            RuleKey = rule.Key,
            Policy = rule.Policy,
            BusinessHours = rule.Policy.BusinessHours,
            Spans = (clock ?? SlaClock.Paused).Resume(at).Spans,
        };
        timer.Created(at);
        timer.Plan(calendar, at);
        return timer;
    }

    /// <summary>
    /// Advances it to an instant: replans it if the calendar has changed, and raises an event for each limit that was reached.
    /// </summary>
    /// <param name="issue">The issue.</param>
    /// <param name="calendar">The business calendar.</param>
    /// <param name="actorId">The acting user.</param>
    /// <param name="at">The instant.</param>
    public void Advance(Issue issue, BusinessCalendar calendar, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(calendar);
        if (StoppedAt is not null)
            return;
        if (ReplanSince is { } since)
        {
            Fire(issue, calendar, actorId, since);
            var before = new SlaDue(WarnsAt, BreachesAt);
            ReplanSince = null;
            Plan(calendar, since);
            var after = new SlaDue(WarnsAt, BreachesAt);
            if (after != before)
                Adjustments = [.. Adjustments, new(since, CalendarChanged, before, after)];
            Touch(at);
        }

        Fire(issue, calendar, actorId, at);
        SetNext();
    }

    /// <summary>Continues with a rule that has the same id, state and limits; its actions may differ.</summary>
    /// <param name="rule">The rule, perhaps of another version of the workflow.</param>
    /// <returns>Whether it does; otherwise another timer is needed.</returns>
    public bool Adopt(SlaRule rule)
    {
        ArgumentNullException.ThrowIfNull(rule);
        if (
            (State, RuleKey, Policy.Warning, Policy.Breach, BusinessHours)
            != (rule.State, rule.Key, rule.Policy.Warning, rule.Policy.Breach, rule.Policy.BusinessHours)
        )
            return false;
        Policy = rule.Policy;
        return true;
    }

    /// <summary>Pauses it: the issue waits in a state where time does not count.</summary>
    /// <param name="calendar">The business calendar.</param>
    /// <param name="at">Instant of the pause.</param>
    public void Pause(BusinessCalendar calendar, DateTimeOffset at) => Run(Clock.Pause(at), calendar, at);

    /// <summary>Resumes it.</summary>
    /// <param name="calendar">The business calendar.</param>
    /// <param name="at">Instant of the return.</param>
    public void Resume(BusinessCalendar calendar, DateTimeOffset at) => Run(Clock.Resume(at), calendar, at);

    /// <summary>
    /// Stops it: the issue has left the state, or another rule applies. After a warning or a breach the issue has recovered.
    /// </summary>
    /// <param name="issue">The issue.</param>
    /// <param name="calendar">The business calendar.</param>
    /// <param name="actorId">The acting user.</param>
    /// <param name="at">Instant of the end.</param>
    public void Stop(Issue issue, BusinessCalendar calendar, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        ArgumentNullException.ThrowIfNull(calendar);
        if (StoppedAt is not null)
            return;
        Spans = Clock.Pause(at).Spans;
        StoppedAt = at.ToUniversalTime();
        NextAt = null;
        Touch(at);
        if (Status is SlaStatus.Ok)
            return;
        if (issue.DeletedAt is null)
            Tell(SlaEventState.Recovered, issue, calendar, actorId, at);
        else
            ResolveAll(at);
    }

    /// <summary>Postpones the next check; nothing changes until then.</summary>
    /// <param name="at">When.</param>
    internal void PostponeUntil(DateTimeOffset at) => NextAt = at.ToUniversalTime();

    /// <summary>Restores a timer that a host has stored.</summary>
    /// <param name="snapshot">The snapshot from <see cref="ToSnapshot"/>.</param>
    public static SlaTimer Restore(SlaTimerSnapshot snapshot)
    {
        ArgumentNullException.ThrowIfNull(snapshot);
        var timer = new SlaTimer
        {
            ProjectId = snapshot.ProjectId,
            IssueId = snapshot.IssueId,
            State = snapshot.State,
            RuleKey = snapshot.RuleKey,
            Policy = snapshot.Policy,
            BusinessHours = snapshot.BusinessHours,
            Spans = snapshot.Spans,
            Status = snapshot.Status,
            WarnsAt = snapshot.WarnsAt,
            BreachesAt = snapshot.BreachesAt,
            NextAt = snapshot.NextAt,
            PlannedAt = snapshot.PlannedAt,
            ReplanSince = snapshot.ReplanSince,
            Adjustments = snapshot.Adjustments,
            StoppedAt = snapshot.StoppedAt,
        };
        timer.TakeStored(snapshot);
        timer.events.AddRange(snapshot.Events.Select(e => e.Copy()));
        return timer;
    }

    /// <summary>Everything that a host must store. The events are in <see cref="AggregateRoot{TId}.DomainEvents"/>.</summary>
    public SlaTimerSnapshot ToSnapshot() =>
        new()
        {
            Id = Id,
            OrganizationId = OrganizationId,
            ProjectId = ProjectId,
            IssueId = IssueId,
            State = State,
            RuleKey = RuleKey,
            Policy = Policy,
            BusinessHours = BusinessHours,
            Spans = Spans,
            Status = Status,
            WarnsAt = WarnsAt,
            BreachesAt = BreachesAt,
            NextAt = NextAt,
            PlannedAt = PlannedAt,
            ReplanSince = ReplanSince,
            Adjustments = Adjustments,
            StoppedAt = StoppedAt,
            Events = [.. events.Select(e => e.Copy())],
            Version = Version,
            CreatedAt = CreatedAt,
            UpdatedAt = UpdatedAt,
        };

    private void Run(SlaClock clock, BusinessCalendar calendar, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        if (StoppedAt is not null || clock.IsRunning == Clock.IsRunning)
            return;
        Spans = clock.Spans;
        Plan(calendar, at);
        Touch(at);
    }

    private void Plan(BusinessCalendar calendar, DateTimeOffset at)
    {
        (WarnsAt, BreachesAt) = Clock.IsRunning ? SlaDue.Calculate(Clock, Policy, calendar) : new(null, null);
        PlannedAt = at.ToUniversalTime();
        SetNext();
    }

    private void SetNext() =>
        NextAt = Status switch
        {
            SlaStatus.Ok => WarnsAt < BreachesAt || BreachesAt is null ? WarnsAt : BreachesAt,
            SlaStatus.Imminent => BreachesAt,
            _ => null,
        };

    private void Fire(Issue issue, BusinessCalendar calendar, UserId actorId, DateTimeOffset until)
    {
        // A warning that is reached together with the breach is skipped, because it would end immediately.
        if (
            Status is SlaStatus.Ok
            && WarnsAt is { } warns
            && warns <= until
            && Passed(warns) is var warned
            && !(BreachesAt <= warned)
        )
            Become(SlaStatus.Imminent, SlaEventState.Imminent, warned);
        if (Status is not SlaStatus.Breached && BreachesAt is { } breaches && breaches <= until)
            Become(SlaStatus.Breached, SlaEventState.Breached, Passed(breaches));

        DateTimeOffset Passed(DateTimeOffset due) => due < PlannedAt ? PlannedAt : due;

        void Become(SlaStatus status, SlaEventState state, DateTimeOffset at)
        {
            Status = status;
            Touch(at);
            Tell(state, issue, calendar, actorId, at);
        }
    }

    private void Tell(SlaEventState state, Issue issue, BusinessCalendar calendar, UserId actorId, DateTimeOffset at)
    {
        var counted = Clock.Counted(calendar, at);
        var (definition, metrics) = (DefinitionOf(issue), MetricsOf(counted));
        ResolveAll(at);
        events.Add(new(this, state, at, definition, metrics));
        Raise(
            new SlaStatusChanged
            {
                IssueId = IssueId,
                ProjectId = ProjectId,
                Issue = LoggedIssue.Of(issue),
                State = WireName.Of(state),
                Definition = definition,
                Metrics = metrics,
                ActorId = actorId,
                OccurredAt = at,
            }
        );
    }

    private void ResolveAll(DateTimeOffset at)
    {
        foreach (var open in events)
            open.Resolve(at);
    }

    private SlaEventRule DefinitionOf(Issue issue) =>
        new(RuleKey, State, issue.IssueType, issue.Priority)
        {
            MaxDurationMinutes = Minutes(Policy.Breach),
            WarningBufferMinutes = Minutes(Policy.Breach - Policy.Warning),
            BusinessHours = Policy.BusinessHours,
        };

    private SlaEventTimes MetricsOf(TimeSpan counted) =>
        new(Minutes(counted), Math.Max(0, Minutes(counted - Policy.Breach) ?? 0));

    private static long Minutes(TimeSpan length) => length.Ticks / TimeSpan.TicksPerMinute;

    private static long? Minutes(TimeSpan? length) => length is { } known ? Minutes(known) : null;
}
