using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Sla;

/// <summary>The state of an issue's service level changed.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="ProjectId">The issue's project.</param>
/// <param name="Issue">The issue as it was then.</param>
/// <param name="State"><c>imminent</c>, <c>breached</c> or <c>recovered</c>.</param>
/// <param name="Definition">The rule that it is about, by wire name: <c>id, status, issue_type, …</c></param>
/// <param name="Metrics">The minutes that were counted, by wire name: <c>duration_minutes, overdue_minutes</c>.</param>
/// <param name="ActorId">In whose name the clock runs, or who moved the issue.</param>
/// <param name="OccurredAt">When.</param>
public sealed record SlaStatusChanged(
    long IssueId,
    long ProjectId,
    IssueSnapshot Issue,
    string State,
    JsonElement Definition,
    JsonElement Metrics,
    long ActorId,
    DateTimeOffset OccurredAt
) : IIssueFact
{
    /// <inheritdoc/>
    public EventCause? Cause => EventCause.Sla;

    /// <inheritdoc/>
    public IReadOnlyList<PublicFact> ToPublic() =>
        [
            new(EventNames.WorkflowSlaStatus)
            {
                To = State,
                More = PublicFact.Json(("state", State), ("definition", Definition), ("metrics", Metrics)),
            },
        ];
}
