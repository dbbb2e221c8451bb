using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Application.Comments;

/// <summary>Writes a comment on an issue. For those who work on the project.</summary>
internal sealed record CreateCommentCommand(IssueRef Issue, string? Body) : ICommand<Result<CommentDto>>;

internal sealed class CreateCommentHandler(
    IKiketDb db,
    IssueLoads issues,
    IUnitOfWork work,
    ICurrentActor current,
    TimeProvider time
) : ICommandHandler<CreateCommentCommand, Result<CommentDto>>
{
    public async Task<Result<CommentDto>> Handle(CreateCommentCommand command, CancellationToken ct)
    {
        var found = await issues.FindWithActorAsync(db, command.Issue, current.Actor, ct);
        if (found.Error is { } unavailable)
            return unavailable;

        var (issue, author) = found.Value;
        var written = Comment.On(issue, command.Body, current.Actor.UserId, time.GetUtcNow());
        if (written.Error is { } error)
            return error;
        var comment = written.Value;
        db.Comments.Add(comment);
        await work.FlushAsync(ct);
        return comment.ToDto(author);
    }
}
