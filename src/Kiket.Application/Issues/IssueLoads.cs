using System.Linq.Expressions;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Users;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>An issue to change, with the data that the change depends on and that the response refers to.</summary>
/// <param name="Reporter">Who reported it.</param>
/// <param name="Assignee">The assignee when it was loaded, or null.</param>
/// <param name="ParentKey">Key of the parent when it was loaded, or null.</param>
/// <param name="HasApprovals">Whether any approvals are open.</param>
internal sealed record LoadedIssue(
    Issue Issue,
    Project Project,
    Workflow Workflow,
    UserSummary Reporter,
    UserSummary? Assignee,
    string? ParentKey,
    bool HasApprovals
)
{
    private readonly (UserId? AssigneeId, IssueId? ParentId) before = (Issue.AssigneeId, Issue.ParentId);

    /// <summary>The issue as clients see it, or null when it refers to other things than when it was loaded.</summary>
    public IssueDto? ToDto(PublicUrl url) =>
        (Issue.AssigneeId, Issue.ParentId) == before && Issue.WorkflowId == Workflow.Id
            ? Issue.ToDto(Project, Workflow, Reporter, Assignee, ParentKey, url)
            : null;
}

/// <summary>
/// Loads the issues that commands change, by queries that are built once
/// (docs/decisions/0056-queries-that-are-built-once.md). Invisible issues do not exist for the actor: 404, never 403.
/// </summary>
internal sealed class IssueLoads
{
    private static readonly Expression<Func<IQueryable<Issue>, DbContext, UserId, IQueryable<ToChange>>> RowsToChange = (
        issues,
        db,
        userId
    ) =>
        IssueProjection
            .Parts.Of(issues, (IKiketDb)db)
            .Select(parts => new ToChange(
                new LoadedIssue(
                    parts.Issue,
                    parts.Project,
                    parts.Workflow,
                    new UserSummary(parts.Reporter.Id, parts.Reporter.Name, parts.Reporter.Email),
                    parts.Assignee == null ? null : new UserSummary(parts.Assignee.Id, parts.Assignee.Name, parts.Assignee.Email),
                    parts.Parent == null ? null : parts.Parent.Key,
                    db.Set<Approval>().Any(a => a.IssueId == parts.Issue.Id && a.Status != ApprovalStatus.Closed)
                ),
                ProjectRoles.RoleOf.Of(db.Set<ProjectMember>(), parts.Project.Id, userId)
            ));

    private static readonly Expression<Func<IQueryable<Issue>, DbContext, UserId, IQueryable<WithActor>>> RowsWithActor = (
        issues,
        db,
        userId
    ) =>
        from issue in issues.AsNoTracking()
        join project in db.Set<Project>() on issue.ProjectId equals project.Id
        from user in db.Set<User>().Where(u => u.Id == userId)
        select new WithActor(
            issue,
            project,
            new UserSummary(user.Id, user.Name, user.Email),
            ProjectRoles.RoleOf.Of(db.Set<ProjectMember>(), project.Id, userId)
        );

    private readonly Func<DbContext, IssueId, UserId, CancellationToken, Task<ToChange?>> toChangeById = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, IssueId, UserId, CancellationToken, ToChange?>>(
            (db, id, userId, _) => RowsToChange.Of(db.Set<Issue>().Where(i => i.Id == id), db, userId).SingleOrDefault()
        )
    );

    private readonly Func<DbContext, string, UserId, CancellationToken, Task<ToChange?>> toChangeByKey = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, string, UserId, CancellationToken, ToChange?>>(
            (db, key, userId, _) => RowsToChange.Of(db.Set<Issue>().Where(i => i.Key == key), db, userId).SingleOrDefault()
        )
    );

    private readonly Func<DbContext, IssueId, UserId, CancellationToken, Task<WithActor?>> withActorById = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, IssueId, UserId, CancellationToken, WithActor?>>(
            (db, id, userId, _) => RowsWithActor.Of(db.Set<Issue>().Where(i => i.Id == id), db, userId).SingleOrDefault()
        )
    );

    private readonly Func<DbContext, string, UserId, CancellationToken, Task<WithActor?>> withActorByKey = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, string, UserId, CancellationToken, WithActor?>>(
            (db, key, userId, _) => RowsWithActor.Of(db.Set<Issue>().Where(i => i.Key == key), db, userId).SingleOrDefault()
        )
    );

    /// <summary>Loads an issue to change it, in one statement. Only the issue itself is tracked.</summary>
    public async Task<Result<LoadedIssue>> LoadAsync(IKiketDb db, IssueRef reference, Actor actor, CancellationToken ct)
    {
        var context = (DbContext)db;
        var found = reference.Id is { } id
            ? await toChangeById(context, id, actor.UserId, ct)
            : await toChangeByKey(context, reference.Key!, actor.UserId, ct);
        if (found is null)
            return IssueErrors.NotFound(reference);
        var (loaded, role) = found;
        if (IssueAuthorization.FindRefusal(loaded.Project, role, reference, actor, ProjectAccess.Write) is { } error)
            return error;
        db.Issues.Attach(loaded.Issue);
        return loaded;
    }

    /// <summary>Reads an issue, untracked, for an actor who comments on it; and the actor, who appears in the response.</summary>
    public async Task<Result<(Issue Issue, UserSummary Actor)>> FindWithActorAsync(
        IKiketDb db,
        IssueRef reference,
        Actor actor,
        CancellationToken ct
    )
    {
        var context = (DbContext)db;
        var found = reference.Id is { } id
            ? await withActorById(context, id, actor.UserId, ct)
            : await withActorByKey(context, reference.Key!, actor.UserId, ct);
        if (found is null)
            return IssueErrors.NotFound(reference);
        return IssueAuthorization.FindRefusal(found.Project, found.Role, reference, actor, ProjectAccess.Write) is { } error
            ? error
            : (found.Issue, found.Actor);
    }

    /// <param name="Role">The actor's role in the project, or null if they are not a member.</param>
    private sealed record ToChange(LoadedIssue Loaded, ProjectRole? Role);

    /// <inheritdoc cref="ToChange"/>
    private sealed record WithActor(Issue Issue, Project Project, UserSummary Actor, ProjectRole? Role);
}
