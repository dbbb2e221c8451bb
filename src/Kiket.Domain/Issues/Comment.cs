using Kiket.Domain.Common;
using Kiket.Domain.Events;

namespace Kiket.Domain.Issues;

/// <summary>What somebody said about an issue.</summary>
public sealed class Comment : AggregateRoot, IKeepsTexts
{
    /// <summary>Longest body, in characters.</summary>
    public const int MaxBodyLength = 65_536;

    private Comment()
    {
    }

    /// <summary>The issue.</summary>
    public long IssueId { get; private set; }

    /// <summary>The user who said it.</summary>
    public long AuthorId { get; private set; }

    /// <summary>What was said.</summary>
    public string Body { get; private set; } = "";

    /// <summary>Writes a comment.</summary>
    /// <param name="issue">The issue.</param>
    /// <param name="body">1 to 65,536 characters.</param>
    /// <param name="authorId">Who says it.</param>
    /// <param name="at">Instant of writing.</param>
    /// <returns>The comment, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<Comment> On(Issue issue, string? body, long authorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        if (BodyFault(body) is { } fault)
            return fault;
        var comment = new Comment { OrganizationId = issue.OrganizationId, IssueId = issue.Id, AuthorId = authorId, Body = UnicodeText.Clean(body!) };
        comment.Created(at);
        comment.Raise(new CommentCreated(issue.Id, issue.ProjectId, IssueSnapshot.Of(issue), authorId, at));
        return comment;
    }

    /// <summary>Says it differently.</summary>
    /// <param name="body">1 to 65,536 characters.</param>
    /// <param name="at">Instant of the change.</param>
    /// <returns>Success, or <c>VALIDATION_ERROR</c>; a refusal changes nothing.</returns>
    public Result Rewrite(string? body, DateTimeOffset at)
    {
        if (BodyFault(body) is { } fault)
            return fault;
        Body = UnicodeText.Clean(body!);
        Touch(at);
        return Result.Success;
    }

    /// <inheritdoc/>
    public void RefreshTexts() => Body = UnicodeText.Clean(Body);

    private static Error? BodyFault(string? body) => UnicodeText.IsBlank(body) || UnicodeText.Length(UnicodeText.Clean(body!)) > MaxBodyLength
        ? Error.Validation("comment.body", $"The body has 1 to {MaxBodyLength} characters and is not blank.")
        : null;
}
