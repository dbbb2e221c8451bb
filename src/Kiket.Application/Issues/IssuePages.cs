using System.Linq.Expressions;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>
/// Reads the page that clients ask for most, the newest issues of one project, by queries that are built once
/// (docs/decisions/0056-queries-that-are-built-once.md).
/// </summary>
internal sealed class IssuePages
{
    private static readonly Expression<Func<IQueryable<Project>, DbContext, UserId, IQueryable<CountedProject>>> Counted = (
        projects,
        db,
        userId
    ) =>
        projects.Select(project => new CountedProject(
            project.Id,
            project.Visibility,
            project.LeadId,
            ProjectRoles.RoleOf.Of(db.Set<ProjectMember>(), project.Id, userId),
            db.Set<IssueCount>().Where(c => c.ProjectId == project.Id).Sum(c => c.Change)
        ));

    private readonly Func<DbContext, ProjectId, UserId, CancellationToken, Task<CountedProject?>> byId = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, ProjectId, UserId, CancellationToken, CountedProject?>>(
            (db, id, userId, _) => Counted.Of(db.Set<Project>().Where(p => p.Id == id), db, userId).SingleOrDefault()
        )
    );

    private readonly Func<DbContext, string, UserId, CancellationToken, Task<CountedProject?>> byKey = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, string, UserId, CancellationToken, CountedProject?>>(
            (db, key, userId, _) => Counted.Of(db.Set<Project>().Where(p => p.Key == key), db, userId).SingleOrDefault()
        )
    );

    private readonly Func<DbContext, ProjectId, int, int, string, IAsyncEnumerable<IssueDto>> newest = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, ProjectId, int, int, string, IQueryable<IssueDto>>>(
            (db, projectId, skip, count, address) =>
                IssueProjection
                    .Parts.Of(
                        db.Set<Issue>()
                            .Where(i => i.ProjectId == projectId)
                            .OrderByDescending(i => i.CreatedAt)
                            .ThenByDescending(i => i.Id)
                            .Skip(skip)
                            .Take(count),
                        (IKiketDb)db
                    )
                    .Select(parts => IssueProjection.Dto.Of(parts, address))
        )
    );

    /// <summary>A page of a project's issues, the newest first; it is empty if the actor cannot see the project.</summary>
    /// <param name="request">See <see cref="PageRequest.IsUsual"/>.</param>
    public async Task<Page<IssueDto>> ReadAsync(
        IKiketDb db,
        ProjectRef project,
        PageRequest request,
        Actor actor,
        PublicUrl url,
        CancellationToken ct
    )
    {
        var context = (DbContext)db;
        var found = project.Id is { } id
            ? await byId(context, id, actor.UserId, ct)
            : await byKey(context, project.Key!, actor.UserId, ct);
        var total = found?.IsVisibleTo(actor) == true ? found.Issues : 0;
        var count = Math.Min(request.Size, total - request.Skip);
        var rows =
            count > 0
                ? await newest(context, found!.Id, (int)request.Skip, (int)count, IssueProjection.AddressOf(url)).ToListAsync(ct)
                : [];
        return new Page<IssueDto>(rows, total, request.Number, request.Size);
    }

    /// <param name="Role">The reader's role in the project, or null if they are not a member.</param>
    /// <param name="Issues">The number of its issues.</param>
    private sealed record CountedProject(
        ProjectId Id,
        ProjectVisibility Visibility,
        UserId? LeadId,
        ProjectRole? Role,
        int Issues
    )
    {
        public bool IsVisibleTo(Actor actor) =>
            ProjectPolicy.AccessOf(actor, Id, Visibility, LeadId, Role) is not ProjectAccess.None;
    }
}
