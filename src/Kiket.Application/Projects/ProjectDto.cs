using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Mapster;

namespace Kiket.Application.Projects;

/// <summary>A project as clients see it (contract, section 6).</summary>
internal sealed record ProjectDto : IVersioned
{
    public required ProjectId Id { get; init; }

    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required OrganizationId OrganizationId { get; init; }

    public required string ProjectKey { get; init; }

    public required ProjectStatus Status { get; init; }

    public required ProjectVisibility Visibility { get; init; }

    public required string? GithubRepoUrl { get; init; }

    public required DateOnly? StartDate { get; init; }

    public required DateOnly? EndDate { get; init; }

    public required bool WorkflowSyncEnabled { get; init; }

    public required bool WorkflowAutoBoards { get; init; }

    public required IReadOnlyDictionary<string, JsonElement> Settings { get; init; }

    public required UserId? LeadId { get; init; }

    public required int Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class ProjectDtoMapping : IRegister
{
    public void Register(TypeAdapterConfig config) =>
        config
            .NewConfig<Project, ProjectDto>()
            .Map(dto => dto.ProjectKey, project => project.Key)
            .Map(dto => dto.Visibility, project => project.Visibility);
}
