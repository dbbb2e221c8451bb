using Kiket.Application.Ports;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>
/// What the extensions that guard a project said about the move that a request asks for: an input of its decision.
/// </summary>
public sealed class GuardAnswers(IKiketDb db, IUnitOfWork work, ICurrentActor current)
{
    /// <summary>The version of the issue that guards were asked about; null when nobody was asked.</summary>
    private int? askedVersion;

    /// <summary>Key of the state to enter; null when nobody was asked and nobody wants to know.</summary>
    private string? state;

    private IReadOnlyList<GuardVerdict> verdicts = [];

    /// <summary>Whether somebody wants to know of the move without deciding about it.</summary>
    private bool isAnnounced;

    /// <summary>Nobody was asked, and nobody wants to know.</summary>
    internal void Clear() => (askedVersion, state, verdicts, isAnnounced) = (null, null, [], false);

    /// <summary>Nobody was asked, but somebody may want to know.</summary>
    internal void Announce(string to, bool isWanted) => (askedVersion, state, verdicts, isAnnounced) = (null, to, [], isWanted);

    /// <summary>Takes what they said about an issue in one of its versions.</summary>
    internal void Take(int version, string to, IReadOnlyList<GuardVerdict> said, bool isWanted) =>
        (askedVersion, state, verdicts, isAnnounced) = (version, to, said, isWanted);

    /// <summary>Writes into the history who was asked about the move and what they said.</summary>
    /// <returns>The refusal, which the history keeps, when they do not all allow it; or null.</returns>
    /// <exception cref="OutdatedPreparationException">The issue has changed since.</exception>
    internal async Task<Error?> FindRefusalAsync(Issue issue, DateTimeOffset now, CancellationToken ct)
    {
        if (askedVersion is { } version && version != issue.Version)
            throw new OutdatedPreparationException($"{issue.Key} changed while its guards were asked. Try again.");
        if (state is not { } to)
            return null;

        var approved = verdicts.Any(v => v.Decision is GuardDecision.Pending)
            ? await db
                .Approvals.AsNoTracking()
                .Where(a => a.IssueId == issue.Id && a.From == issue.Status && a.To == to && a.Status == ApprovalStatus.Approved)
                .ToListAsync(ct)
            : [];
        List<GuardVerdict> counted =
        [
            .. verdicts.Select(v => IsApproved(v) ? v with { Decision = GuardDecision.Allow, Message = "It was approved." } : v),
        ];
        if (counted.Exists(v => v.Decision is not GuardDecision.Allow))
        {
            var (id, from) = (issue.Id, issue.Status);
            work.KeepOnRefusal(() => RecordAsync(id, from, to, counted, now, ct));
            return IssueErrors.GuardsRefuse(issue.Key, from, to, counted);
        }

        issue.RecordGuards(to, counted, current.Actor.UserId, now);
        if (isAnnounced)
            issue.AnnounceMove(to, current.Actor.UserId, now);
        return null;

        bool IsApproved(GuardVerdict verdict) =>
            verdict.Decision is GuardDecision.Pending && approved.Exists(a => a.Requirement.Key == verdict.ApprovalKey);
    }

    /// <summary>Keeps the refusal in the history, and opens the approvals of those who want one.</summary>
    private async Task RecordAsync(
        long issueId,
        string from,
        string to,
        IReadOnlyList<GuardVerdict> said,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var issue = await db.Issues.SingleAsync(i => i.Id == issueId, ct);
        issue.RecordGuards(to, said, current.Actor.UserId, now);
        if (said.Max(v => v.Decision) is not GuardDecision.Pending)
            return;
        var workflow = await db.Workflows.AsNoTracking().SingleAsync(w => w.Id == issue.WorkflowId, ct);
        if (workflow.Definition.FindTransition(from, to) is not { } transition)
            return;
        var open = await db
            .Approvals.AsNoTracking()
            .Where(a => a.IssueId == issueId && a.From == from && a.To == to && a.Status == ApprovalStatus.Pending)
            .ToListAsync(ct);
        foreach (
            var verdict in said.Where(v =>
                v.Decision is GuardDecision.Pending && !open.Exists(a => a.Requirement.Key == v.ApprovalKey)
            )
        )
        {
            // Nobody is named, so those who manage the project decide.
            var requirement = new ApprovalRequirement(
                verdict.ApprovalKey,
                verdict.Extension,
                [new(ApproverKind.Role, "manager")],
                1,
                0,
                null,
                false,
                [],
                null,
                verdict.Message
            );
            db.Approvals.Add(Approval.Request(issue, transition, requirement, current.Actor.UserId, now));
        }
    }
}
