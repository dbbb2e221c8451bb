using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>Loads the issues that an actor may access. Invisible issues do not exist for the actor: 404, never 403.</summary>
internal static class IssueAuthorization
{
    public static async Task<Result<(Issue Issue, Project Project)>> FindIssueAsync(
        this IKiketDb db,
        IssueRef reference,
        Actor actor,
        ProjectAccess needed,
        CancellationToken ct
    )
    {
        var found = await db
            .Issues.WithSpecification(new IssueByRef(reference))
            .Join(db.Projects, i => i.ProjectId, p => p.Id, (issue, project) => new { Issue = issue, Project = project })
            .Select(x => new
            {
                x.Issue,
                x.Project,
                Role = db
                    .ProjectMembers.Where(m => m.ProjectId == x.Project.Id && m.UserId == actor.UserId)
                    .Select(m => (ProjectRole?)m.Role)
                    .FirstOrDefault(),
            })
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return IssueErrors.NotFound(reference);
        var allowed = ProjectAuthorization.CheckAccess(found.Project, found.Role, actor, needed, IssueErrors.NotFound(reference));
        if (allowed.Error is { } error)
            return error;
        if (needed > ProjectAccess.Read && found.Project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(found.Project.Key);
        return (found.Issue, found.Project);
    }
}
