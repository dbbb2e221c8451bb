using System.ComponentModel;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Sla;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Tokens;
using Kiket.Domain.Workflows;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Sla;

/// <summary>The time limits of states, and where issues stand against them.</summary>
internal static class SlaEndpoints
{
    public static void MapSla(this IEndpointRouteBuilder api)
    {
        api.MapGet("/sla_events", ListSlaEvents).WithTags("Service levels").WithName(nameof(ListSlaEvents)).Reads(Scope.Issues);
        api.MapGet("/sla/at_risk", ListIssuesAtRisk)
            .WithTags("Service levels")
            .WithName(nameof(ListIssuesAtRisk))
            .Reads(Scope.Issues);
        api.MapGet("/issues/{issue}/sla", GetIssueSla)
            .WithTags("Service levels")
            .WithName(nameof(GetIssueSla))
            .Reads(Scope.Issues);
        api.MapGet("/ext/sla/events", ListSlaEvents).WithTags("Extension API").WithName("ListExtSlaEvents").Reads(Scope.Issues);
    }

    /// <summary>
    /// Lists the SLA events of the projects that you can see, newest first; for an extension those of its own project.
    /// </summary>
    private static async Task<Results<Ok<DataPage<SlaEventDto>>, ErrorResult>> ListSlaEvents(
        [AsParameters] SlaEventParameters parameters,
        RouteScope scope,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(parameters.ToQuery(scope.Project), ct)).ToOk(DataPage<SlaEventDto>.Of);

    /// <summary>Lists the issues that will breach a limit soon if nothing happens, most urgent first.</summary>
    private static async Task<Results<Ok<DataPage<IssueAtRiskDto>>, ErrorResult>> ListIssuesAtRisk(
        [AsParameters] AtRiskParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new ListIssuesAtRiskQuery(parameters.ToWithin(), Extensions.Projects.Of(parameters.ProjectId), page.ToPage()),
                ct
            )
        ).ToOk(DataPage<IssueAtRiskDto>.Of);

    /// <summary>
    /// Explains where an issue stands against the limit of its state: the rule, the calendar and every counted interval.
    /// </summary>
    private static async Task<Results<Ok<IssueSlaDto>, ErrorResult>> GetIssueSla(
        IssueRef issue,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetIssueSlaQuery(issue), ct)).ToOk(sla => sla);
}

internal sealed record SlaEventParameters
{
    [FromQuery(Name = "project_id"), Description("Only events of this project: its id or key.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("Alias of `project_id`.")]
    public string? ProjectKey { get; init; }

    [FromQuery(Name = "issue_id"), Description("Only events of this issue: its id or key.")]
    public string? IssueId { get; init; }

    [
        FromQuery(Name = "state"),
        Description("Only events with these states, separated by commas: `imminent`, `breached`, `recovered`.")
    ]
    public string? State { get; init; }

    [FromQuery(Name = "limit"), Description("Events per page, 1 to 200; 50 by default.")]
    public int? Limit { get; init; }

    [FromQuery(Name = "per_page"), Description("Alias of `limit`, which takes precedence.")]
    public int? PerPage { get; init; }

    [FromQuery(Name = "page"), Description("Page, from 1.")]
    public int? Page { get; init; }

    public ListSlaEventsQuery ToQuery(ProjectRef? own) =>
        new(
            Parameters.Project("project_id", Parameters.OneOf(("project_id", ProjectId), ("project_key", ProjectKey))) ?? own,
            string.IsNullOrEmpty(IssueId) ? null
                : IssueRef.TryParse(IssueId, out var issue) ? issue
                : throw new InvalidParameterException("issue_id", $"'{IssueId}' is not an issue; use an id or a key."),
            Parameters.Enums<SlaEventState>("state", State),
            Limit ?? PerPage,
            Page
        );
}

internal sealed record AtRiskParameters
{
    [FromQuery(Name = "within"), Description("How soon, such as `30m`, `4h` (the default) or `2d`.")]
    public string? Within { get; init; }

    [FromQuery(Name = "project_id"), Description("Only issues of this project: its id or key.")]
    public string? ProjectId { get; init; }

    public TimeSpan ToWithin() =>
        string.IsNullOrEmpty(Within) ? ListIssuesAtRiskQuery.DefaultWithin
        : Duration.TryParse(Within, out var length) ? length
        : throw new InvalidParameterException("within", $"'{Within}' is not a valid duration, such as 4h.");
}
