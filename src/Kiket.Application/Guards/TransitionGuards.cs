using Kiket.Application.Abstractions;
using Kiket.Application.Events;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Guards;

/// <summary>What the guards of a move have said.</summary>
/// <param name="IssueVersion">The version of the issue that they were asked about; null when nobody was asked.</param>
/// <param name="To">Key of the state to enter; null when nobody was asked and nobody wants to know.</param>
/// <param name="IsAnnounced">Whether somebody wants to know of the move without deciding about it.</param>
public sealed record GuardPass(int? IssueVersion, string? To, IReadOnlyList<GuardVerdict> Verdicts, bool IsAnnounced)
{
    /// <summary>Nobody has to be asked, and nobody wants to know.</summary>
    public static GuardPass None { get; } = new(null, null, [], false);

    /// <summary>Writes into the history who was asked and what they said. To be called before the move, in its transaction.</summary>
    /// <exception cref="DbUpdateConcurrencyException">The issue has changed since: the command begins anew, and its guards are asked again.</exception>
    public void Apply(Issue issue, long actorId, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(issue);
        if (IssueVersion is { } asked && asked != issue.Version)
            throw new DbUpdateConcurrencyException($"{issue.Key} changed while its guards were asked.");
        if (To is null)
            return;
        issue.RecordGuards(To, Verdicts, actorId, at);
        if (IsAnnounced)
            issue.AnnounceMove(To, actorId, at);
    }
}

internal static class GuardQueries
{
    /// <summary>The endpoints that want to know of moves before they happen: of a project, or of the whole organization.</summary>
    public static async Task<List<Webhook>> ReadGuardsAsync(this IKiketDb db, CancellationToken ct) =>
    [
        .. (await db.Webhooks.AsNoTracking().Where(w => w.Active && w.Kind != WebhookKind.Action).ToListAsync(ct))
            .Where(w => w.Hooks.Any(h => h.Event == EventNames.WorkflowBeforeTransition)),
    ];

    /// <summary>Whether an extension has to be asked before an issue of a project moves.</summary>
    public static async Task<bool> IsGuardedAsync(this IKiketDb db, long projectId, CancellationToken ct) =>
        (await db.ReadGuardsAsync(ct)).Exists(w => (w.ProjectId is null || w.ProjectId == projectId) && w.Hooks.Any(IsGuard));

    public static bool IsGuard(WebhookHook hook) => hook is { Event: EventNames.WorkflowBeforeTransition, Required: true };
}

/// <summary>Asks the extensions that guard a project whether a move may happen. To be called outside of a transaction, which would wait for them.</summary>
public sealed class TransitionGuards(IKiketDb db, IGuardCaller caller, ICurrentActor current, OutboundUrl url, TimeProvider time)
{
    /// <returns>The pass with which the move is made; or the refusal, which is in the issue's history by then.</returns>
    public async Task<Result<GuardPass>> AskAsync(IssueRef reference, string? target, string? comment, CancellationToken ct)
    {
        if (target is null || await db.ReadGuardsAsync(ct) is not { Count: > 0 } endpoints)
            return GuardPass.None;
        var found = await db.FindIssueAsync(reference, current.Actor, ProjectAccess.Write, ct);
        if (found.IsRefused)
            return GuardPass.None; // the move itself says why
        var issue = found.Value.Issue;
        db.Forget(); // the move reads it anew: it may change while guards are asked
        endpoints = [.. endpoints.Where(w => w.ProjectId is null || w.ProjectId == issue.ProjectId)];
        var guards = endpoints.Where(w => w.Hooks.Any(GuardQueries.IsGuard)).ToList();
        var isAnnounced = endpoints.Exists(w => w.Hooks.Any(h => h is { Event: EventNames.WorkflowBeforeTransition, Required: false }));

        var now = time.GetUtcNow();
        var workflow = await db.Workflows.AsNoTracking().SingleAsync(w => w.Id == issue.WorkflowId, ct);
        if (workflow.Definition.FindTransition(issue.Status, target) is not { } transition)
            return GuardPass.None;
        if (guards.Count == 0)
            return new GuardPass(null, transition.To, [], isAnnounced);
        var context = await db.ReadMoveContextAsync(issue, workflow.Definition, now, ct) with { Comment = comment, IsAttempt = true };
        if (!WorkflowEngine.Decide(workflow.Definition, transition, context).IsAllowed)
            return GuardPass.None; // what the workflow refuses need not be asked

        var question = LoggedEvent.Of(issue, new TransitionAnnounced(issue.Status, transition.To, current.Actor.UserId, now), default, 0).Single();
        var verdicts = await caller.AskAsync(guards, (await db.ToDocumentsAsync([question], url, ct))[0], ct);
        var approved = await db.Approvals.AsNoTracking()
            .Where(a => a.IssueId == issue.Id && a.From == issue.Status && a.To == transition.To && a.Status == ApprovalStatus.Approved).ToListAsync(ct);
        verdicts = [.. verdicts.Select(v => v.Decision is GuardDecision.Pending && approved.Exists(a => a.Requirement.Key == v.ApprovalKey)
            ? v with { Decision = GuardDecision.Allow, Message = "It was approved." }
            : v)];
        if (verdicts.All(v => v.Decision is GuardDecision.Allow))
            return new GuardPass(issue.Version, transition.To, verdicts, isAnnounced);

        await RecordAsync(issue.Id, transition, verdicts, now, ct);
        return IssueErrors.GuardsRefuse(issue.Key, transition.From, transition.To, verdicts);
    }

    /// <summary>Keeps the refusal in the history, and opens the approvals of those who want one.</summary>
    private async Task RecordAsync(long issueId, Transition transition, IReadOnlyList<GuardVerdict> verdicts, DateTimeOffset now, CancellationToken ct)
    {
        var issue = await db.Issues.SingleAsync(i => i.Id == issueId, ct);
        issue.RecordGuards(transition.To, verdicts, current.Actor.UserId, now);
        if (verdicts.Max(v => v.Decision) is GuardDecision.Pending)
        {
            var open = await db.Approvals.AsNoTracking()
                .Where(a => a.IssueId == issueId && a.From == transition.From && a.To == transition.To && a.Status == ApprovalStatus.Pending).ToListAsync(ct);
            foreach (var verdict in verdicts.Where(v => v.Decision is GuardDecision.Pending && !open.Exists(a => a.Requirement.Key == v.ApprovalKey)))
            {
                // Nobody is named, so those who manage the project decide.
                var requirement = new ApprovalRequirement(
                    verdict.ApprovalKey, verdict.Extension, [new(ApproverKind.Role, "manager")], 1, 0, null, false, [], null, verdict.Message);
                db.Approvals.Add(Approval.Request(issue, transition, requirement, current.Actor.UserId, now));
            }
        }

        await db.SaveChangesAsync(ct);
        db.Forget();
    }
}
