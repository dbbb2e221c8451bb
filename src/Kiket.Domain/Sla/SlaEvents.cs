using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Sla;

/// <summary>The state of an issue's service level changed.</summary>
public sealed record SlaStatusChanged : IIssueFact
{
    /// <summary>The issue.</summary>
    public required IssueId IssueId { get; init; }

    /// <summary>The issue's project.</summary>
    public required ProjectId ProjectId { get; init; }

    /// <summary><c>imminent</c>, <c>breached</c> or <c>recovered</c>.</summary>
    public required string State { get; init; }

    /// <summary>
    /// The rule that it is about: <c>id</c>, <c>status</c>, <c>issue_type</c>, <c>priority</c>, <c>max_duration_minutes</c>,
    /// <c>warning_buffer_minutes</c>, <c>business_hours</c>.
    /// </summary>
    public required JsonElement Definition { get; init; }

    /// <summary>What was counted, in whole minutes: <c>duration_minutes</c>, <c>overdue_minutes</c>.</summary>
    public required JsonElement Metrics { get; init; }

    /// <summary>In whose name the clock runs, or who moved the issue.</summary>
    public required UserId ActorId { get; init; }

    /// <summary>When it happened (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    /// <summary>The issue as it was then.</summary>
    internal LoggedIssue Issue { get; init; } = null!;

    LoggedIssue IIssueFact.Issue => Issue;

    EventCause? IDomainEvent.Cause => EventCause.Sla;

    IReadOnlyList<PublicFact> IDomainEvent.ToPublic() =>
        [
            new(EventNames.WorkflowSlaStatus)
            {
                To = State,
                More = PublicFact.Json(("state", State), ("definition", Definition), ("metrics", Metrics)),
            },
        ];
}
