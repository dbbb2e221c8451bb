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

    /// <summary>The rule and the issue that it is about.</summary>
    public required SlaEventRule Definition { get; init; }

    /// <summary>What was counted.</summary>
    public required SlaEventTimes Metrics { get; init; }

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
                More = new Dictionary<string, object?>
                {
                    ["state"] = State,
                    ["definition"] = Definition,
                    ["metrics"] = Metrics,
                },
            },
        ];
}
