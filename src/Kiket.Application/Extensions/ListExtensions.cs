using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Extensions;

/// <summary>The installed extensions that the actor can see.</summary>
/// <param name="Project">Only those of this project and of the whole organization; null for all.</param>
/// <param name="Status">Only those with one of these statuses; none means the active ones.</param>
internal sealed record ListExtensionsQuery(ProjectRef? Project, IReadOnlyList<ExtensionStatus> Status, PageRequest Page)
    : IQuery<Result<Page<ExtensionDto>>>;

internal sealed class ListExtensionsHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : IQueryHandler<ListExtensionsQuery, Result<Page<ExtensionDto>>>
{
    private static readonly SortOptions<Extension> Sorts = new SortOptions<Extension>("id asc", e => e.Id)
        .By("id", e => e.Id)
        .By("extension_id", e => e.Key)
        .By("status", e => e.Status)
        .By("installed_at", e => e.InstalledAt)
        .By("updated_at", e => e.UpdatedAt);

    public async Task<Result<Page<ExtensionDto>>> Handle(ListExtensionsQuery query, CancellationToken ct)
    {
        ProjectId? projectId = null;
        if (query.Project is { } named)
        {
            var project = await db.FindProjectAsync(named, current.Actor, ProjectAccess.Read, ct);
            if (project.Error is { } unavailable)
                return unavailable;
            projectId = project.Value.Id;
        }

        IReadOnlyList<ExtensionStatus> status = query.Status.Count > 0 ? query.Status : [ExtensionStatus.Active];
        var page = await db.VisibleExtensions(current)
            .WithSpecification(new ExtensionsMatching(projectId, status))
            .ToPageAsync(query.Page, Sorts, rows => rows, ct);
        if (page.Error is { } malformed)
            return malformed;
        var health = await db.ReadHealthAsync([.. page.Value.Items.Select(e => e.Id)], time.GetUtcNow(), ct);
        return page.Value.With<ExtensionDto>([
            .. page.Value.Items.Select(e => ExtensionDto.Of(e, health.GetValueOrDefault(e.Id) ?? ExtensionHealth.Of(0, 0))),
        ]);
    }
}
