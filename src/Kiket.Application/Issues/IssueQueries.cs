using Kiket.Application.Common;
using Kiket.Application.Milestones;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>Queries shared by several issue commands.</summary>
internal static class IssueQueries
{
    /// <summary>The issues of every project that the actor can see.</summary>
    public static IQueryable<Issue> VisibleIssues(this IKiketDb db, Actor actor) =>
        db.Issues.WithSpecification(new IssuesVisibleTo(actor, db.VisibleProjects(actor)));

    /// <summary>The newest version of a project's workflow. A project's schema names only workflows that exist.</summary>
    public static Task<Workflow> LatestWorkflowAsync(this IKiketDb db, ProjectId projectId, string key, CancellationToken ct) =>
        db.Workflows.WithSpecification(new VersionsOf(projectId, key)).FirstAsync(ct);

    /// <summary>An error for an assignee who cannot have the issue, or for a milestone that does not exist; or null.</summary>
    /// <param name="assigneeId">The current assignee, or null; assigning them again changes nothing.</param>
    public static async Task<Error?> FindUnknownReferenceAsync(
        this IKiketDb db,
        Project project,
        IssueEdit fields,
        UserId? assigneeId,
        CancellationToken ct
    )
    {
        if (await db.FindUnfitAssigneeAsync(project, fields, assigneeId, ct) is { } unfit)
            return unfit;
        if (
            fields.MilestoneId.Or(null) is { } milestone
            && !await db.Milestones.WithSpecification(new MilestoneIn(project.Id, milestone)).AnyAsync(ct)
        )
            return IssueErrors.UnknownMilestone(milestone);
        return null;
    }

    public static async Task<Error?> FindUnfitAssigneeAsync(
        this IKiketDb db,
        Project project,
        IssueEdit fields,
        UserId? assigneeId,
        CancellationToken ct
    ) =>
        fields.AssigneeId.Or(null) is { } named && named != assigneeId
            ? (await ProjectPeople.ReadAsync(db, [named], ct)).RefusalOf(named, project, IssueErrors.AssigneeField)
            : null;

    public static async Task<bool> MayManageAsync(this IKiketDb db, Project project, Actor actor, CancellationToken ct)
    {
        var role = await db
            .ProjectMembers.WithSpecification(new MembershipOf(project.Id, actor.UserId))
            .Select(m => (ProjectRole?)m.Role)
            .SingleOrDefaultAsync(ct);
        return ProjectPolicy.AccessOf(actor, project, role) >= ProjectAccess.Manage;
    }
}
