using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>The effects of an issue's moves on its approvals.</summary>
internal static class IssueApprovals
{
    /// <summary>An error for an approval that nobody who can see the issue could give; or null.</summary>
    public static async Task<Error?> FindUnfitApproverAsync(
        this IKiketDb db,
        Issue issue,
        MoveDecision decision,
        CancellationToken ct
    )
    {
        foreach (
            var approvers in decision
                .MissingApprovals.Select(r => r.Approvers)
                .Where(a => a.Count > 0 && a.All(u => u.Kind is ApproverKind.User))
        )
        {
            var emails = approvers.Select(a => a.Identifier.ToLowerInvariant()).ToList();
            var ids = approvers.Select(a => WireId.TryParse(a.Identifier, out UserId id) ? id : default).ToList();
            var users = await db
                .Users.Where(u => emails.Contains(u.Email) || ids.Contains(u.Id))
                .OrderBy(u => u.Id)
                .Select(u => u.Id)
                .ToListAsync(ct);
            if (users.Count < approvers.Count)
                continue; // someone who has not joined yet
            var project = await db.Projects.AsNoTracking().SingleAsync(p => p.Id == issue.ProjectId, ct);
            var people = await ProjectPeople.ReadAsync(db, users, ct);
            var refusals = users.ConvertAll(u => people.RefusalOf(u, project, "approvers"));
            if (refusals.TrueForAll(r => r is not null))
                return refusals[0];
        }

        return null;
    }

    /// <summary>Requests the approvals of a transition that have not been requested yet.</summary>
    /// <returns>Whether any had not.</returns>
    public static async Task<bool> RequestApprovalsAsync(
        this IKiketDb db,
        Issue issue,
        MoveDecision decision,
        UserId requesterId,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var (from, to) = (decision.Transition.From, decision.Transition.To);
        var open = await db
            .Approvals.WithSpecification(new OpenApprovalsOf(issue.Id))
            .Where(a => a.From == from && a.To == to)
            .ToListAsync(ct);
        var isNew = false;
        foreach (var requirement in decision.MissingApprovals)
        {
            var existing = open.Find(a => a.Requirement.Key == requirement.Key);
            if (existing is { Status: ApprovalStatus.Pending })
                continue;
            existing?.Close(now); // it was rejected; a new attempt asks again
            db.Approvals.Add(Approval.Request(issue, decision.Transition, requirement, requesterId, now).Value);
            isNew = true;
        }

        return isNew;
    }

    /// <summary>Ends the approvals of the state that an issue leaves.</summary>
    public static async Task CloseApprovalsAsync(this IKiketDb db, IssueId issueId, DateTimeOffset now, CancellationToken ct)
    {
        foreach (var approval in await db.Approvals.WithSpecification(new OpenApprovalsOf(issueId)).ToListAsync(ct))
            approval.Close(now);
    }
}
