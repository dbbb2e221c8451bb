using Kiket.Domain.Common;

namespace Kiket.Domain.Comments;

/// <summary>The refusals about comments.</summary>
internal static class CommentErrors
{
    /// <summary><c>COMMENT_NOT_FOUND</c>: the issue has no such comment.</summary>
    /// <param name="id">The requested one.</param>
    public static Error NotFound(long id) =>
        new(ErrorKind.NotFound, "COMMENT_NOT_FOUND", $"There is no comment {id} on this issue.");
}
