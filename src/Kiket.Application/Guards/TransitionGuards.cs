using Kiket.Application.Events;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Guards;

internal static class GuardQueries
{
    /// <summary>
    /// The endpoints that want to know of moves before they happen: of a project, or of the whole organization.
    /// </summary>
    public static async Task<List<Webhook>> ReadGuardsAsync(this IKiketDb db, CancellationToken ct) =>
        [
            .. (await db.Webhooks.AsNoTracking().Where(w => w.Active && w.Kind != WebhookKind.Action).ToListAsync(ct)).Where(w =>
                w.Hooks.Any(h => h.Event == EventNames.WorkflowBeforeTransition)
            ),
        ];

    /// <summary>Whether an extension has to be asked before an issue of a project moves.</summary>
    public static async Task<bool> IsGuardedAsync(this IKiketDb db, long projectId, CancellationToken ct) =>
        (await db.ReadGuardsAsync(ct)).Exists(w => (w.ProjectId is null || w.ProjectId == projectId) && w.Hooks.Any(IsGuard));

    public static bool IsGuard(WebhookHook hook) => hook is { Event: EventNames.WorkflowBeforeTransition, Required: true };
}

/// <summary>
/// Asks the extensions that guard a project about a move before its transaction begins. Their answers are an input of the
/// decision, which is made once, in the transaction.
/// </summary>
public sealed class TransitionGuards(
    IKiketDb db,
    GuardAnswers answers,
    IGuardCaller caller,
    ICurrentActor current,
    OutboundUrl url,
    TimeProvider time
) : IPreparation<TransitionIssueCommand>, IPreparation<TriggerWorkflowCommand>, IPreparation<UpdateIssueCommand>
{
    public Task PrepareAsync(TransitionIssueCommand command, CancellationToken ct) =>
        AskAsync(command.Issue, command.To, command.Comment, ct);

    public async Task PrepareAsync(TriggerWorkflowCommand command, CancellationToken ct)
    {
        answers.Clear();
        var found = await db.FindIssueAsync(command.Issue, current.Actor, ProjectAccess.Write, ct);
        if (
            !found.IsRefused
            && await db.FindTargetAsync(found.Value.Issue, command, ct) is { IsRefused: false, Value: var target }
        )
            await AskAsync(command.Issue, target, command.Comment, ct);
    }

    public Task PrepareAsync(UpdateIssueCommand command, CancellationToken ct) =>
        AskAsync(command.Issue, command.Status, null, ct);

    private async Task AskAsync(IssueRef reference, string? target, string? comment, CancellationToken ct)
    {
        answers.Clear();
        if (target is null || await db.ReadGuardsAsync(ct) is not { Count: > 0 } endpoints)
            return;
        var found = await db.FindIssueAsync(reference, current.Actor, ProjectAccess.Write, ct);
        if (found.IsRefused)
            return; // the move itself says why
        var issue = found.Value.Issue;
        endpoints = [.. endpoints.Where(w => w.ProjectId is null || w.ProjectId == issue.ProjectId)];
        var guards = endpoints.Where(w => w.Hooks.Any(GuardQueries.IsGuard)).ToList();
        var isAnnounced = endpoints.Exists(w =>
            w.Hooks.Any(h => h is { Event: EventNames.WorkflowBeforeTransition, Required: false })
        );

        var now = time.GetUtcNow();
        var workflow = await db.Workflows.AsNoTracking().SingleAsync(w => w.Id == issue.WorkflowId, ct);
        if (workflow.Definition.FindTransition(issue.Status, target) is not { } transition)
            return;
        if (guards.Count == 0)
        {
            answers.Announce(transition.To, isAnnounced);
            return;
        }

        var context = await db.ReadMoveContextAsync(issue, workflow.Definition, now, ct) with
        {
            Comment = comment,
            IsAttempt = true,
        };
        if (!WorkflowEngine.Decide(workflow.Definition, transition, context).IsAllowed)
            return; // nobody is bothered with what the workflow refuses anyway

        var question = LoggedEvent
            .Of(issue, new TransitionAnnounced(issue.Status, transition.To, current.Actor.UserId, now), default, 0)
            .Single();
        var verdicts = await caller.AskAsync(guards, (await db.ToDocumentsAsync([question], url, ct))[0], ct);
        answers.Take(issue.Version, transition.To, verdicts, isAnnounced);
    }
}
