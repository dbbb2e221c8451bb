using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Comments;

/// <summary>Changes the text of a comment. For its author and administrators.</summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record UpdateCommentCommand(IssueRef Issue, long Id, string? Body, ExpectedVersion ExpectedVersion)
    : ICommand<Result<CommentDto>>;

internal sealed class UpdateCommentHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<UpdateCommentCommand, Result<CommentDto>>
{
    public async Task<Result<CommentDto>> Handle(UpdateCommentCommand command, CancellationToken ct)
    {
        var found = await db.FindOwnCommentAsync(command.Issue, command.Id, command.ExpectedVersion, current.Actor, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (comment, issue) = found.Value;
        if (comment.Rewrite(issue, command.Body, current.Actor.UserId, time.GetUtcNow()).Error is { } error)
            return error;

        await work.FlushAsync(ct);
        return await db.Comments.Where(c => c.Id == command.Id).ToDto(db).SingleAsync(ct);
    }
}
