using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Mapster;

namespace Kiket.Application.Projects;

/// <summary>One project.</summary>
internal sealed record GetProjectQuery(ProjectRef Project) : IQuery<Result<ProjectDto>>;

internal sealed class GetProjectHandler(IKiketDb db, ICurrentActor current, TypeAdapterConfig mappings)
    : IQueryHandler<GetProjectQuery, Result<ProjectDto>>
{
    public async Task<Result<ProjectDto>> Handle(GetProjectQuery query, CancellationToken ct)
    {
        var project = await db.FindProjectAsync(query.Project, current.Actor, ProjectAccess.Read, ct);
        return project.Error is { } error ? error : project.Value.Adapt<ProjectDto>(mappings);
    }
}
