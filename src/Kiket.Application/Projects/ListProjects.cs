using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Mapster;

namespace Kiket.Application.Projects;

/// <summary>The projects that the actor can see.</summary>
/// <param name="Status">Only those with these statuses.</param>
/// <param name="Visibility">Only those with these visibilities.</param>
/// <param name="Search">Only those whose name contains all of these words, ignoring case and accents.</param>
internal sealed record ListProjectsQuery(
    IReadOnlyList<ProjectStatus> Status,
    IReadOnlyList<ProjectVisibility> Visibility,
    string? Search,
    PageRequest Page
) : IQuery<Result<Page<ProjectDto>>>;

internal sealed class ListProjectsHandler(IKiketDb db, ICurrentActor current, TypeAdapterConfig mappings)
    : IQueryHandler<ListProjectsQuery, Result<Page<ProjectDto>>>
{
    private static readonly SortOptions<Project> Sorts = new SortOptions<Project>("id asc", p => p.Id)
        .By("id", p => p.Id)
        .By("name", p => p.SortKey)
        .By("project_key", p => p.Key)
        .By("status", p => p.Status)
        .By("visibility", p => p.Visibility)
        .By("start_date", p => p.StartDate)
        .By("end_date", p => p.EndDate)
        .By("created_at", p => p.CreatedAt)
        .By("updated_at", p => p.UpdatedAt);

    public Task<Result<Page<ProjectDto>>> Handle(ListProjectsQuery query, CancellationToken ct)
    {
        var words = query.Search is { } search ? SearchText.Words(search) : [];
        if (query.Search is not null && words.Count == 0)
            return Task.FromResult<Result<Page<ProjectDto>>>(SearchErrors.Blank);
        return db.VisibleProjects(current.Actor)
            .WithSpecification(new ProjectsMatching(query.Status, query.Visibility, words))
            .ToPageAsync(query.Page, Sorts, page => page.ProjectToType<ProjectDto>(mappings), ct);
    }
}
