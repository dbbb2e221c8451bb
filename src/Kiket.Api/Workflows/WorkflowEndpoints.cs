using System.ComponentModel;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Abstractions;
using Kiket.Application.Workflows;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Workflows;

internal static class WorkflowEndpoints
{
    public static void MapWorkflows(this IEndpointRouteBuilder api)
    {
        var workflows = api.MapGroup("/workflows").WithTags("Workflows");

        workflows.MapGet("/", ListWorkflows).WithName(nameof(ListWorkflows)).Reads(Scope.Workflows);
        workflows.MapGet("/{workflow}", GetWorkflow).WithName(nameof(GetWorkflow)).Reads(Scope.Workflows);
    }

    /// <summary>Lists the workflows of the projects that you can see, each in its latest version.</summary>
    private static async Task<Results<Ok<DataPage<WorkflowSummaryDto>>, ErrorResult>> ListWorkflows(
        [AsParameters] WorkflowListParameters parameters, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(
            new ListWorkflowsQuery(parameters.ToProject(), new PageRequest(parameters.Page, parameters.PerPage, parameters.Sort)), ct))
        .ToOk(DataPage<WorkflowSummaryDto>.Of);

    /// <summary>Reads one workflow by its key; name the project where several have that key.</summary>
    private static async Task<Results<Resource<WorkflowDto>, ErrorResult>> GetWorkflow(
        string workflow, [AsParameters] WorkflowVersionParameters parameters, IMediator mediator, CancellationToken ct) =>
        (await mediator.Send(new GetWorkflowQuery(new(workflow, parameters.ToProject()), parameters.Version), ct)).ToResource();
}

/// <summary>Which project a workflow is of.</summary>
internal record WorkflowParameters
{
    [FromQuery(Name = "project"), Description("The project: its id or key.")]
    public string? Project { get; init; }

    [FromQuery(Name = "project_id"), Description("The same as `project`.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("The same as `project`.")]
    public string? ProjectKey { get; init; }

    public ProjectRef? ToProject()
    {
        if ((Project ?? ProjectId ?? ProjectKey) is not { } text)
            return null;
        return ProjectRef.TryParse(text, out var project) ? project : throw new InvalidParameterException("project", $"'{text}' is no project.");
    }
}

internal sealed record WorkflowVersionParameters : WorkflowParameters
{
    [FromQuery(Name = "version"), Description("The version; the latest by default.")]
    public int? Version { get; init; }
}

internal sealed record WorkflowListParameters : WorkflowParameters
{
    [FromQuery(Name = "page"), Description("Page, from 1.")]
    public int? Page { get; init; }

    [FromQuery(Name = "per_page"), Description("Rows of a page, 1 to 100; 25 by default.")]
    public int? PerPage { get; init; }

    [FromQuery(Name = "sort"), Description("Order: `field direction` pairs, separated by commas.")]
    public string? Sort { get; init; }
}
