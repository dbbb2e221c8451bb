using System.Linq.Expressions;
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
/// <param name="Actor">The actor, who appears in the response.</param>
/// <param name="Newest">The workflow that was published last; usually the required one.</param>
internal sealed record OpenProject(Project Project, UserSummary Actor, Workflow? Newest);

/// <summary>
/// Reads the projects in which issues are opened, by queries that are built once
/// (docs/decisions/0056-queries-that-are-built-once.md).
/// </summary>
internal sealed class OpenProjects
{
    private static readonly Expression<Func<IQueryable<Project>, DbContext, UserId, IQueryable<Found>>> Rows = (
        projects,
        db,
        userId
    ) =>
        from project in projects.AsNoTracking()
        from user in db.Set<User>().Where(u => u.Id == userId)
        join published in db.Set<Workflow>()
            on db.Set<Workflow>().Where(w => w.ProjectId == project.Id).Max(w => (long?)w.Id) equals (long?)published.Id
            into publications
        from newest in publications.DefaultIfEmpty()
        select new Found(
            new OpenProject(project, new UserSummary(user.Id, user.Name, user.Email), newest),
            ProjectRoles.RoleOf.Of(db.Set<ProjectMember>(), project.Id, userId)
        );

    private readonly Func<DbContext, ProjectId, UserId, CancellationToken, Task<Found?>> byId = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, ProjectId, UserId, CancellationToken, Found?>>(
            (db, id, userId, _) => Rows.Of(db.Set<Project>().Where(p => p.Id == id), db, userId).SingleOrDefault()
        )
    );

    private readonly Func<DbContext, string, UserId, CancellationToken, Task<Found?>> byKey = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, string, UserId, CancellationToken, Found?>>(
            (db, key, userId, _) => Rows.Of(db.Set<Project>().Where(p => p.Key == key), db, userId).SingleOrDefault()
        )
    );

    /// <summary>Reads a project, in one statement and untracked, for an actor who opens an issue in it.</summary>
    public async Task<Result<OpenProject>> FindAsync(IKiketDb db, ProjectRef reference, Actor actor, CancellationToken ct)
    {
        var context = (DbContext)db;
        var found = reference.Id is { } id
            ? await byId(context, id, actor.UserId, ct)
            : await byKey(context, reference.Key!, actor.UserId, ct);
        if (found is null)
            return ProjectErrors.NotFound(reference);
        var (open, role) = found;
        var allowed = ProjectAuthorization.CheckAccess(
            open.Project,
            role,
            actor,
            ProjectAccess.Write,
            ProjectErrors.NotFound(reference)
        );
        return allowed.Error is { } error ? error : open;
    }

    /// <param name="Role">The actor's role in the project, or null if they are not a member.</param>
    private sealed record Found(OpenProject Open, ProjectRole? Role);
}
