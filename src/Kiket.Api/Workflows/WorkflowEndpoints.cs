using System.ComponentModel;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Common;
using Kiket.Application.Definitions;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Workflows;

/// <summary>Workflows: versions, validation, simulation and migration.</summary>
internal static class WorkflowEndpoints
{
    public static void MapWorkflows(this IEndpointRouteBuilder api)
    {
        var workflows = api.MapGroup("/workflows").WithTags("Workflows");

        workflows.MapGet("/", ListWorkflows).WithName(nameof(ListWorkflows)).Reads(Scope.Workflows);
        workflows.MapPost("/validate", ValidateWorkflow).WithName(nameof(ValidateWorkflow)).Writes(Scope.Workflows);
        workflows.MapGet("/{workflow}", GetWorkflow).WithName(nameof(GetWorkflow)).Reads(Scope.Workflows);
        workflows.MapPut("/{workflow}", PutWorkflow).WithName(nameof(PutWorkflow)).Writes(Scope.Workflows);
        workflows
            .MapPost("/{workflow}/migrate", MigrateWorkflow)
            .WithName(nameof(MigrateWorkflow))
            .Writes(Scope.Workflows)
            .Writes(Scope.Issues);
        workflows.MapPost("/{workflow}/simulate", SimulateWorkflow).WithName(nameof(SimulateWorkflow)).Writes(Scope.Workflows);
    }

    /// <summary>Lists the workflows of the projects that you can see, in their latest versions.</summary>
    private static async Task<Results<Ok<DataPage<WorkflowSummaryDto>>, ErrorResult>> ListWorkflows(
        [AsParameters] WorkflowListParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new ListWorkflowsQuery(
                    parameters.ToProject(),
                    new PageRequest(parameters.Page, parameters.PerPage, parameters.Sort)
                ),
                ct
            )
        ).ToOk(DataPage<WorkflowSummaryDto>.Of);

    /// <summary>Reads one workflow by its key; specify the project if several have that key.</summary>
    private static async Task<Results<Resource<WorkflowDto>, ErrorResult>> GetWorkflow(
        string workflow,
        [AsParameters] WorkflowVersionParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetWorkflowQuery(new(workflow, parameters.ToProject()), parameters.Version), ct)).ToResource();

    /// <summary>Validates a workflow, as YAML or JSON, without changing anything.</summary>
    private static async Task<Results<Ok<WorkflowValidation>, ErrorResult>> ValidateWorkflow(
        WorkflowText text,
        [AsParameters] WorkflowTextParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new ValidateWorkflowQuery(text.Value, parameters.ToProject(), parameters.Strict ?? true), ct)).ToOk(
            validation => validation
        );

    /// <summary>
    /// Publishes a version of a workflow, as YAML or JSON, if it differs from the latest. Administrators only.
    /// </summary>
    private static async Task<Results<Resource<PublishedWorkflow>, ErrorResult>> PutWorkflow(
        string workflow,
        WorkflowText text,
        [AsParameters] WorkflowTextParameters parameters,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new PutWorkflowCommand(
                    new(workflow, parameters.ToProject()),
                    text.Value,
                    ifMatch.Version,
                    parameters.Strict ?? true
                ),
                ct
            )
        ).ToResource();

    /// <summary>
    /// Migrates issues of older versions of a workflow to another version. Administrators only.
    /// </summary>
    private static async Task<Results<Ok<WorkflowMigration>, ErrorResult>> MigrateWorkflow(
        string workflow,
        MigrationBody body,
        [AsParameters] WorkflowParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new MigrateWorkflowCommand(
                    new(workflow, parameters.ToProject()),
                    body.FromVersion,
                    body.ToVersion,
                    body.Mapping ?? new Dictionary<StateKey, StateKey>(),
                    body.DryRun
                ),
                ct
            )
        ).ToOk(migration => migration);

    /// <summary>Simulates transitions of an imaginary issue without changing anything.</summary>
    private static async Task<Results<Ok<WorkflowSimulation>, ErrorResult>> SimulateWorkflow(
        string workflow,
        SimulationBody body,
        [AsParameters] WorkflowParameters parameters,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new SimulateWorkflowQuery(
                    new(workflow, parameters.ToProject()),
                    body.Version,
                    body.Issue ?? new Dictionary<string, JsonElement>(),
                    body.Moves ?? []
                ),
                ct
            )
        ).ToOk(simulation => simulation);
}

[Envelope("migration")]
internal sealed record MigrationBody
{
    public int? FromVersion { get; init; }

    public int? ToVersion { get; init; }

    /// <summary>New states by old ones.</summary>
    public IReadOnlyDictionary<StateKey, StateKey>? Mapping { get; init; }

    public bool DryRun { get; init; }
}

[Envelope("simulation")]
internal sealed record SimulationBody
{
    /// <summary>The issue's fields, including <c>status</c> and <c>custom_fields</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement>? Issue { get; init; }

    public IReadOnlyList<string>? Moves { get; init; }

    public int? Version { get; init; }
}

/// <summary>The project of a workflow.</summary>
internal record WorkflowParameters
{
    [FromQuery(Name = "project"), Description("The project: its id or key.")]
    public string? Project { get; init; }

    [FromQuery(Name = "project_id"), Description("Alias of `project`.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("Alias of `project`.")]
    public string? ProjectKey { get; init; }

    public ProjectRef? ToProject() =>
        Parameters.Project(
            "project",
            Parameters.OneOf(("project", Project), ("project_id", ProjectId), ("project_key", ProjectKey))
        );
}

internal sealed record WorkflowTextParameters : WorkflowParameters
{
    [FromQuery(Name = "strict"), Description(Parameters.StrictDescription)]
    public bool? Strict { get; init; }
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

    [FromQuery(Name = "per_page"), Description("Rows per page, 1 to 100; 25 by default.")]
    public int? PerPage { get; init; }

    [FromQuery(Name = "sort"), Description("Sort order: `field direction` pairs, separated by commas.")]
    public string? Sort { get; init; }
}
