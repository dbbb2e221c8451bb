using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Projects;

/// <summary>A project in which an actor opens an issue.</summary>
/// <param name="Actor">The actor, whom the answer names.</param>
/// <param name="Newest">The workflow that was published last; mostly the one that is needed.</param>
internal sealed record OpenProject(Project Project, UserSummary Actor, Workflow? Newest);

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
            .Select(p => new
            {
                Project = p,
                Role = db
                    .ProjectMembers.Where(m => m.ProjectId == p.Id && m.UserId == actor.UserId)
                    .Select(m => (ProjectRole?)m.Role)
                    .FirstOrDefault(),
            })
            .SingleOrDefaultAsync(ct);
        return found is null
            ? ProjectErrors.NotFound(reference)
            : CheckAccess(found.Project, found.Role, actor, needed, ProjectErrors.NotFound(reference));
    }

    /// <summary>Reads a project, in one statement and untracked, for an actor who opens an issue in it.</summary>
    public static async Task<Result<OpenProject>> FindOpenProjectAsync(
        this IKiketDb db,
        ProjectRef reference,
        Actor actor,
        CancellationToken ct
    )
    {
        var found = await (
            from project in db.Projects.AsNoTracking().WithSpecification(new ProjectByRef(reference))
            from user in db.Users.Where(u => u.Id == actor.UserId)
            join published in db.Workflows
                on db.Workflows.Where(w => w.ProjectId == project.Id).Max(w => (long?)w.Id) equals (long?)published.Id
                into publications
            from newest in publications.DefaultIfEmpty()
            select new
            {
                Project = project,
                Actor = new UserSummary(user.Id, user.Name, user.Email),
                Newest = newest,
                Role = db
                    .ProjectMembers.Where(m => m.ProjectId == project.Id && m.UserId == actor.UserId)
                    .Select(m => (ProjectRole?)m.Role)
                    .FirstOrDefault(),
            }
        ).SingleOrDefaultAsync(ct);
        if (found is null)
            return ProjectErrors.NotFound(reference);
        var allowed = CheckAccess(found.Project, found.Role, actor, ProjectAccess.Write, ProjectErrors.NotFound(reference));
        return allowed.Error is { } error ? error : new OpenProject(found.Project, found.Actor, found.Newest);
    }

    public static IQueryable<Project> VisibleProjects(this IKiketDb db, Actor actor) =>
        db.Projects.WithSpecification(new ProjectsVisibleTo(actor, db.ProjectMembers));

    /// <summary>Of rows that each belong to a project, those of the named one, or of every project that the actor sees.</summary>
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
