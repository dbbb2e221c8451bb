using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>The one way along a transition, for all commands that move an issue.</summary>
internal static class IssueMoves
{
    /// <summary>
    /// Moves a loaded issue for somebody who asks for it: what guards said counts, and a refusal leaves behind what it has to.
    /// </summary>
    public static async Task<Result> TransitionAsync(
        this IKiketDb db,
        IUnitOfWork work,
        GuardAnswers guards,
        Issue issue,
        string target,
        string? comment,
        Actor actor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (await guards.FindRefusalAsync(issue, now, ct) is { } denial)
            return denial;
        var (moved, pending) = await db.MoveAsync(issue, target, comment, actor, now, ct);
        if (pending is not null)
            work.KeepOnRefusal(() => db.AskForApprovalsAsync(issue.Id, pending, actor, now, ct));
        return moved;
    }

    /// <summary>Moves a loaded issue.</summary>
    /// <param name="target">Key of the target state, or name of the transition.</param>
    /// <returns>
    /// The outcome; after a refusal that is pending, also the approvals that <see cref="AskForApprovalsAsync"/> is to ask for.
    /// </returns>
    public static async Task<(Result Outcome, MoveDecision? Pending)> MoveAsync(
        this IKiketDb db,
        Issue issue,
        string target,
        string? comment,
        Actor actor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var workflow = await db.Workflows.AsNoTracking().SingleAsync(w => w.Id == issue.WorkflowId, ct);
        var definition = workflow.Definition;
        if (definition.FindTransition(issue.Status, target) is not { } transition)
            return (IssueErrors.TransitionNotDeclared(issue.Key, issue.Status, target, workflow), null);

        // Movers into a limited state take turns, so that none of them counts what another is about to add.
        if (definition.FindState(transition.To)!.WipLimit is not null)
            await db.LockProjectAsync(issue.ProjectId, ct);
        var context = await db.ReadMoveContextAsync(issue, definition, now, ct) with { Comment = comment, IsAttempt = true };

        var from = issue.Status;
        var moved = issue.Move(transition, workflow, context, actor.UserId, now, out var decision);
        if (moved.IsRefused)
        {
            var pending = moved.Error.IsPending ? decision : null;
            return pending is not null && await db.FindUnfitApproverAsync(issue, pending, ct) is { } unfit
                ? (unfit, null)
                : (moved, pending);
        }

        await db.CloseApprovalsAsync(issue.Id, now, ct);
        await db.ClearChecklistsAsync(issue.Id, definition, from, transition.To, ct);
        return (moved, null);
    }

    /// <summary>Asks for the approvals that a move misses.</summary>
    public static async Task AskForApprovalsAsync(
        this IKiketDb db,
        long issueId,
        MoveDecision pending,
        Actor actor,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var issue = await db.Issues.SingleAsync(i => i.Id == issueId, ct);
        if (await db.RequestApprovalsAsync(issue, pending, actor.UserId, now, ct))
            issue.RecordApprovalRequest(pending, actor.UserId, now);
    }

    /// <summary>
    /// Work that goes back is done again: the marks of the states after the one that it goes back to are cleared.
    /// </summary>
    private static async Task ClearChecklistsAsync(
        this IKiketDb db,
        long issueId,
        WorkflowDefinition workflow,
        string from,
        string to,
        CancellationToken ct
    )
    {
        var keys = workflow.States.Select(s => s.Key).ToList();
        if (keys.IndexOf(to) > keys.IndexOf(from))
            return;
        var cleared = workflow.States.Skip(keys.IndexOf(to) + 1).Select(s => s.Checklist?.Id).OfType<string>().ToList();
        if (cleared.Count > 0)
            await db.ChecklistMarks.Where(m => m.IssueId == issueId && cleared.Contains(m.ChecklistId)).ExecuteDeleteAsync(ct);
    }
}
