using Ardalis.Specification;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;

namespace Kiket.Application.Comments;

/// <summary>The comments on an issue.</summary>
internal sealed class CommentsOn : Specification<Comment>
{
    public CommentsOn(IssueId issueId) => Query.Where(c => c.IssueId == issueId);
}

/// <summary>One comment on an issue.</summary>
internal sealed class CommentOn : Specification<Comment>
{
    public CommentOn(IssueId issueId, long id) => Query.Where(c => c.IssueId == issueId && c.Id == id);
}
