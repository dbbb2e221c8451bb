using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Sla;

/// <summary>
/// Updates timers when issues or their limits change. Works in the transaction of the change, which saves the timers.
/// </summary>
internal sealed class SlaTimers(IKiketDb db, SlaRules rules, Publications publications) : IIssueFollower
{
    private const int BatchSize = 200;

    private BusinessCalendar? calendar;

    /// <summary>
    /// Starts, pauses, resumes and stops the timers of changed issues of one organization, each at the instant of its change.
    /// </summary>
    /// <param name="actorId">Who changed them, or 0 for those who reported them.</param>
    public async Task FollowAsync(IReadOnlyList<ChangedIssue> issues, UserId actorId, CancellationToken ct)
    {
        var known = await rules.ReadAsync(db, [.. issues.Select(i => i.Issue.WorkflowId)], !publications.Any, ct);
        var definitions = await rules.ReadDefinitionsAsync(db, [.. issues.Select(i => i.Issue.ProjectId).Distinct()], ct);

        // Another version, or the workflow of another type, may have no limits for states where the previous one had some.
        var concerned = issues
            .Where(i =>
                known[i.Issue.WorkflowId].States.Count > 0 || definitions.ContainsKey(i.Issue.ProjectId) || i.HasOtherWorkflow
            )
            .ToList();
        if (concerned.Count == 0)
            return;
        var open = await OpenTimersAsync([.. concerned.Where(i => !i.IsNew).Select(i => i.Issue.Id)], ct);
        foreach (var issue in concerned.Select(i => i.Issue))
        {
            var rule = await RuleOfAsync(issue, known[issue.WorkflowId], definitions.GetValueOrDefault(issue.ProjectId, []), ct);

            // A compared instant must be the same when it is read back.
            await FollowAsync(
                issue,
                rule,
                open.GetValueOrDefault(issue.Id),
                actorId == default ? issue.ReporterId : actorId,
                StoredInstant.Of(issue.UpdatedAt),
                ct
            );
        }
    }

    /// <summary>
    /// Applies a project's changed and saved definitions to its open issues. All of them are locked first: earlier moves are seen
    /// here, and later moves see the definitions.
    /// </summary>
    /// <param name="states">The states that the definitions name, or named before the change.</param>
    public async Task FollowDefinitionsAsync(
        Project project,
        IReadOnlyCollection<StateKey> states,
        UserId actorId,
        DateTimeOffset at,
        CancellationToken ct
    )
    {
        at = StoredInstant.Of(at);
        var issues = db.Issues.Where(i => i.ProjectId == project.Id && i.CompletedAt == null);

        // All of them, because an issue in the middle of a move still seems to be in its old state.
        if (states.Count == 0)
            return;
        await issues.UpdateInBatchesAsync<Issue, IssueId>(set => set.SetProperty(i => i.Version, i => i.Version), ct);
        var keys = states.Select(s => SearchText.SortKey(s.Value)).ToList();
        var inStates = issues.AsNoTracking().Where(i => keys.Contains(i.StatusSortKey)).OrderBy(i => i.Id);
        IssueId last = default;
        while (await inStates.Where(i => i.Id.CompareTo(last) > 0).Take(BatchSize).ToListAsync(ct) is { Count: > 0 } batch)
        {
            last = batch[^1].Id;
            var known = await rules.ReadAsync(db, [.. batch.Select(i => i.WorkflowId)], !publications.Any, ct);
            var open = await OpenTimersAsync([.. batch.Select(i => i.Id)], ct);
            foreach (var issue in batch)
            {
                var rule = await RuleOfAsync(issue, known[issue.WorkflowId], project.SlaDefinitions, ct);
                await FollowAsync(issue, rule, open.GetValueOrDefault(issue.Id), actorId, at, ct);
            }
        }
    }

    /// <summary>
    /// The open timers of issues, locked until the transaction ends, so that no worker reports on timers that are being changed.
    /// </summary>
    private async Task<Dictionary<IssueId, SlaTimer>> OpenTimersAsync(List<IssueId> issues, CancellationToken ct)
    {
        var timers = db.SlaTimers.Where(t => issues.Contains(t.IssueId) && t.StoppedAt == null);
        if (issues.Count == 0 || await timers.ExecuteUpdateAsync(set => set.SetProperty(t => t.Version, t => t.Version), ct) == 0)
            return [];
        return await timers.Include(t => t.Events).ToDictionaryAsync(t => t.IssueId, ct);
    }

    private async Task FollowAsync(
        Issue issue,
        SlaRule? rule,
        SlaTimer? open,
        UserId actorId,
        DateTimeOffset at,
        CancellationToken ct
    )
    {
        if (open is not null)
            open.Advance(issue, await CalendarAsync(open.BusinessHours, ct), actorId, at);
        if (rule is { Policy.PauseOnState: true })
        {
            open?.Pause(await CalendarAsync(open.BusinessHours, ct), at);
            return;
        }

        if (open is not null && rule is not null && open.Adopt(rule))
        {
            open.Resume(await CalendarAsync(open.BusinessHours, ct), at);
            return;
        }

        // Another rule of the same state continues the count; the first rule counts from when the issue entered the state.
        var entered = StoredInstant.Of(issue.EnteredStatusAt);
        var counted = open is not null && open.State == issue.Status ? open.Clock : SlaClock.StartAt(entered < at ? entered : at);
        open?.Stop(issue, await CalendarAsync(open.BusinessHours, ct), actorId, at);
        if (rule is null)
            return;
        var hours = await CalendarAsync(rule.Policy.BusinessHours, ct);
        db.SlaTimers.Add(SlaTimer.Start(issue, rule, counted, hours, at).Value);
    }

    /// <summary>
    /// The rule of the state in the issue's version of the workflow; otherwise that of a definition beside the workflows.
    /// </summary>
    private async Task<SlaRule?> RuleOfAsync(
        Issue issue,
        WorkflowLimits limits,
        IReadOnlyList<SlaDefinition> definitions,
        CancellationToken ct
    )
    {
        if (issue.DeletedAt is not null || issue.CompletedAt is not null)
            return null;
        return (
                limits.States.TryGetValue(issue.Status, out var candidates) ? await RuleOfStateAsync(issue, candidates, ct) : null
            ) ?? SlaRule.Of(definitions, issue, limits.Key);
    }

    private async Task<SlaRule?> RuleOfStateAsync(Issue issue, IReadOnlyList<SlaRule> candidates, CancellationToken ct)
    {
        if (candidates[0].Policy.Condition is null)
            return candidates[0];
        var workflow = await db.Workflows.WithSpecification(new WorkflowOf(issue)).Select(w => w.Definition).SingleAsync(ct);
        var context = await db.ReadMoveContextAsync(issue, workflow, issue.UpdatedAt, ct);
        return candidates.FirstOrDefault(r =>
                r.Policy.Condition is { } condition && WorkflowEngine.IsMet(condition, workflow, context)
            ) ?? candidates.FirstOrDefault(r => r.Policy.Condition is null);
    }

    private async Task<BusinessCalendar> CalendarAsync(bool businessHours, CancellationToken ct) =>
        businessHours ? calendar ??= await db.ReadCalendarAsync(ct) : BusinessCalendar.AroundTheClock;
}
