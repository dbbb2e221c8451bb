using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;

namespace Kiket.Application.CustomData;

/// <summary>The modules that the actor can see; an extension also sees its own.</summary>
internal sealed record ListCustomModulesQuery(PageRequest Page) : IQuery<Result<Page<CustomModuleDto>>>;

internal sealed class ListCustomModulesHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListCustomModulesQuery, Result<Page<CustomModuleDto>>>
{
    private static readonly SortOptions<CustomModule> Sorts = new SortOptions<CustomModule>("key asc", m => m.Id)
        .By("key", m => m.Key)
        .By("created_at", m => m.CreatedAt)
        .By("updated_at", m => m.UpdatedAt);

    public async Task<Result<Page<CustomModuleDto>>> Handle(ListCustomModulesQuery query, CancellationToken ct)
    {
        var own = current.Extension?.Id;
        var isAdmin = own is null && current.Actor.IsAdmin;
        var visible = new ModulesVisibleTo(own, isAdmin, db.VisibleProjects(current.Actor));
        var page = await db.CustomModules.WithSpecification(visible).ToPageAsync(query.Page, Sorts, rows => rows, ct);
        return page.Error is { } error
            ? error
            : page.Value.With<CustomModuleDto>([.. page.Value.Items.Select(CustomModuleDto.Of)]);
    }
}
