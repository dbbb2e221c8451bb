using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Milestones;

internal static class MilestoneQueries
{
    /// <summary>A milestone that the actor may change.</summary>
    public static async Task<Result<Milestone>> FindMilestoneAsync(
        this IKiketDb db,
        ProjectRef reference,
        long id,
        ExpectedVersion expectedVersion,
        Actor actor,
        ProjectAccess needed,
        CancellationToken ct
    )
    {
        var found = await db.FindProjectAsync(reference, actor, needed, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var project = found.Value;
        var milestone = await db.Milestones.WithSpecification(new MilestoneIn(project.Id, id)).SingleOrDefaultAsync(ct);
        if (milestone is null)
            return MilestoneErrors.NotFound(id);
        if (project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(project.Key);
        if (!expectedVersion.Allows(milestone.Version))
            return Error.Stale(milestone.Version);
        return milestone;
    }
}
