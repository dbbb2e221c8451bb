using Kiket.Application.Calendars;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>Reads everything that decisions about an issue's moves depend on, with a fixed number of statements.</summary>
internal static class MoveContexts
{
    public static Task<MoveContext> ReadMoveContextAsync(
        this IKiketDb db,
        Issue issue,
        WorkflowDefinition workflow,
        DateTimeOffset now,
        CancellationToken ct
    ) => db.ReadMoveContextAsync(issue, workflow, [], now, ct);

    /// <param name="verdicts">The guards' verdicts on the attempted move.</param>
    /// <param name="loaded">Data loaded with the issue, or null.</param>
    public static async Task<MoveContext> ReadMoveContextAsync(
        this IKiketDb db,
        Issue issue,
        WorkflowDefinition workflow,
        IReadOnlyList<GuardVerdict> verdicts,
        DateTimeOffset now,
        CancellationToken ct,
        LoadedIssue? loaded = null
    )
    {
        var (assignee, reporter) =
            loaded is not null && loaded.Assignee?.Id == issue.AssigneeId
                ? (loaded.Assignee?.Email, loaded.Reporter.Email)
                : await db.ReadEmailsAsync(issue, ct);
        // The due day starts in the organization's time zone.
        var calendar = issue.DueDate is null ? null : await db.ReadCalendarAsync(issue.OrganizationId, ct);
        var votes = await db.ReadApprovalsAsync(issue, workflow, verdicts, ct);
        return new MoveContext(issue.ToFacts(assignee, reporter, now, calendar))
        {
            CheckedItems = await db.ReadCheckedItemsAsync(issue, workflow, ct),
            IssuesInState = await db.CountLimitedStatesAsync(issue, workflow, ct),
            Votes = votes
                .GroupBy(a => a.To)
                .ToDictionary(
                    g => g.Key,
                    IReadOnlyList<ApprovalVote> (g) =>
                        [.. g.SelectMany(a => a.Decisions.Select(d => new ApprovalVote(a.Requirement.Key, d.UserId, d.Approved)))]
                ),
            Requesters = votes.GroupBy(a => a.To).ToDictionary(g => g.Key, g => g.First().RequestedById),
            Verdicts = verdicts,
        };
    }

    private static async Task<(string? Assignee, string? Reporter)> ReadEmailsAsync(
        this IKiketDb db,
        Issue issue,
        CancellationToken ct
    )
    {
        var people = await db
            .Users.Where(u => u.Id == issue.AssigneeId || u.Id == issue.ReporterId)
            .Select(u => new { u.Id, u.Email })
            .ToDictionaryAsync(u => u.Id, u => u.Email, ct);
        return (
            issue.AssigneeId is { } assignee ? people.GetValueOrDefault(assignee) : null,
            people.GetValueOrDefault(issue.ReporterId)
        );
    }

    /// <summary>The requested, open approvals of the issue's current state.</summary>
    private static async Task<List<Approval>> ReadApprovalsAsync(
        this IKiketDb db,
        Issue issue,
        WorkflowDefinition workflow,
        IReadOnlyList<GuardVerdict> verdicts,
        CancellationToken ct
    ) =>
        verdicts.Any(v => v.Decision is GuardDecision.Pending)
        || workflow.From(issue.Status).Any(t => workflow.ApprovalsOf(t).Any())
            ? await db
                .Approvals.AsNoTracking()
                .WithSpecification(new OpenApprovalsOf(issue.Id))
                .Where(a => a.From == issue.Status)
                .OrderBy(a => a.Id)
                .ToListAsync(ct)
            : [];

    private static async Task<HashSet<string>> ReadCheckedItemsAsync(
        this IKiketDb db,
        Issue issue,
        WorkflowDefinition workflow,
        CancellationToken ct
    ) =>
        workflow.States.Any(s => s.Checklist is not null)
            ?
            [
                .. await db
                    .ChecklistMarks.Where(m => m.IssueId == issue.Id)
                    .Select(m => m.ChecklistId + "/" + m.ItemId)
                    .ToListAsync(ct),
            ]
            : [];

    private static async Task<Dictionary<StateKey, int>> CountLimitedStatesAsync(
        this IKiketDb db,
        Issue issue,
        WorkflowDefinition workflow,
        CancellationToken ct
    )
    {
        var limited = workflow
            .From(issue.Status)
            .Select(t => t.To)
            .Where(to => workflow.FindState(to)!.WipLimit is not null)
            .Distinct()
            .ToList();
        return limited.Count == 0
            ? []
            : await db
                .Issues.Where(i => i.ProjectId == issue.ProjectId && i.Id != issue.Id && limited.Contains(i.Status))
                .GroupBy(i => i.Status)
                .Select(g => new { State = g.Key, Count = g.Count() })
                .ToDictionaryAsync(g => g.State, g => g.Count, ct);
    }
}
