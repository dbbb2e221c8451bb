using System.ComponentModel;
using System.Text.Json;
using Kiket.Api.Authentication;
using Kiket.Api.Http;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Tokens;
using MediatR;
using Microsoft.AspNetCore.Http.HttpResults;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Projects;

/// <summary>Projects, which contain issues.</summary>
internal static class ProjectEndpoints
{
    public static void MapProjects(this IEndpointRouteBuilder api)
    {
        var projects = api.MapGroup("/projects").WithTags("Projects");

        projects.MapGet("/", ListProjects).WithName(nameof(ListProjects)).Reads(Scope.Projects);
        projects.MapPost("/", CreateProject).WithName(nameof(CreateProject)).Writes(Scope.Projects);
        projects.MapGet("/{project}", GetProject).WithName(nameof(GetProject)).Reads(Scope.Projects);
        projects.MapPatch("/{project}", UpdateProject).WithName(nameof(UpdateProject)).Writes(Scope.Projects);
        projects.MapDelete("/{project}", ArchiveProject).WithName(nameof(ArchiveProject)).Writes(Scope.Projects);
    }

    /// <summary>Lists the projects that you can see.</summary>
    private static async Task<Results<Ok<DataPage<ProjectDto>>, ErrorResult>> ListProjects(
        [AsParameters] ProjectListParameters parameters,
        [AsParameters] PageParameters page,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(
                new ListProjectsQuery(
                    Parameters.Enums<ProjectStatus>("status", parameters.Status),
                    Parameters.Enums<ProjectVisibility>("visibility", parameters.Visibility),
                    parameters.Search,
                    page.ToPage()
                ),
                ct
            )
        ).ToOk(DataPage<ProjectDto>.Of);

    /// <summary>Creates a project.</summary>
    private static async Task<Results<CreatedResource<ProjectDto>, ErrorResult>> CreateProject(
        ProjectBody body,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (await mediator.Send(new CreateProjectCommand(body.ProjectKey, body.ToEdit()), ct)).ToCreated(p =>
            $"/api/v1/projects/{p.Id}"
        );

    /// <summary>Reads one project by id or key.</summary>
    private static async Task<Results<Resource<ProjectDto>, ErrorResult>> GetProject(
        ProjectRef project,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new GetProjectQuery(project), ct)).ToResource();

    /// <summary>Changes a project.</summary>
    private static async Task<Results<Resource<ProjectDto>, ErrorResult>> UpdateProject(
        ProjectRef project,
        ProjectBody body,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) =>
        (
            await mediator.Send(new UpdateProjectCommand(project, body.ProjectKey, body.ToEdit(), ifMatch.Version), ct)
        ).ToResource();

    /// <summary>Archives a project; its issues stay readable.</summary>
    private static async Task<Results<Resource<ProjectDto>, ErrorResult>> ArchiveProject(
        ProjectRef project,
        IfMatch ifMatch,
        IMediator mediator,
        CancellationToken ct
    ) => (await mediator.Send(new ArchiveProjectCommand(project, ifMatch.Version), ct)).ToResource();
}

internal sealed record ProjectListParameters
{
    [FromQuery(Name = "status"), Description("Only projects with these statuses: active, archived.")]
    public string? Status { get; init; }

    [FromQuery(Name = "visibility"), Description("Only projects with these visibilities: private, team, public.")]
    public string? Visibility { get; init; }

    [FromQuery(Name = "search"), Description("Only projects whose name contains all of these words.")]
    public string? Search { get; init; }
}

[Envelope("project")]
internal sealed record ProjectBody
{
    [NullIsAbsent]
    public Optional<string?> Name { get; init; }

    public string? ProjectKey { get; init; }

    public Optional<string?> Description { get; init; }

    public Optional<ProjectStatus> Status { get; init; }

    public Optional<ProjectVisibility> Visibility { get; init; }

    public Optional<string?> GithubRepoUrl { get; init; }

    public Optional<DateOnly?> StartDate { get; init; }

    public Optional<DateOnly?> EndDate { get; init; }

    public Optional<bool> WorkflowSyncEnabled { get; init; }

    public Optional<bool> WorkflowAutoBoards { get; init; }

    public Optional<IReadOnlyDictionary<string, JsonElement>?> Settings { get; init; }

    public Optional<UserId?> LeadId { get; init; }

    public ProjectEdit ToEdit() =>
        new()
        {
            Name = Name,
            Description = Description,
            Status = Status,
            Visibility = Visibility,
            GithubRepoUrl = GithubRepoUrl,
            StartDate = StartDate,
            EndDate = EndDate,
            WorkflowSyncEnabled = WorkflowSyncEnabled,
            WorkflowAutoBoards = WorkflowAutoBoards,
            Settings = Settings,
            LeadId = LeadId,
        };
}
