using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Abstractions;

/// <summary>Loads what an actor may touch. What the actor cannot see does not exist: 404, never 403.</summary>
internal static class ProjectAuthorization
{
    public static async Task<Result<Project>> FindProjectAsync(
        this IKiketDb db, ProjectRef reference, Actor actor, ProjectAccess needed, CancellationToken ct)
    {
        var found = await db.Projects.WithSpecification(ProjectSpec.By(reference))
            .Select(p => new
            {
                Project = p,
                Role = db.ProjectMembers.Where(m => m.ProjectId == p.Id && m.UserId == actor.UserId)
                    .Select(m => (ProjectRole?)m.Role).FirstOrDefault(),
            })
            .SingleOrDefaultAsync(ct);
        return found is null ? ProjectErrors.NotFound(reference) : Check(found.Project, found.Role, actor, needed, ProjectErrors.NotFound(reference));
    }

    public static async Task<Result<(Issue Issue, Project Project)>> FindIssueAsync(
        this IKiketDb db, IssueRef reference, Actor actor, ProjectAccess needed, CancellationToken ct)
    {
        var found = await db.Issues.WithSpecification(IssueSpec.By(reference))
            .Join(db.Projects, i => i.ProjectId, p => p.Id, (issue, project) => new { Issue = issue, Project = project })
            .Select(x => new
            {
                x.Issue,
                x.Project,
                Role = db.ProjectMembers.Where(m => m.ProjectId == x.Project.Id && m.UserId == actor.UserId)
                    .Select(m => (ProjectRole?)m.Role).FirstOrDefault(),
            })
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return IssueErrors.NotFound(reference);
        var allowed = Check(found.Project, found.Role, actor, needed, IssueErrors.NotFound(reference));
        if (allowed.Error is { } refusal)
            return refusal;
        if (needed > ProjectAccess.Read && found.Project.Status is ProjectStatus.Archived)
            return ProjectErrors.Archived(found.Project.Key);
        return (found.Issue, found.Project);
    }

    public static IQueryable<Project> VisibleProjects(this IKiketDb db, Actor actor) =>
        db.Projects.AsNoTracking().WithSpecification(ProjectSpec.VisibleTo(actor, db.ProjectMembers));

    private static Result<Project> Check(Project project, ProjectRole? role, Actor actor, ProjectAccess needed, Error notFound)
    {
        var access = ProjectPolicy.AccessOf(actor, project, role);
        if (access is ProjectAccess.None)
            return notFound;
        if (access < needed)
            return ProjectErrors.Forbidden(project.Key, needed);
        return project;
    }
}
