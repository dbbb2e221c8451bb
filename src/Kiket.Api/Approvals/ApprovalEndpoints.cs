using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Approvals;
using Kiket.Domain.Issues;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;

namespace Kiket.Api.Approvals;

/// <summary>The approvals that transitions require.</summary>
internal static class ApprovalEndpoints
{
    public static void MapApprovals(this IEndpointRouteBuilder api)
    {
        var issue = api.MapGroup("/issues/{issue}").WithTags("Approvals and checklists");

        issue.MapGet("/approvals", ListApprovals).WithName(nameof(ListApprovals)).Reads(Scope.Issues);
        issue.MapPost("/approvals/{id:long}/approve", Approve).WithName(nameof(Approve)).Writes(Scope.Issues);
        issue.MapPost("/approvals/{id:long}/reject", Reject).WithName(nameof(Reject)).Writes(Scope.Issues);
    }

    /// <summary>Lists the approvals of an issue's transitions, oldest first.</summary>
    private static async Task<Results<Ok<DataPage<ApprovalDto>>, ErrorResult>> ListApprovals(
        IssueRef issue,
        [AsParameters] PageParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListApprovalsQuery(issue, parameters.ToPage()), ct)).ToOk(DataPage<ApprovalDto>.Of);

    /// <summary>Approves a transition. Only the approvers that the workflow names may do this.</summary>
    private static async Task<Results<Resource<ApprovalDto>, ErrorResult>> Approve(
        IssueRef issue,
        long id,
        DecisionBody? body,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new DecideApprovalCommand(issue, id, true, body?.Comment), ct)).ToResource();

    /// <summary>Rejects a transition. Only the approvers that the workflow names may do this.</summary>
    private static async Task<Results<Resource<ApprovalDto>, ErrorResult>> Reject(
        IssueRef issue,
        long id,
        DecisionBody? body,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new DecideApprovalCommand(issue, id, false, body?.Comment), ct)).ToResource();
}

[Envelope("approval")]
internal sealed record DecisionBody
{
    public string? Comment { get; init; }
}
