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

/// <summary>An issue with the data that decides who may see it.</summary>
/// <param name="Role">The reader's role in its project, or null if they are not a member.</param>
internal sealed record FoundIssue(IssueDto Issue, ProjectVisibility Visibility, UserId? LeadId, ProjectRole? Role)
{
    public bool IsVisibleTo(Actor actor) =>
        ProjectPolicy.AccessOf(actor, Issue.ProjectId, Visibility, LeadId, Role) is not ProjectAccess.None;
}

/// <summary>
/// Reads one issue by queries that are built once: to build and recognize a query of six tables costs more than to run it. EF
/// Core binds a compiled query to the model of the context that runs it first, so they belong to the application's services.
/// </summary>
internal sealed class IssueReads
{
    private static readonly Expression<Func<IQueryable<Issue>, DbContext, UserId, string, IQueryable<FoundIssue>>> Found = (
        issues,
        db,
        userId,
        address
    ) =>
        IssueProjection
            .Parts.Of(issues, (IKiketDb)db)
            .Select(parts => new FoundIssue(
                IssueProjection.Dto.Of(parts, address),
                parts.Project.Visibility,
                parts.Project.LeadId,
                ProjectRoles.RoleOf.Of(db.Set<ProjectMember>(), parts.Project.Id, userId)
            ));

    private readonly Func<DbContext, IssueId, UserId, string, CancellationToken, Task<FoundIssue?>> byId = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, IssueId, UserId, string, CancellationToken, FoundIssue?>>(
            (db, id, userId, address, _) =>
                Found.Of(db.Set<Issue>().Where(i => i.Id == id), db, userId, address).SingleOrDefault()
        )
    );

    private readonly Func<DbContext, string, UserId, string, CancellationToken, Task<FoundIssue?>> byKey = EF.CompileAsyncQuery(
        SharedExpressions.Inline<Func<DbContext, string, UserId, string, CancellationToken, FoundIssue?>>(
            (db, key, userId, address, _) =>
                Found.Of(db.Set<Issue>().Where(i => i.Key == key), db, userId, address).SingleOrDefault()
        )
    );

    /// <summary>The issue, even if the user may not see it; null when it does not exist.</summary>
    public Task<FoundIssue?> FindAsync(IKiketDb db, IssueRef issue, UserId userId, PublicUrl url, CancellationToken ct)
    {
        var (context, address) = ((DbContext)db, IssueProjection.AddressOf(url));
        return issue.Id is { } id ? byId(context, id, userId, address, ct) : byKey(context, issue.Key!, userId, address, ct);
    }
}
