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

/// <summary>An issue that is going to change, with what the change depends on and what the answer names.</summary>
/// <param name="Reporter">Who reported it.</param>
/// <param name="Assignee">Who had it when it was loaded, or null.</param>
/// <param name="ParentKey">Key of the issue that was above it when it was loaded, or null.</param>
/// <param name="HasApprovals">Whether any approvals are not closed.</param>
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

    /// <summary>The issue as clients see it, or null when it names other things than it did when it was loaded.</summary>
    public IssueDto? ToDto(PublicUrl url) =>
        (Issue.AssigneeId, Issue.ParentId) == before && Issue.WorkflowId == Workflow.Id
            ? Issue.ToDto(Project, Workflow, Reporter, Assignee, ParentKey, url)
            : null;
}

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
        if (FindRefusal(found.Project, found.Role, reference, actor, needed) is { } error)
            return error;
        return (found.Issue, found.Project);
    }

    /// <summary>Loads an issue to change it, in one statement. Only the issue itself is tracked.</summary>
    public static async Task<Result<LoadedIssue>> LoadIssueAsync(
        this IKiketDb db,
        IssueRef reference,
        Actor actor,
        CancellationToken ct
    )
    {
        var found = await db
            .Issues.WithSpecification(new IssueByRef(reference))
            .ToParts(db)
            .Select(parts => new
            {
                parts.Issue,
                parts.Project,
                parts.Workflow,
                Reporter = new UserSummary(parts.Reporter.Id, parts.Reporter.Name, parts.Reporter.Email),
                Assignee = parts.Assignee == null
                    ? null
                    : new UserSummary(parts.Assignee.Id, parts.Assignee.Name, parts.Assignee.Email),
                ParentKey = parts.Parent == null ? null : parts.Parent.Key,
                HasApprovals = db.Approvals.Any(a => a.IssueId == parts.Issue.Id && a.Status != ApprovalStatus.Closed),
                Role = db
                    .ProjectMembers.Where(m => m.ProjectId == parts.Project.Id && m.UserId == actor.UserId)
                    .Select(m => (ProjectRole?)m.Role)
                    .FirstOrDefault(),
            })
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return IssueErrors.NotFound(reference);
        if (FindRefusal(found.Project, found.Role, reference, actor, ProjectAccess.Write) is { } error)
            return error;
        db.Issues.Attach(found.Issue);
        return new LoadedIssue(
            found.Issue,
            found.Project,
            found.Workflow,
            found.Reporter,
            found.Assignee,
            found.ParentKey,
            found.HasApprovals
        );
    }

    /// <summary>Reads an issue, untracked, for an actor who works on it; and the actor, whom the answer names.</summary>
    public static async Task<Result<(Issue Issue, UserSummary Actor)>> FindIssueAndActorAsync(
        this IKiketDb db,
        IssueRef reference,
        Actor actor,
        ProjectAccess needed,
        CancellationToken ct
    )
    {
        var found = await (
            from issue in db.Issues.AsNoTracking().WithSpecification(new IssueByRef(reference))
            join project in db.Projects on issue.ProjectId equals project.Id
            from user in db.Users.Where(u => u.Id == actor.UserId)
            select new
            {
                Issue = issue,
                Project = project,
                Actor = new UserSummary(user.Id, user.Name, user.Email),
                Role = db
                    .ProjectMembers.Where(m => m.ProjectId == project.Id && m.UserId == actor.UserId)
                    .Select(m => (ProjectRole?)m.Role)
                    .FirstOrDefault(),
            }
        ).SingleOrDefaultAsync(ct);
        if (found is null)
            return IssueErrors.NotFound(reference);
        return FindRefusal(found.Project, found.Role, reference, actor, needed) is { } error ? error : (found.Issue, found.Actor);
    }

    private static Error? FindRefusal(
        Project project,
        ProjectRole? role,
        IssueRef reference,
        Actor actor,
        ProjectAccess needed
    ) =>
        ProjectAuthorization.CheckAccess(project, role, actor, needed, IssueErrors.NotFound(reference)).Error
        ?? (needed > ProjectAccess.Read && project.Status is ProjectStatus.Archived ? ProjectErrors.Archived(project.Key) : null);
}
