using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Comments;

/// <summary>Somebody wrote a comment.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="ProjectId">The issue's project.</param>
/// <param name="Issue">The issue as it was then.</param>
/// <param name="ActorId">Who wrote it.</param>
/// <param name="OccurredAt">When.</param>
internal sealed record CommentCreated(
    IssueId IssueId,
    ProjectId ProjectId,
    LoggedIssue Issue,
    UserId ActorId,
    DateTimeOffset OccurredAt
) : IIssueFact
{
    /// <inheritdoc/>
    public IReadOnlyList<PublicFact> ToPublic() => [new(EventNames.CommentCreated)];
}

/// <summary>Somebody changed a comment.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="ProjectId">The issue's project.</param>
/// <param name="Issue">The issue as it was then.</param>
/// <param name="Changes">The body before and after.</param>
/// <param name="ActorId">Who changed it.</param>
/// <param name="OccurredAt">When.</param>
internal sealed record CommentUpdated(
    IssueId IssueId,
    ProjectId ProjectId,
    LoggedIssue Issue,
    IReadOnlyList<FieldChange> Changes,
    UserId ActorId,
    DateTimeOffset OccurredAt
) : IIssueFact
{
    /// <inheritdoc/>
    public IReadOnlyList<PublicFact> ToPublic() => [new(EventNames.CommentUpdated) { Changes = Changes }];
}

/// <summary>Somebody deleted a comment.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="ProjectId">The issue's project.</param>
/// <param name="Issue">The issue as it was then.</param>
/// <param name="ActorId">Who deleted it.</param>
/// <param name="OccurredAt">When.</param>
internal sealed record CommentDeleted(
    IssueId IssueId,
    ProjectId ProjectId,
    LoggedIssue Issue,
    UserId ActorId,
    DateTimeOffset OccurredAt
) : IIssueFact
{
    /// <inheritdoc/>
    public IReadOnlyList<PublicFact> ToPublic() => [new(EventNames.CommentDeleted)];
}
