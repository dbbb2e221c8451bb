using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Sla;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Sla;

/// <summary>Explains where an issue stands against the limit of its state (decisions, 38).</summary>
internal sealed record GetIssueSlaQuery(IssueRef Issue) : IQuery<Result<IssueSlaDto>>;

/// <param name="Timer">The timer, or null when no limit applies.</param>
internal sealed record IssueSlaDto(IssueId IssueId, string IssueKey, SlaTimerDto? Timer);

internal sealed record SlaTimerDto
{
    /// <summary>Id of the rule, as events name it.</summary>
    public required string Id { get; init; }

    /// <summary>
    /// The state whose time is counted; not the issue's current state while the issue waits in a state that pauses the timer.
    /// </summary>
    public required StateKey Status { get; init; }

    public required SlaStatus Sla { get; init; }

    /// <summary>Whether time is counted now.</summary>
    public required bool Running { get; init; }

    public required SlaPolicyDto Policy { get; init; }

    /// <summary>The business calendar; null when every minute counts.</summary>
    public required SlaCalendarDto? Calendar { get; init; }

    public required DateTimeOffset StartedAt { get; init; }

    /// <summary>The instant of this calculation.</summary>
    public required DateTimeOffset At { get; init; }

    /// <summary>The sum of the intervals, in seconds.</summary>
    public required decimal CountedSeconds { get; init; }

    public required IReadOnlyList<SlaIntervalDto> Intervals { get; init; }

    public required DateTimeOffset? WarnsAt { get; init; }

    public required DateTimeOffset? BreachesAt { get; init; }

    /// <summary>The changes that moved the due instants without a move of the issue, in order.</summary>
    public required IReadOnlyList<SlaAdjustmentDto> Adjustments { get; init; }
}

internal sealed record SlaIntervalDto(DateTimeOffset From, DateTimeOffset To, decimal Seconds);

internal sealed record SlaCalendarDto(
    string TimeZone,
    IReadOnlyDictionary<string, IReadOnlyList<string>> Hours,
    IReadOnlyList<DateOnly> Holidays
);

internal sealed record SlaAdjustmentDto(
    DateTimeOffset At,
    string Reason,
    DateTimeOffset? WarnsFrom,
    DateTimeOffset? WarnsTo,
    DateTimeOffset? BreachesFrom,
    DateTimeOffset? BreachesTo
);

internal sealed class GetIssueSlaHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : IQueryHandler<GetIssueSlaQuery, Result<IssueSlaDto>>
{
    public async Task<Result<IssueSlaDto>> Handle(GetIssueSlaQuery query, CancellationToken ct)
    {
        var issue = await db.VisibleIssues(current.Actor)
            .WithSpecification(new IssueByRef(query.Issue))
            .Select(i => new { i.Id, i.Key })
            .SingleOrDefaultAsync(ct);
        if (issue is null)
            return IssueErrors.NotFound(query.Issue);
        var timer = await db.SlaTimers.WithSpecification(new OpenTimerOf(issue.Id)).SingleOrDefaultAsync(ct);
        if (timer is null)
            return new IssueSlaDto(issue.Id, issue.Key, null);

        var settings = await db
            .Organizations.Where(o => o.Id == current.Actor.OrganizationId)
            .Select(o => o.Settings)
            .SingleAsync(ct);
        var calendar = timer.BusinessHours ? settings.Calendar() : BusinessCalendar.AroundTheClock;
        var now = time.GetUtcNow();
        now = StoredInstant.Of(now);
        var intervals = timer.Clock.Intervals(calendar, now);
        return new IssueSlaDto(
            issue.Id,
            issue.Key,
            new()
            {
                Id = timer.RuleKey,
                Status = timer.State,
                Sla = timer.Status,
                Running = timer.Clock.IsRunning,
                Policy = SlaPolicyDto.Of(timer.Policy),
                Calendar = !timer.BusinessHours
                    ? null
                    : new(
                        settings.TimeZone,
                        Enum.GetValues<DayOfWeek>()
                            .ToDictionary(
                                WireName.Of,
                                IReadOnlyList<string> (day) =>
                                    [.. settings.Hours.On(day).Select(r => $"{r.FromText()}-{r.ToText()}")]
                            ),
                        [.. settings.Holidays.Select(h => h.Date)]
                    ),
                StartedAt = timer.Spans[0].From,
                At = now,
                CountedSeconds = intervals.Sum(i => Seconds(i.Length)),
                Intervals = [.. intervals.Select(i => new SlaIntervalDto(i.From, i.To, Seconds(i.Length)))],
                WarnsAt = timer.WarnsAt,
                BreachesAt = timer.BreachesAt,
                Adjustments =
                [
                    .. timer.Adjustments.Select(a => new SlaAdjustmentDto(
                        a.At,
                        a.Reason,
                        a.From.WarnsAt,
                        a.To.WarnsAt,
                        a.From.BreachesAt,
                        a.To.BreachesAt
                    )),
                ],
            }
        );
    }

    private static decimal Seconds(TimeSpan length) => (decimal)length.Ticks / TimeSpan.TicksPerSecond;
}
