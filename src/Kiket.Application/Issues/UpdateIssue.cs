using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>Changes an issue; a change of status is a transition. The change is atomic.</summary>
/// <param name="Status">State to move to, or null to stay.</param>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
/// <param name="Project">The project that the caller specifies; any project other than the issue's own is rejected.</param>
internal sealed record UpdateIssueCommand(
    IssueRef Issue,
    IssueEdit Edit,
    string? Status,
    ExpectedVersion ExpectedVersion,
    ProjectRef? Project = null
) : ICommand<Result<IssueDto>>;

internal sealed class UpdateIssueHandler(
    IKiketDb db,
    IssueLoads issues,
    IUnitOfWork work,
    ICurrentActor current,
    GuardAnswers guards,
    PublicUrl url,
    TimeProvider time
) : ICommandHandler<UpdateIssueCommand, Result<IssueDto>>
{
    public async Task<Result<IssueDto>> Handle(UpdateIssueCommand command, CancellationToken ct)
    {
        var (edit, actor, now) = (command.Edit, current.Actor, time.GetUtcNow());
        var found = await issues.LoadAsync(db, command.Issue, actor, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (loaded, issue, project) = (found.Value, found.Value.Issue, found.Value.Project);
        if (!command.ExpectedVersion.Allows(issue.Version))
            return Error.Stale(issue.Version);
        if (command.Project is { } named && named.Id != project.Id && named.Key != project.Key)
            return Error.Validation("issue.project_id", "An issue cannot be moved to another project.");
        guards.EnsureCurrent(issue);
        if (await db.FindUnknownReferenceAsync(project, edit, issue.AssigneeId, ct) is { } unknown)
            return unknown;

        if (edit.IssueType.IsSet)
        {
            if (edit.IssueType.Value is not { } typeKey || project.Schema.FindType(new(typeKey)) is not { } type)
                return IssueErrors.UnknownType(edit.IssueType.Value, project.Schema.IssueTypes.Select(t => t.Key));
            var next = await db.LatestWorkflowAsync(project.Id, project.Schema.WorkflowOf(type), ct);
            var followed = loaded.Workflow.Key == next.Key ? loaded.Workflow : next; // it keeps its version of the workflow
            var changed = issue.ChangeType(type, followed, actor.UserId, now);
            if (changed.Error is not null)
                return changed.Error;
        }

        if (issue.Edit(edit, project.Schema, actor.UserId, now).Error is { } error)
            return error;
        await db.NoteChecklistAsync(issue, actor, now, ct, loaded);
        if (
            command.Status is { } status
            && !string.Equals(status, issue.Status.Value, StringComparison.OrdinalIgnoreCase)
            && (await db.TransitionAsync(work, guards, issue, status, null, actor, now, ct, loaded)).Error is { } stays
        )
            return stays;

        if (
            edit.ParentId.IsSet
            && edit.ParentId.Value != issue.ParentId
            && (await MoveAsync(issue, edit.ParentId.Value, project, now, ct)).Error is { } misplaced
        )
            return misplaced;

        return await db.AnswerAsync(work, loaded, url, ct);
    }

    private async Task<Result> MoveAsync(
        Issue issue,
        IssueId? parentId,
        Project project,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        await db.LockProjectAsync(project.Id, ct);
        var parent = parentId is { } id ? await db.Issues.SingleOrDefaultAsync(i => i.Id == id, ct) : null;
        if (parentId is { } missing && parent is null)
            return IssueErrors.UnknownParent(missing);

        var below = db.Issues.WithSpecification(new IssuesBelow(issue));
        var deepest = await below.MaxAsync(i => (int?)i.HierarchyDepth, ct) ?? issue.HierarchyDepth;
        var (path, depth) = (issue.DescendantPath, issue.HierarchyDepth);
        var moved = issue.MoveUnder(parent, project.Schema, deepest - depth, current.Actor.UserId, now);
        if (!moved.IsRefused)
            await db.MoveDescendantsAsync(
                path,
                issue.DescendantPath,
                issue.RootId ?? issue.Id,
                issue.HierarchyDepth - depth,
                project.Id,
                now,
                ct
            );
        return moved;
    }
}
