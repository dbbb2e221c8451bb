using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Projects;

internal static class ProjectMemberEndpoints
{
    public static void MapProjectMembers(this IEndpointRouteBuilder api)
    {
        var members = api.MapGroup("/projects/{project}/members").WithTags("Projects");

        members.MapGet("/", ListMembers).WithName(nameof(ListMembers)).Reads(Scope.Projects);
        members.MapPost("/", SetMember).WithName(nameof(SetMember)).Writes(Scope.Projects);
        members.MapDelete("/{user}", RemoveMember).WithName(nameof(RemoveMember)).Writes(Scope.Projects);
    }

    /// <summary>Lists the members of a project.</summary>
    private static async Task<Results<Ok<MemberPage>, ErrorResult>> ListMembers(
        ProjectRef project,
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListMembersQuery(project, parameters.ToPage()), ct)).ToOk(MemberPage.Of);

    /// <summary>Adds a member (201) or changes the roles of a member (200); omitted fields stay as they are.</summary>
    private static async Task<Results<Created<MemberDto>, Ok<MemberDto>, ErrorResult>> SetMember(
        ProjectRef project,
        MemberBody body,
        IMediator mediator,
        CancellationToken ct
    )
    {
        var result = await mediator.Send(new SetMemberCommand(project, body.UserId, body.Role, body.TeamRoles), ct);
        return result.Error is { } error ? new ErrorResult(error)
            : result.Value.IsNew ? TypedResults.Created((string?)null, result.Value.Member)
            : TypedResults.Ok(result.Value.Member);
    }

    /// <summary>Removes a member.</summary>
    private static async Task<Results<Ok<Success>, ErrorResult>> RemoveMember(
        ProjectRef project,
        long user,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new RemoveMemberCommand(project, new(user)), ct)).ToSuccess();
}

internal sealed record MemberPage(IReadOnlyList<MemberDto> Members, PageMeta Meta)
{
    public static MemberPage Of(Page<MemberDto> page) => new(page.Items, PageMeta.Of(page));
}

[Envelope("member")]
internal sealed record MemberBody(UserId? UserId, ProjectRole? Role, IReadOnlyList<string>? TeamRoles);
