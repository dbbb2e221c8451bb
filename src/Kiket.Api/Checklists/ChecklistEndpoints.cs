using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Checklists;
using Kiket.Domain.Issues;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Checklists;

/// <summary>The checklists in the states of an issue's workflow.</summary>
internal static class ChecklistEndpoints
{
    public static void MapChecklists(this IEndpointRouteBuilder api)
    {
        var issue = api.MapGroup("/issues/{issue}").WithTags("Approvals and checklists");

        issue.MapGet("/checklists", ListChecklists).WithName(nameof(ListChecklists)).Reads(Scope.Issues);
        issue.MapPatch("/checklists/{item}", CheckItem).WithName(nameof(CheckItem)).Writes(Scope.Issues);
    }

    /// <summary>Lists the checklists of an issue's workflow with their progress.</summary>
    private static async Task<Results<Ok<ChecklistList>, ErrorResult>> ListChecklists(
        IssueRef issue,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListChecklistsQuery(issue), ct)).ToOk(c => new ChecklistList(c));

    /// <summary>Checks or unchecks a manual item of a checklist.</summary>
    private static async Task<Results<Ok<ChecklistList>, ErrorResult>> CheckItem(
        IssueRef issue,
        string item,
        CheckBody body,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new CheckItemCommand(issue, item, body.Checked), ct)).ToOk(c => new ChecklistList(c));
}

[Envelope("item")]
internal sealed record CheckBody
{
    public bool? Checked { get; init; }
}

internal sealed record ChecklistList(IReadOnlyList<ChecklistDto> Checklists);
