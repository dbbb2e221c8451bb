using System.ComponentModel;
using System.Text.Json.Serialization;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Capacity;

/// <summary>The workload of a team, and recommendations for balancing it.</summary>
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

        // It edits individual issues, as everyone who may write issues can.
        capacity
            .MapPost("/reassign", ReassignIssues)
            .WithName(nameof(ReassignIssues))
            .Writes(Scope.Issues)
            .Produces(StatusCodes.Status404NotFound);
    }

    /// <summary>Lists the capacity and workload of a team's members, highest utilization first.</summary>
    private static async Task<Results<Ok<TeamCapacityPage>, ErrorResult>> GetTeamCapacity(
        [AsParameters] CapacityParameters parameters,
        [AsParameters] TeamCapacityParameters team,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new GetTeamCapacityQuery(
                    parameters.ToProject(),
                    string.IsNullOrWhiteSpace(team.Team) ? null : team.Team,
                    team.Weeks,
                    new(team.Page, team.PerPage, null)
                ),
                ct
            )
        ).ToOk(TeamCapacityPage.Of);

    /// <summary>
    /// Recommends reassignments so that nobody is over capacity. The same state gives the same answer.
    /// </summary>
    private static async Task<Results<Ok<RecommendationPage>, ErrorResult>> ListRecommendations(
        [AsParameters] CapacityParameters parameters,
        [
            FromQuery(Name = "limit"),
            Description(
                "Maximum number of recommendations, 1 to 100; 25 by default. A smaller limit can lead to a different plan."
            )
        ]
            int? limit,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ListRecommendationsQuery(parameters.ToProject(), limit), ct)).ToOk(RecommendationPage.Of);

    /// <summary>Reassigns issues: all of them or none, or as many as possible with `partial`.</summary>
    private static async Task<Results<Ok<ReassignedIssues>, ErrorResult>> ReassignIssues(
        ReassignBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        body.ToCommand() is { } command
            ? (await mediator.Send(command, ct)).ToOk(reassigned => reassigned)
            : new ErrorResult(Domain.Common.Error.Validation("to_user_id", "issue_ids and to_user_id must be given together."));
}

/// <summary>The project of a team.</summary>
internal sealed record CapacityParameters
{
    [FromQuery(Name = "project_id"), Description("The project: its id or key; the whole organization by default.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project"), Description("Alias of `project_id`.")]
    public string? Project { get; init; }

    [FromQuery(Name = "project_key"), Description("Alias of `project_id`.")]
    public string? ProjectKey { get; init; }

    public ProjectRef? ToProject() =>
        Parameters.Project(
            "project_id",
            Parameters.OneOf(("project_id", ProjectId), ("project", Project), ("project_key", ProjectKey))
        );
}

internal sealed record TeamCapacityParameters
{
    [
        FromQuery(Name = "team"),
        Description("Only members with this team role in the project, or in any project that you can see.")
    ]
    public string? Team { get; init; }

    [FromQuery(Name = "weeks"), Description("Number of weeks to look ahead, 2 to 8; 4 by default.")]
    public int? Weeks { get; init; }

    [FromQuery(Name = "page"), Description("Page, from 1.")]
    public int? Page { get; init; }

    [FromQuery(Name = "per_page"), Description("Rows per page, 1 to 100; 25 by default.")]
    public int? PerPage { get; init; }
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

/// <summary>Pairs of issue and user, several issues for one user, recommendations, or any combination.</summary>
[Envelope("reassign")]
internal sealed record ReassignBody
{
    public IReadOnlyList<ReassignmentBody>? Reassignments { get; init; }

    /// <summary>Issues to assign to <see cref="ToUserId"/>.</summary>
    public IReadOnlyList<IssueId>? IssueIds { get; init; }

    public UserId? ToUserId { get; init; }

    public IReadOnlyList<string>? RecommendationIds { get; init; }

    /// <summary>Whether to reassign what is possible even if some reassignments are rejected.</summary>
    public bool Partial { get; init; }

    /// <summary>Whether to report what would happen without changing anything.</summary>
    public bool DryRun { get; init; }

    public ReassignIssuesCommand? ToCommand() =>
        IssueIds is null != (ToUserId is null)
            ? null
            : new(
                [
                    .. (Reassignments ?? []).Select(r => new Reassignment(
                        r?.IssueId ?? default,
                        r?.ToUserId ?? default,
                        r?.Version
                    )),
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
    public required IssueId IssueId { get; init; }

    public required UserId ToUserId { get; init; }

    /// <summary>The version of the issue that you have seen; any other version is rejected.</summary>
    public int? Version { get; init; }
}
