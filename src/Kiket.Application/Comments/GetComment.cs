using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Comments;

/// <summary>One comment.</summary>
internal sealed record GetCommentQuery(IssueRef Issue, long Id) : IQuery<Result<CommentDto>>;

internal sealed class GetCommentHandler(IKiketDb db, ICurrentActor current) : IQueryHandler<GetCommentQuery, Result<CommentDto>>
{
    public async Task<Result<CommentDto>> Handle(GetCommentQuery query, CancellationToken ct)
    {
        var found = await db.FindIssueAsync(query.Issue, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var issueId = found.Value.Issue.Id;
        var comment = await db.Comments.WithSpecification(new CommentOn(issueId, query.Id)).ToDto(db).SingleOrDefaultAsync(ct);
        return comment is null ? CommentErrors.NotFound(query.Id) : comment;
    }
}
