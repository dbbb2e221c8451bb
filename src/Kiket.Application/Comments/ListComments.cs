using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;

namespace Kiket.Application.Comments;

/// <summary>The comments on an issue, oldest first.</summary>
internal sealed record ListCommentsQuery(IssueRef Issue, PageRequest Page) : IQuery<Result<Page<CommentDto>>>;

internal sealed class ListCommentsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListCommentsQuery, Result<Page<CommentDto>>>
{
    private static readonly SortOptions<Comment> Sorts = new SortOptions<Comment>("id asc", c => c.Id)
        .By("id", c => c.Id)
        .By("created_at", c => c.CreatedAt)
        .By("updated_at", c => c.UpdatedAt);

    public async Task<Result<Page<CommentDto>>> Handle(ListCommentsQuery query, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(query.Issue, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issueId = found.Value.Issue.Id;
        return await db
            .Comments.WithSpecification(new CommentsOn(issueId))
            .ToPageAsync(query.Page, Sorts, page => page.ToDto(db), ct);
    }
}
