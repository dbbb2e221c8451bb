using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Events;

namespace Kiket.Domain.Issues;

/// <summary>A fact about an issue that another aggregate raises, so that it carries the issue as it was then.</summary>
public interface IIssueFact : IDomainEvent
{
    /// <summary>The issue's project.</summary>
    long ProjectId { get; }

    /// <summary>The issue.</summary>
    long IssueId { get; }

    /// <summary>The issue as it was then.</summary>
    IssueSnapshot Issue { get; }
}

/// <summary>An issue was opened.</summary>
/// <param name="ProjectId">Its project.</param>
/// <param name="Status">Key of the state that it began in.</param>
/// <param name="ActorId">Who opened it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record IssueCreated(long ProjectId, string Status, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

/// <summary>An issue was deleted.</summary>
/// <param name="ProjectId">Its project.</param>
/// <param name="ActorId">Who deleted it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record IssueDeleted(long ProjectId, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

/// <summary>Fields of an issue were changed.</summary>
/// <param name="ProjectId">Its project.</param>
/// <param name="Changes">The fields before and after.</param>
/// <param name="ActorId">Who changed them.</param>
/// <param name="OccurredAt">When.</param>
public sealed record IssueUpdated(long ProjectId, IReadOnlyList<FieldChange> Changes, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

/// <summary>An issue went along a transition.</summary>
/// <param name="ProjectId">Its project.</param>
/// <param name="From">Key of the state that it left.</param>
/// <param name="To">Key of the state that it entered.</param>
/// <param name="Closes">Whether the issue was open and is in a final state now.</param>
/// <param name="Changes">The fields before and after.</param>
/// <param name="ActorId">Who moved it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record IssueTransitioned(
    long ProjectId, string From, string To, bool Closes, IReadOnlyList<FieldChange> Changes, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

/// <summary>An issue is about to go along a transition.</summary>
/// <param name="From">Key of the state that it is in.</param>
/// <param name="To">Key of the state to enter.</param>
/// <param name="ActorId">Whose move it is.</param>
/// <param name="OccurredAt">When.</param>
public sealed record TransitionAnnounced(string From, string To, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

/// <summary>An extension triggered an action of the issue's workflow.</summary>
/// <param name="Action">The action.</param>
/// <param name="ExecutionId">Names this execution.</param>
/// <param name="Parameters">What the extension gave with it, or null.</param>
/// <param name="ActorId">The extension's user.</param>
/// <param name="OccurredAt">When.</param>
public sealed record WorkflowTriggered(string Action, string ExecutionId, JsonElement? Parameters, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

/// <summary>Approvals of a move were asked for.</summary>
/// <param name="From">Key of the state that the issue is in.</param>
/// <param name="To">Key of the state that it is to enter.</param>
/// <param name="Requirements">Keys of the approvals that are missing.</param>
/// <param name="ActorId">Whose move asks for them.</param>
/// <param name="OccurredAt">When.</param>
public sealed record ApprovalRequested(string From, string To, IReadOnlyList<string> Requirements, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

/// <summary>An approval was given or refused.</summary>
/// <param name="ApprovalId">The approval.</param>
/// <param name="From">Key of the state that the issue is to leave.</param>
/// <param name="To">Key of the state that it is to enter.</param>
/// <param name="Requirement">Key of the requirement.</param>
/// <param name="Status"><c>approved</c> or <c>rejected</c>.</param>
/// <param name="Comment">Why, or null.</param>
/// <param name="ActorId">Who decided last.</param>
/// <param name="OccurredAt">When.</param>
public sealed record ApprovalResolved(
    long ApprovalId, string From, string To, string Requirement, string Status, string? Comment, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

/// <summary>Somebody wrote a comment.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="ProjectId">The issue's project.</param>
/// <param name="Issue">The issue as it was then.</param>
/// <param name="ActorId">Who wrote it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record CommentCreated(long IssueId, long ProjectId, IssueSnapshot Issue, long ActorId, DateTimeOffset OccurredAt) : IIssueFact;

/// <summary>Somebody changed a comment.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="ProjectId">The issue's project.</param>
/// <param name="Issue">The issue as it was then.</param>
/// <param name="Changes">The body before and after.</param>
/// <param name="ActorId">Who changed it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record CommentUpdated(
    long IssueId, long ProjectId, IssueSnapshot Issue, IReadOnlyList<FieldChange> Changes, long ActorId, DateTimeOffset OccurredAt) : IIssueFact;

/// <summary>Somebody deleted a comment.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="ProjectId">The issue's project.</param>
/// <param name="Issue">The issue as it was then.</param>
/// <param name="ActorId">Who deleted it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record CommentDeleted(long IssueId, long ProjectId, IssueSnapshot Issue, long ActorId, DateTimeOffset OccurredAt) : IIssueFact;
