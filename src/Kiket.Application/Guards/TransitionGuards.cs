using Kiket.Application.Common;
using Kiket.Application.Events;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Guards;

/// <summary>
/// Asks the extensions that guard a project about a transition before the database transaction starts. Their answers are an
/// input of the decision, which is made once, in the transaction.
/// </summary>
internal sealed class TransitionGuards(
    IKiketDb db,
    KnownGuards known,
    GuardAnswers answers,
    IGuardCaller caller,
    ICurrentActor current,
    OutboundUrl url,
    TimeProvider time
) : IPreparation<TransitionIssueCommand>, IPreparation<TriggerWorkflowCommand>, IPreparation<UpdateIssueCommand>
{
    public Task PrepareAsync(TransitionIssueCommand command, CancellationToken ct) =>
        AskAsync(command.Issue, _ => Task.FromResult(command.To), command.Comment, ct);

    public Task PrepareAsync(TriggerWorkflowCommand command, CancellationToken ct) =>
        AskAsync(
            command.Issue,
            async issue =>
                await db.FindTargetAsync(issue, command, ct) is { IsRefused: false, Value: var target } ? target : null,
            command.Comment,
            ct
        );

    public Task PrepareAsync(UpdateIssueCommand command, CancellationToken ct) =>
        command.Status is null
            ? Task.CompletedTask
            : AskAsync(command.Issue, _ => Task.FromResult<string?>(command.Status), null, ct);

    /// <param name="targetOf">Finds the requested state or transition; null if there is none.</param>
    private async Task AskAsync(IssueRef reference, Func<Issue, Task<string?>> targetOf, string? comment, CancellationToken ct)
    {
        answers.NotNeeded(isAnnounced: false);
        if (!await known.HasAnyAsync(db, current.Actor.OrganizationId, ct))
            return;
        var endpoints = await db.ReadGuardsAsync(ct);
        var found = await db.FindIssueAsync(reference, current.Actor, ProjectAccess.Write, ct);
        if (found.IsRefused)
            return; // the move itself reports why
        var issue = found.Value.Issue;
        endpoints = [.. endpoints.Where(w => w.ProjectId is null || w.ProjectId == issue.ProjectId)];
        var guards = endpoints.Where(w => w.Hooks.Any(GuardQueries.IsGuard)).ToList();
        var isAnnounced = endpoints.Exists(w =>
            w.Hooks.Any(h => h is { Event: EventNames.WorkflowBeforeTransition, Required: false })
        );
        if (guards.Count == 0)
        {
            answers.NotNeeded(isAnnounced);
            return;
        }

        var now = time.GetUtcNow();
        if ((answers.Missing ?? await FindAllowedAsync(issue, await targetOf(issue), comment, now, ct)) is not { } to)
        {
            answers.NotAsked(issue, isAnnounced);
            return;
        }

        var question = LoggedEvent
            .Of(issue, new TransitionAnnounced(issue.Status, to, current.Actor.UserId, now), default, 0)
            .Single();
        var verdicts = await caller.AskAsync(guards, (await db.ToDocumentsAsync([question], url, ct))[0], ct);
        answers.Take(issue, to, verdicts, isAnnounced);
    }

    /// <summary>
    /// The target state of a move; null if the workflow rejects it, because guards are not asked about such moves. This decides
    /// nothing: if the move turns out to be allowed after all, guards are asked before it happens.
    /// </summary>
    private async Task<StateKey?> FindAllowedAsync(
        Issue issue,
        string? target,
        string? comment,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        if (target is null)
            return null;
        var workflow = await db.Workflows.WithSpecification(new WorkflowOf(issue)).SingleAsync(ct);
        if (workflow.Definition.FindTransition(issue.Status, target) is not { } transition)
            return null;
        var context = await db.ReadMoveContextAsync(issue, workflow.Definition, now, ct) with
        {
            Comment = comment,
            IsAttempt = true,
        };
        return WorkflowEngine.Decide(workflow.Definition, transition, context).IsAllowed ? transition.To : null;
    }
}
