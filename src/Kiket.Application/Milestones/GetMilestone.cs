using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;

namespace Kiket.Application.Milestones;

/// <summary>One milestone of a project.</summary>
internal sealed record GetMilestoneQuery(ProjectRef Project, long Id) : IQuery<Result<MilestoneDto>>;

internal sealed class GetMilestoneHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : IQueryHandler<GetMilestoneQuery, Result<MilestoneDto>>
{
    public async Task<Result<MilestoneDto>> Handle(GetMilestoneQuery query, CancellationToken ct)
    {
        var found = await db.FindProjectAsync(query.Project, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var milestone = await db.ReadMilestoneAsync(found.Value.OrganizationId, found.Value.Id, query.Id, time, ct);
        return milestone is null ? MilestoneErrors.NotFound(query.Id) : milestone;
    }
}
