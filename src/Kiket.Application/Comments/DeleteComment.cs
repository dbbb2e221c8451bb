using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Application.Comments;

/// <summary>Deletes a comment for good. For its author and administrators.</summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record DeleteCommentCommand(IssueRef Issue, long Id, ExpectedVersion ExpectedVersion) : ICommand<Result<bool>>;

internal sealed class DeleteCommentHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<DeleteCommentCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(DeleteCommentCommand command, CancellationToken ct)
    {
        var found = await db.FindOwnCommentAsync(command.Issue, command.Id, command.ExpectedVersion, current.Actor, ct);
        if (found.Error is { } unavailable)
            return unavailable;

        var (comment, issue) = found.Value;
        comment.Delete(issue, current.Actor.UserId, time.GetUtcNow());
        db.Comments.Remove(comment);
        return true;
    }
}
