using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Comments;

/// <summary>A comment on an issue.</summary>
internal sealed class Comment : AggregateRoot<long>, IKeepsTexts
{
    /// <summary>Longest body, in characters.</summary>
    public const int MaxBodyLength = 65_536;

    private Comment() { }

    /// <summary>The issue.</summary>
    public IssueId IssueId { get; private set; }

    /// <summary>The author.</summary>
    public UserId AuthorId { get; private set; }

    /// <summary>The text.</summary>
    public string Body { get; private set; } = "";

    /// <summary>Writes a comment.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="body">1 to 65,536 characters.</param>
    /// <param name="authorId">Who says it.</param>
    /// <param name="at">Instant of writing.</param>
    /// <returns>The comment, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<Comment> On(Issue issue, string? body, UserId authorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        if (BodyFault(body) is { } error)
            return error;
        var comment = new Comment
        {
            OrganizationId = issue.OrganizationId,
            IssueId = issue.Id,
            AuthorId = authorId,
            Body = UnicodeText.Clean(body!),
        };
        comment.Created(at);
        comment.Raise(new CommentCreated(issue.Id, issue.ProjectId, LoggedIssue.Of(issue), authorId, at));
        return comment;
    }

    /// <summary>Changes the text.</summary>
    /// <param name="issue">The comment's issue.</param>
    /// <param name="body">1 to 65,536 characters; the same body changes nothing.</param>
    /// <param name="actorId">Who changes it.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c>; a refusal changes nothing.</returns>
    public Result Rewrite(Issue issue, string? body, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        if (BodyFault(body) is { } error)
            return error;
        var text = UnicodeText.Clean(body!);
        if (text == Body)
            return Result.Success;
        var change = new FieldChange("body", Body, text);
        Body = text;
        Touch(at);
        Raise(new CommentUpdated(issue.Id, issue.ProjectId, LoggedIssue.Of(issue), [change], actorId, at));
        return Result.Success;
    }

    /// <summary>Deletes it. The caller removes its row; saving that publishes the event.</summary>
    /// <param name="issue">The comment's issue.</param>
    /// <param name="actorId">Who deletes it.</param>
    /// <param name="at">Instant of the deletion.</param>
    public void Delete(Issue issue, UserId actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        Raise(new CommentDeleted(issue.Id, issue.ProjectId, LoggedIssue.Of(issue), actorId, at));
    }

    /// <inheritdoc/>
    public void RefreshTexts() => Body = UnicodeText.Clean(Body);

    private static Error? BodyFault(string? body) =>
        UnicodeText.IsBlank(body) || UnicodeText.Length(UnicodeText.Clean(body!)) > MaxBodyLength
            ? Error.Validation("comment.body", $"The body must have 1 to {MaxBodyLength} characters and not be blank.")
            : null;
}
