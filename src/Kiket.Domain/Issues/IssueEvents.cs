using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>A fact about an issue that another aggregate raises, so that it carries the issue as it was then.</summary>
internal interface IIssueFact : IDomainEvent
{
    /// <summary>The issue's project.</summary>
    ProjectId ProjectId { get; }

    /// <summary>The issue.</summary>
    IssueId IssueId { get; }

    /// <summary>The issue as it was then.</summary>
    LoggedIssue Issue { get; }
}

/// <summary>An issue was opened.</summary>
/// <param name="ProjectId">Its project.</param>
/// <param name="Status">Key of the state that it began in.</param>
/// <param name="ActorId">Who opened it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record IssueCreated(ProjectId ProjectId, StateKey Status, UserId ActorId, DateTimeOffset OccurredAt) : IDomainEvent
{
    /// <summary>The user who was given it at once, or null.</summary>
    public UserId? AssigneeId { get; init; }

    IReadOnlyList<PublicFact> IDomainEvent.ToPublic()
    {
        var created = new PublicFact(EventNames.IssueCreated) { To = Status.Value };
        return AssigneeId is null ? [created] : [created, new(EventNames.IssueAssigned)];
    }
}

/// <summary>An issue was deleted.</summary>
/// <param name="ProjectId">Its project.</param>
/// <param name="ActorId">Who deleted it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record IssueDeleted(ProjectId ProjectId, UserId ActorId, DateTimeOffset OccurredAt) : IDomainEvent
{
    IReadOnlyList<PublicFact> IDomainEvent.ToPublic() => [new(EventNames.IssueDeleted)];
}

/// <summary>Fields of an issue were changed.</summary>
/// <param name="ProjectId">Its project.</param>
/// <param name="Changes">The fields before and after.</param>
/// <param name="ActorId">Who changed them.</param>
/// <param name="OccurredAt">When.</param>
public sealed record IssueUpdated(
    ProjectId ProjectId,
    IReadOnlyList<FieldChange> Changes,
    UserId ActorId,
    DateTimeOffset OccurredAt
) : IDomainEvent
{
    IReadOnlyList<PublicFact> IDomainEvent.ToPublic()
    {
        var updated = new PublicFact(EventNames.IssueUpdated) { Changes = Changes };
        var assigned = Changes.Where(c => c.Field == "assignee_id" && c.To is not null).ToList();
        return assigned.Count == 0 ? [updated] : [updated, new(EventNames.IssueAssigned) { Changes = assigned }];
    }
}

/// <summary>An issue went along a transition.</summary>
/// <param name="From">Key of the state that it left.</param>
/// <param name="To">Key of the state that it entered.</param>
public sealed record IssueTransitioned(StateKey From, StateKey To) : IDomainEvent
{
    /// <summary>Its project.</summary>
    public required ProjectId ProjectId { get; init; }

    /// <summary>Whether the issue was open and is in a final state now.</summary>
    public required bool Closes { get; init; }

    /// <summary>The fields before and after.</summary>
    public required IReadOnlyList<FieldChange> Changes { get; init; }

    /// <summary>Who moved it.</summary>
    public required UserId ActorId { get; init; }

    /// <summary>When it moved (UTC).</summary>
    public required DateTimeOffset OccurredAt { get; init; }

    IReadOnlyList<PublicFact> IDomainEvent.ToPublic()
    {
        var moved = new PublicFact(EventNames.IssueStatusChanged)
        {
            From = From.Value,
            To = To.Value,
            Changes = Changes,
        };
        return Closes ? [moved, moved with { Name = EventNames.IssueClosed }] : [moved];
    }
}

/// <summary>An issue is about to go along a transition.</summary>
/// <param name="From">Key of the state that it is in.</param>
/// <param name="To">Key of the state to enter.</param>
/// <param name="ActorId">Whose move it is.</param>
/// <param name="OccurredAt">When.</param>
internal sealed record TransitionAnnounced(StateKey From, StateKey To, UserId ActorId, DateTimeOffset OccurredAt) : IDomainEvent
{
    IReadOnlyList<PublicFact> IDomainEvent.ToPublic() =>
        [new(EventNames.WorkflowBeforeTransition) { From = From.Value, To = To.Value }];
}

/// <summary>An extension triggered an action of the issue's workflow.</summary>
/// <param name="Action">The action.</param>
/// <param name="ExecutionId">Names this execution.</param>
/// <param name="Parameters">What the extension gave with it, or null.</param>
/// <param name="ActorId">The extension's user.</param>
/// <param name="OccurredAt">When.</param>
internal sealed record WorkflowTriggered(
    string Action,
    string ExecutionId,
    JsonElement? Parameters,
    UserId ActorId,
    DateTimeOffset OccurredAt
) : IDomainEvent
{
    IReadOnlyList<PublicFact> IDomainEvent.ToPublic() =>
        [
            new(EventNames.WorkflowTriggered)
            {
                More = new Dictionary<string, object?>
                {
                    ["action"] = Action,
                    ["execution_id"] = ExecutionId,
                    ["params"] = Parameters,
                },
            },
        ];
}
