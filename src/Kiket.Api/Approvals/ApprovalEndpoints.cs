using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Approvals;
using Kiket.Application.Checklists;
using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Approvals;

/// <summary>What people add to a move: approvals and checklists.</summary>
internal static class ApprovalEndpoints
{
    public static void MapApprovals(this IEndpointRouteBuilder api)
    {
        var issue = api.MapGroup("/issues/{issue}").WithTags("Approvals and checklists");

        issue.MapGet("/approvals", ListApprovals).WithName(nameof(ListApprovals)).Reads(Scope.Issues);
        issue.MapPost("/approvals/{id:long}/approve", Approve).WithName(nameof(Approve)).Writes(Scope.Issues);
        issue.MapPost("/approvals/{id:long}/reject", Reject).WithName(nameof(Reject)).Writes(Scope.Issues);
        issue.MapGet("/checklists", ListChecklists).WithName(nameof(ListChecklists)).Reads(Scope.Issues);
        issue.MapPatch("/checklists/{item}", CheckItem).WithName(nameof(CheckItem)).Writes(Scope.Issues);
    }

    /// <summary>Lists the approvals of an issue's moves, the oldest first.</summary>
    private static async Task<Results<Ok<DataPage<ApprovalDto>>, ErrorResult>> ListApprovals(
        IssueRef issue, [AsParameters] PageParameters parameters, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListApprovalsQuery(issue, parameters.ToPage()), ct)).ToOk(DataPage<ApprovalDto>.Of);

    /// <summary>Approves a move; for those whom the workflow names.</summary>
    private static async Task<Results<Resource<ApprovalDto>, ErrorResult>> Approve(
        IssueRef issue, long id, DecisionBody? body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new DecideApprovalCommand(issue, id, true, body?.Comment), ct)).ToResource();

    /// <summary>Rejects a move; for those whom the workflow names.</summary>
    private static async Task<Results<Resource<ApprovalDto>, ErrorResult>> Reject(
        IssueRef issue, long id, DecisionBody? body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new DecideApprovalCommand(issue, id, false, body?.Comment), ct)).ToResource();

    /// <summary>Lists the checklists of an issue's workflow, with what is done.</summary>
    private static async Task<Results<Ok<ChecklistList>, ErrorResult>> ListChecklists(IssueRef issue, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new ListChecklistsQuery(issue), ct)).ToOk(c => new ChecklistList(c));

    /// <summary>Checks or unchecks a manual item of a checklist.</summary>
    private static async Task<Results<Ok<ChecklistList>, ErrorResult>> CheckItem(
        IssueRef issue, string item, CheckBody body, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new CheckItemCommand(issue, item, body.Checked), ct)).ToOk(c => new ChecklistList(c));
}

[Envelope("approval")]
internal sealed record DecisionBody
{
    public string? Comment { get; init; }
}

[Envelope("item")]
internal sealed record CheckBody
{
    public bool? Checked { get; init; }
}

internal sealed record ChecklistList(IReadOnlyList<ChecklistDto> Checklists);
