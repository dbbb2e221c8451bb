using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Definitions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Definitions;

/// <summary>The definition files of the projects that the actor can see.</summary>
/// <param name="Project">Only those of this project.</param>
internal sealed record ListDefinitionsQuery(ProjectRef? Project, PageRequest Page) : IQuery<Result<Page<DefinitionDto>>>;

/// <summary>A definition file and where it was imported from.</summary>
internal sealed record DefinitionDto
{
    public required long Id { get; init; }

    public required string Path { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required string ProjectKey { get; init; }

    public required string Source { get; init; }

    public required IReadOnlyList<DefinitionNote> Warnings { get; init; }

    public required int Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }
}

internal sealed class ListDefinitionsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListDefinitionsQuery, Result<Page<DefinitionDto>>>
{
    private static readonly SortOptions<DefinitionFile> Sorts = new SortOptions<DefinitionFile>("id asc", f => f.Id)
        .By("id", f => f.Id)
        .By("path", f => f.Path)
        .By("created_at", f => f.CreatedAt)
        .By("updated_at", f => f.UpdatedAt);

    public Task<Result<Page<DefinitionDto>>> Handle(ListDefinitionsQuery query, CancellationToken ct)
    {
        var projects = db.VisibleProjects(current.Actor);
        if (query.Project is { } project)
            projects = projects.WithSpecification(new ProjectByRef(project));
        return db
            .DefinitionFiles.WithSpecification(new FilesOf(projects))
            .ToPageAsync(
                query.Page,
                Sorts,
                page =>
                    page.Select(f => new DefinitionDto
                    {
                        Id = f.Id,
                        Path = f.Path,
                        ProjectId = f.ProjectId,
                        ProjectKey = db.Projects.Where(p => p.Id == f.ProjectId).Select(p => p.Key).First(),
                        Source = f.Source,
                        Warnings = f.Warnings,
                        Version = f.Version,
                        CreatedAt = f.CreatedAt,
                        UpdatedAt = f.UpdatedAt,
                    }),
                ct
            );
    }
}
