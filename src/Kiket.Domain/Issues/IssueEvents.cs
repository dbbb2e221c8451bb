using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>An issue was opened.</summary>
/// <param name="ProjectId">Its project.</param>
/// <param name="Status">Key of the state that it began in.</param>
/// <param name="ActorId">Who opened it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record IssueCreated(long ProjectId, string Status, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

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
/// <param name="Changes">The fields before and after.</param>
/// <param name="ActorId">Who moved it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record IssueTransitioned(
    long ProjectId, string From, string To, IReadOnlyList<FieldChange> Changes, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;

/// <summary>Somebody wrote a comment.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="ProjectId">The issue's project.</param>
/// <param name="ActorId">Who wrote it.</param>
/// <param name="OccurredAt">When.</param>
public sealed record CommentCreated(long IssueId, long ProjectId, long ActorId, DateTimeOffset OccurredAt) : IDomainEvent;
