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
                Role = ProjectRoles.RoleOf.Of(db.ProjectMembers, x.Project.Id, actor.UserId),
            })
            .Inlined()
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return IssueErrors.NotFound(reference);
        if (FindRefusal(found.Project, found.Role, reference, actor, needed) is { } error)
            return error;
        return (found.Issue, found.Project);
    }

    /// <summary>Why an actor may not do something with a found issue, or null.</summary>
    internal static Error? FindRefusal(
        Project project,
        ProjectRole? role,
        IssueRef reference,
        Actor actor,
        ProjectAccess needed
    ) =>
        ProjectAuthorization.CheckAccess(project, role, actor, needed, IssueErrors.NotFound(reference)).Error
        ?? (needed > ProjectAccess.Read && project.Status is ProjectStatus.Archived ? ProjectErrors.Archived(project.Key) : null);
}
