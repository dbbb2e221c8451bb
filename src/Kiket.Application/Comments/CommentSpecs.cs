using Ardalis.Specification;
using Kiket.Domain.Comments;

namespace Kiket.Application.Comments;

/// <summary>The comments on an issue.</summary>
internal sealed class CommentsOn : Specification<Comment>
{
    public CommentsOn(long issueId) => Query.Where(c => c.IssueId == issueId);
}

/// <summary>One comment on an issue.</summary>
internal sealed class CommentOn : Specification<Comment>
{
    public CommentOn(long issueId, long id) => Query.Where(c => c.IssueId == issueId && c.Id == id);
}
