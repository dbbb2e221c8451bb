using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Comments;

internal static class CommentQueries
{
    /// <summary>A comment that the actor may change, with its issue: their own, or any for an administrator.</summary>
    public static async Task<Result<(Comment Comment, Issue Issue)>> FindOwnCommentAsync(
        this IKiketDb db,
        IssueRef reference,
        long id,
        ExpectedVersion expectedVersion,
        Actor actor,
        CancellationToken ct
    )
    {
        var found = await db.FindIssueAsync(reference, actor, ProjectAccess.Write, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issue = found.Value.Issue;
        var comment = await db.Comments.WithSpecification(new CommentOn(issue.Id, id)).SingleOrDefaultAsync(ct);
        if (comment is null)
            return CommentErrors.NotFound(id);
        if (comment.AuthorId != actor.UserId && !actor.IsAdmin)
            return Error.Forbidden("Only its author or an administrator can change a comment.");
        if (!expectedVersion.Allows(comment.Version))
            return Error.Stale(comment.Version);
        return (comment, issue);
    }
}
