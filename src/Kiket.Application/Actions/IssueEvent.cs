using Kiket.Domain.Common;

namespace Kiket.Application.Actions;

/// <summary>An event of an issue, as stored in the outbox.</summary>
/// <param name="Name">One of <see cref="EventNames"/>.</param>
/// <param name="From">Key of the state that the issue left, for a change of state; otherwise null.</param>
/// <param name="To">Key of the state that it entered or started in; otherwise null.</param>
/// <param name="Depth">How many events in a row caused each other before this one; 0 for a person's change.</param>
/// <param name="SlaRule">Id of the rule of an SLA event; otherwise null.</param>
internal sealed record IssueEvent(
    string Name,
    IssueId IssueId,
    ProjectId ProjectId,
    long? CommentId,
    string? From,
    string? To,
    IReadOnlyList<FieldChange> Changes,
    UserId ActorId,
    int Depth,
    string? SlaRule = null
);
