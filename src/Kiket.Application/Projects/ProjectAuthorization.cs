using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Projects;

/// <summary>Loads the projects that an actor may access. Invisible projects do not exist for the actor: 404, never 403.</summary>
internal static class ProjectAuthorization
{
    public static async Task<Result<Project>> FindProjectAsync(
        this IKiketDb db,
        ProjectRef reference,
        Actor actor,
        ProjectAccess needed,
        CancellationToken ct
    )
    {
        var found = await db
            .Projects.WithSpecification(new ProjectByRef(reference))
            .Select(p => new { Project = p, Role = ProjectRoles.RoleOf.Of(db.ProjectMembers, p.Id, actor.UserId) })
            .Inlined()
            .SingleOrDefaultAsync(ct);
        return found is null
            ? ProjectErrors.NotFound(reference)
            : CheckAccess(found.Project, found.Role, actor, needed, ProjectErrors.NotFound(reference));
    }

    public static IQueryable<Project> VisibleProjects(this IKiketDb db, Actor actor) =>
        db.Projects.WithSpecification(new ProjectsVisibleTo(actor, db.ProjectMembers));

    /// <summary>
    /// Filters rows that each belong to a project: those of the named one, or of every project that the actor can see.
    /// </summary>
    /// <returns>The rows; or <c>PROJECT_NOT_FOUND</c>.</returns>
    public static async Task<Result<IQueryable<T>>> InProjectsAsync<T>(
        this IKiketDb db,
        IQueryable<T> rows,
        ProjectRef? named,
        Actor actor,
        CancellationToken ct
    )
        where T : class
    {
        const string projectId = nameof(ProjectMember.ProjectId);
        if (named is { } reference)
        {
            var found = await db.FindProjectAsync(reference, actor, ProjectAccess.Read, ct);
            if (found.Error is { } unavailable)
                return unavailable;
            var id = found.Value.Id;
            rows = rows.Where(r => EF.Property<ProjectId>(r, projectId) == id);
        }
        else if (!actor.SeesEveryProject)
        {
            var projects = db.VisibleProjects(actor);
            rows = rows.Where(r => projects.Any(p => p.Id == EF.Property<ProjectId>(r, projectId)));
        }

        return Result<IQueryable<T>>.From(rows);
    }

    internal static Result<Project> CheckAccess(
        Project project,
        ProjectRole? role,
        Actor actor,
        ProjectAccess needed,
        Error notFound
    )
    {
        var access = ProjectPolicy.AccessOf(actor, project, role);
        if (access is ProjectAccess.None)
            return notFound;
        if (access < needed)
            return ProjectErrors.Forbidden(project.Key, needed);
        return project;
    }
}
