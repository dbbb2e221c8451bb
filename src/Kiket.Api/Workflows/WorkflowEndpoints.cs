using System.ComponentModel;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
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
        [AsParameters] WorkflowParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new ListWorkflowsQuery(parameters.ToProject(), page.ToPage()), ct)).ToOk(
            DataPage<WorkflowSummaryDto>.Of
        );

    /// <summary>Reads one workflow by its key; specify the project if several have that key.</summary>
    private static async Task<Results<Resource<WorkflowDto>, ErrorResult>> GetWorkflow(
        string workflow,
        [AsParameters] WorkflowParameters parameters,
        [FromQuery(Name = "version"), Description("The version; the latest by default.")] int? version,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetWorkflowQuery(new(workflow, parameters.ToProject()), version), ct)).ToResource();

    /// <summary>Validates a workflow, as YAML or JSON, without changing anything.</summary>
    private static async Task<Results<Ok<WorkflowValidation>, ErrorResult>> ValidateWorkflow(
        WorkflowText text,
        [AsParameters] WorkflowParameters parameters,
        [FromQuery(Name = "strict"), Description(Parameters.StrictDescription)] bool? strict,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new ValidateWorkflowQuery(text.Value, parameters.ToProject(), strict ?? true), ct)).ToOk(
            validation => validation
        );

    /// <summary>
    /// Publishes a version of a workflow, as YAML or JSON, if it differs from the latest. Administrators only.
    /// </summary>
    private static async Task<Results<Resource<PublishedWorkflow>, ErrorResult>> PutWorkflow(
        string workflow,
        WorkflowText text,
        [AsParameters] WorkflowParameters parameters,
        [FromQuery(Name = "strict"), Description(Parameters.StrictDescription)] bool? strict,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new PutWorkflowCommand(new(workflow, parameters.ToProject()), text.Value, ifMatch.Version, strict ?? true),
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
internal sealed record WorkflowParameters
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
