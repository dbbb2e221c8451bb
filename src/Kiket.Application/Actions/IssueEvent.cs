using Kiket.Domain.Common;

namespace Kiket.Application.Actions;

/// <summary>Something that happened to an issue, as the outbox has kept it.</summary>
/// <param name="Name">One of <see cref="EventNames"/>.</param>
/// <param name="From">Key of the state that the issue left, for a change of state; else null.</param>
/// <param name="To">Key of the state that it entered or began in; else null.</param>
/// <param name="Depth">How many events in a row caused each other before this one; 0 for what a person did.</param>
/// <param name="SlaRule">Id of the rule that an event of a service level is about; else null.</param>
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
