using System.ComponentModel;
using System.Text.Json.Serialization;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Capacity;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Capacity;

/// <summary>Who has how much to do, and who could do what.</summary>
internal static class CapacityEndpoints
{
    public static void MapCapacity(this IEndpointRouteBuilder api)
    {
        var capacity = api.MapGroup("/capacity").WithTags("Capacity");

        capacity
            .MapGet("/team", GetTeamCapacity)
            .WithName(nameof(GetTeamCapacity))
            .Reads(Scope.Analytics)
            .Produces(StatusCodes.Status404NotFound);
        capacity
            .MapGet("/recommendations", ListRecommendations)
            .WithName(nameof(ListRecommendations))
            .Reads(Scope.Analytics)
            .Produces(StatusCodes.Status404NotFound);

        // It edits issues, one by one, as everybody who may write issues can.
        capacity
            .MapPost("/reassign", ReassignIssues)
            .WithName(nameof(ReassignIssues))
            .Writes(Scope.Issues)
            .Produces(StatusCodes.Status404NotFound);
    }

    /// <summary>Lists what the members of a team can do and have to do, those with the highest utilization first.</summary>
    private static async Task<Results<Ok<TeamCapacityPage>, ErrorResult>> GetTeamCapacity(
        [AsParameters] TeamCapacityParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new GetTeamCapacityQuery(
                    parameters.ToProject(),
                    string.IsNullOrWhiteSpace(parameters.Team) ? null : parameters.Team,
                    parameters.Weeks,
                    new(parameters.Page, parameters.PerPage, null)
                ),
                ct
            )
        ).ToOk(TeamCapacityPage.Of);

    /// <summary>
    /// Recommends what to reassign so that nobody has more than they can do; the same answer for the same state.
    /// </summary>
    private static async Task<Results<Ok<RecommendationPage>, ErrorResult>> ListRecommendations(
        [AsParameters] RecommendationParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new ListRecommendationsQuery(parameters.ToProject(), parameters.Limit), ct)).ToOk(
            RecommendationPage.Of
        );

    /// <summary>Gives issues to other people: all of them or none, or with `partial` as many as possible.</summary>
    private static async Task<Results<Ok<ReassignedIssues>, ErrorResult>> ReassignIssues(
        ReassignBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        body.ToCommand() is { } command
            ? (await mediator.Send(command, ct)).ToOk(reassigned => reassigned)
            : new ErrorResult(Domain.Common.Error.Validation("to_user_id", "issue_ids and to_user_id belong together."));
}

/// <summary>Which project a team is of.</summary>
internal record CapacityParameters
{
    [FromQuery(Name = "project_id"), Description("The project: its id or key; the whole organization by default.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project"), Description("The same as `project_id`.")]
    public string? Project { get; init; }

    [FromQuery(Name = "project_key"), Description("The same as `project_id`.")]
    public string? ProjectKey { get; init; }

    public ProjectRef? ToProject() =>
        Parameters.Project(
            "project_id",
            Parameters.OneOf(("project_id", ProjectId), ("project", Project), ("project_key", ProjectKey))
        );
}

internal sealed record TeamCapacityParameters : CapacityParameters
{
    [
        FromQuery(Name = "team"),
        Description("Only members with this role in the team of the project, or of any project that you see.")
    ]
    public string? Team { get; init; }

    [FromQuery(Name = "weeks"), Description("How many weeks to look ahead, 2 to 8; 4 by default.")]
    public int? Weeks { get; init; }

    [FromQuery(Name = "page"), Description("Page, from 1.")]
    public int? Page { get; init; }

    [FromQuery(Name = "per_page"), Description("Rows of a page, 1 to 100; 25 by default.")]
    public int? PerPage { get; init; }
}

internal sealed record RecommendationParameters : CapacityParameters
{
    [
        FromQuery(Name = "limit"),
        Description("How many recommendations at most, 1 to 100; 25 by default. A plan with fewer steps may be another one.")
    ]
    public int? Limit { get; init; }
}

internal sealed record TeamCapacityPage(IReadOnlyList<MemberCapacityDto> Data, TeamSummary Summary, PageMeta Meta)
{
    public static TeamCapacityPage Of(TeamCapacityDto team) => new(team.Members.Items, team.Summary, PageMeta.Of(team.Members));
}

internal sealed record RecommendationPage(IReadOnlyList<RecommendationDto> Data, RecommendationsSummary Summary, PageMeta Meta)
{
    public static RecommendationPage Of(RecommendationsDto plan) =>
        new(plan.Recommendations.Items, plan.Summary, PageMeta.Of(plan.Recommendations));
}

/// <summary>Pairs of issue and user, or several issues for one user, or recommendations, or all of these.</summary>
[Envelope("reassign")]
internal sealed record ReassignBody
{
    public IReadOnlyList<ReassignmentBody>? Reassignments { get; init; }

    /// <summary>Issues that <see cref="ToUserId"/> gets.</summary>
    public IReadOnlyList<long>? IssueIds { get; init; }

    public long? ToUserId { get; init; }

    public IReadOnlyList<string>? RecommendationIds { get; init; }

    /// <summary>Whether what can be done is done although something else is refused.</summary>
    public bool Partial { get; init; }

    /// <summary>Whether to say only what would happen.</summary>
    public bool DryRun { get; init; }

    public ReassignIssuesCommand? ToCommand() =>
        IssueIds is null != (ToUserId is null)
            ? null
            : new(
                [
                    .. (Reassignments ?? []).Select(r => new Reassignment(r?.IssueId ?? 0, r?.ToUserId ?? 0, r?.Version)),
                    .. (IssueIds ?? []).Select(id => new Reassignment(id, ToUserId!.Value, null)),
                ],
                RecommendationIds ?? [],
                Partial,
                DryRun
            );
}

[JsonUnmappedMemberHandling(JsonUnmappedMemberHandling.Disallow)]
internal sealed record ReassignmentBody
{
    public required long IssueId { get; init; }

    public required long ToUserId { get; init; }

    /// <summary>The version of the issue that you have seen; another one is refused.</summary>
    public int? Version { get; init; }
}
