using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Comments;
using Kiket.Application.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Comments;

/// <summary>Comments on issues.</summary>
internal static class CommentEndpoints
{
    public static void MapComments(this IEndpointRouteBuilder api)
    {
        var comments = api.MapGroup("/issues/{issue}/comments").WithTags("Comments");
        comments.MapComments("Comment");
        comments.MapGet("/{id:long}", GetComment).WithName(nameof(GetComment)).Reads(Scope.Comments);

        api.MapGroup("/ext/issues/{issue}/comments").WithTags("Extension API").MapComments("ExtComment");
    }

    /// <summary>The routes of comments, for people and for extensions.</summary>
    private static void MapComments(this RouteGroupBuilder comments, string name)
    {
        comments.MapGet("/", ListComments).WithName($"List{name}s").Reads(Scope.Comments);
        comments.MapPost("/", CreateComment).WithName($"Create{name}").Writes(Scope.Comments);
        comments.MapPatch("/{id:long}", UpdateComment).WithName($"Update{name}").Writes(Scope.Comments);
        comments.MapDelete("/{id:long}", DeleteComment).WithName($"Delete{name}").Writes(Scope.Comments);
    }

    /// <summary>Lists the comments on an issue, oldest first.</summary>
    private static async Task<Results<Ok<CommentPage>, ErrorResult>> ListComments(
        IssueRef issue,
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListCommentsQuery(issue, parameters.ToPage()), ct)).ToOk(CommentPage.Of);

    /// <summary>Adds a comment to an issue.</summary>
    private static async Task<Results<CreatedResource<CommentDto>, ErrorResult>> CreateComment(
        IssueRef issue,
        CommentBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new CreateCommentCommand(issue, body.Body), ct)).ToCreated(c =>
            $"/api/v1/issues/{c.IssueId}/comments/{c.Id}"
        );

    /// <summary>Reads one comment.</summary>
    private static async Task<Results<Resource<CommentDto>, ErrorResult>> GetComment(
        IssueRef issue,
        long id,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetCommentQuery(issue, id), ct)).ToResource();

    /// <summary>Changes a comment. Only its author or an administrator may do this.</summary>
    private static async Task<Results<Resource<CommentDto>, ErrorResult>> UpdateComment(
        IssueRef issue,
        long id,
        CommentBody body,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new UpdateCommentCommand(issue, id, body.Body, ifMatch.Version), ct)).ToResource();

    /// <summary>Deletes a comment. Only its author or an administrator may do this.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> DeleteComment(
        IssueRef issue,
        long id,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new DeleteCommentCommand(issue, id, ifMatch.Version), ct)).ToSuccess();
}

[Envelope("comment")]
internal sealed record CommentBody
{
    public string? Body { get; init; }
}

internal sealed record CommentPage(IReadOnlyList<CommentDto> Comments, PageMeta Meta)
{
    public static CommentPage Of(Page<CommentDto> page) => new(page.Items, PageMeta.Of(page));
}
