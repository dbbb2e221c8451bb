using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Workflows;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>The only way to move an issue along a transition, for all commands.</summary>
internal static class IssueMoves
{
    /// <summary>Moves a loaded issue. A rejected move still saves the guards' verdicts and the requested approvals.</summary>
    /// <param name="guards">The guards' verdicts on the move.</param>
    /// <param name="target">Key of the target state, or name of the transition.</param>
    /// <param name="loaded">Data loaded with the issue, or null.</param>
    public static async Task<Result> TransitionAsync(
        this IKiketDb db,
        IUnitOfWork work,
        GuardAnswers guards,
        Issue issue,
        string target,
        string? comment,
        Actor actor,
        DateTimeOffset now,
        CancellationToken ct,
        LoadedIssue? loaded = null
    )
    {
        var workflow =
            loaded?.Workflow.Id == issue.WorkflowId
                ? loaded.Workflow
                : await db.Workflows.WithSpecification(new WorkflowOf(issue)).SingleAsync(ct);
        var definition = workflow.Definition;
        if (definition.FindTransition(issue.Status, target) is not { } transition)
            return IssueErrors.TransitionNotDeclared(issue.Key, issue.Status, target, workflow);

        // Moves into a limited state are serialized, so that each of them counts the issues that others add.
        if (definition.FindState(transition.To)!.WipLimit is not null)
            await db.LockProjectAsync(issue.ProjectId, ct);
        var verdicts = guards.About(transition.To);
        var context = await db.ReadMoveContextAsync(issue, definition, verdicts, now, ct, loaded) with
        {
            Comment = comment,
            IsAttempt = true,
        };

        if (guards.IsAnnounced)
            issue.AnnounceMove(transition.To, actor.UserId, now);
        var moved = issue.Move(transition, workflow, context, actor.UserId, now, out var decision);
        if (moved.Error is { } error)
        {
            if (error.IsPending && await db.FindUnfitApproverAsync(issue, decision, ct) is { } unfit)
                return unfit;
            if (error.IsPending || verdicts.Count > 0)
                work.KeepOnRefusal(() => db.KeepRefusalAsync(issue.Id, decision, error.IsPending, actor, now, ct));
            return moved;
        }

        guards.EnsureAsked(issue, transition.To);
        if (loaded is not { HasApprovals: false })
            await db.CloseApprovalsAsync(issue.Id, now, ct);
        await db.ClearChecklistsAsync(issue.Id, definition, transition, ct);
        return moved;
    }

    /// <summary>Records the guards' verdicts in the history, and requests the approvals that a pending move lacks.</summary>
    private static async Task KeepRefusalAsync(
        this IKiketDb db,
        IssueId issueId,
        MoveDecision decision,
        bool isPending,
        Actor actor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        // Nothing was locked since the rejection, so it may be about an issue that has moved or is gone.
        var issue = await db.Issues.SingleOrDefaultAsync(i => i.Id == issueId, ct);
        if (issue?.Status != decision.Transition.From)
            return;
        issue.RecordGuards(decision.Transition.To, decision.Verdicts, actor.UserId, now);
        if (isPending && await db.RequestApprovalsAsync(issue, decision, actor.UserId, now, ct))
            issue.RecordApprovalRequest(decision, actor.UserId, now);
    }

    /// <summary>Clears the marks of the checklists that a move opens again.</summary>
    private static async Task ClearChecklistsAsync(
        this IKiketDb db,
        IssueId issueId,
        WorkflowDefinition workflow,
        Transition transition,
        CancellationToken ct
    )
    {
        if (workflow.ChecklistsReopenedBy(transition) is { Count: > 0 } reopened)
            await db.ChecklistMarks.Where(m => m.IssueId == issueId && reopened.Contains(m.ChecklistId)).ExecuteDeleteAsync(ct);
    }
}
