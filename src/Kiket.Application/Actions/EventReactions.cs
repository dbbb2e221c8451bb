using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Workflows;
using Kiket.Domain.Actions;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Notifications;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>
/// Runs, in order, the actions that workflows and automations define for an event. Works in the unit of work that moves the
/// cursor past the event.
/// </summary>
internal sealed class EventReactions(
    IKiketDb db,
    IUnitOfWork work,
    ICurrentActor current,
    IPlaceholders placeholders,
    ISecretProtector protector,
    PublicUrl url,
    TimeProvider time
)
{
    /// <summary>How many events in a row may cause each other.</summary>
    public const int MaxDepth = 10;

    private const int MaxDetailLength = 1_000;

    /// <returns>The endpoints for which actions have created deliveries; to be woken after the commit.</returns>
    public async Task<IReadOnlyCollection<long>> RunAsync(IssueEvent happened, CancellationToken ct)
    {
        HashSet<long> webhookIds = [];
        if (await LoadAsync(happened, ct) is not { } loaded)
            return webhookIds;
        if (happened is { Name: EventNames.WorkflowSlaStatus, To: "imminent" or "breached" })
            await NotifyOfSlaAsync(happened, loaded.Issue, loaded.Project, ct);
        var planned = await PlanAsync(happened, loaded.Issue, loaded.Project, ct);
        if (planned.Count > 0 && happened.Depth >= MaxDepth)
        {
            var message = $"Not run: {MaxDepth} events in a row caused each other, so this looks like a loop.";
            foreach (var (source, action) in planned)
                Record(loaded.Issue, source, action, (ActionOutcome.Skipped, message));
            return webhookIds;
        }

        foreach (var (source, action) in planned)
        {
            // Each action sees the effects of the previous one; the changes of a rejected action are undone.
            await work.FlushBatchAsync(ct);
            var ended = await work.RunAsync<(ActionOutcome Outcome, string Detail)>(
                "run_action",
                async () =>
                {
                    if (await LoadAsync(happened, ct) is not { } fresh)
                        return (ActionOutcome.Skipped, "The issue has been deleted.");
                    if (!await HoldAsync(action, happened, fresh.Issue, ct))
                        return (ActionOutcome.Skipped, "Its conditions are not met.");
                    var run = new ActionRun(
                        db,
                        work,
                        placeholders,
                        protector,
                        current.Actor,
                        url,
                        time.GetUtcNow(),
                        fresh.Issue,
                        fresh.Project
                    );
                    var ran = await run.RunAsync(action, ct);
                    if (run.WebhookId is { } webhookId)
                        webhookIds.Add(webhookId);
                    return ran;
                },
                ct
            );
            await work.FlushBatchAsync(ct);
            if (await LoadAsync(happened, ct) is not { } after)
                return webhookIds;
            Record(after.Issue, source, action, ended.Error is { } error ? (ActionOutcome.Failed, Sentence(error)) : ended.Value);
        }

        return webhookIds;
    }

    /// <summary>The issue and its project; null when the issue is deleted or the project is archived.</summary>
    private async Task<(Issue Issue, Project Project)?> LoadAsync(IssueEvent happened, CancellationToken ct)
    {
        var issue = await db.Issues.SingleOrDefaultAsync(i => i.Id == happened.IssueId, ct);
        var project = await db.Projects.SingleAsync(p => p.Id == happened.ProjectId, ct);
        return issue is null || project.Status is ProjectStatus.Archived ? null : (issue, project);
    }

    /// <summary>The actions to run, in order: first those of the workflow, then the automations triggered by the event.</summary>
    private async Task<List<(string Source, WorkflowAction Action)>> PlanAsync(
        IssueEvent happened,
        Issue issue,
        Project project,
        CancellationToken ct
    )
    {
        var automations = project.Schema.Automations.Where(a => a.WaitsFor(happened.Name, happened.To)).ToList();
        var names = (string[])
            [EventNames.IssueCreated, EventNames.IssueStatusChanged, EventNames.IssueUpdated, EventNames.WorkflowSlaStatus];
        if (automations.Count == 0 && !names.Contains(happened.Name))
            return [];
        var workflow = await db
            .Workflows.WithSpecification(new WorkflowOf(issue))
            .Select(w => new { w.Key, w.Definition })
            .SingleAsync(ct);
        List<(string Source, WorkflowAction Action)> planned =
        [
            .. ReactionQueries.HooksOf(happened, workflow.Definition),
            .. await SlaHooksAsync(happened, issue, ct),
        ];
        automations.RemoveAll(a => a.Workflow is not null && a.Workflow != workflow.Key);
        if (automations.Count == 0)
            return planned;

        var context = await ReadContextAsync(happened, issue, workflow.Definition, ct);
        foreach (
            var automation in automations.Where(a => a.Conditions.All(c => WorkflowEngine.IsMet(c, workflow.Definition, context)))
        )
            planned.AddRange(automation.Actions.Select(a => ($"automation.{automation.Key}", a)));
        return planned;
    }

    private async Task<MoveContext> ReadContextAsync(
        IssueEvent happened,
        Issue issue,
        WorkflowDefinition workflow,
        CancellationToken ct
    )
    {
        var context = await db.ReadMoveContextAsync(issue, workflow, time.GetUtcNow(), ct);
        return context with { Issue = Automation.FactsOf(context.Issue, happened.From, happened.To, happened.Changes) };
    }

    private async Task<bool> HoldAsync(WorkflowAction action, IssueEvent happened, Issue issue, CancellationToken ct)
    {
        if (action.Conditions.Count == 0)
            return true;
        var workflow = await db.Workflows.WithSpecification(new WorkflowOf(issue)).Select(w => w.Definition).SingleAsync(ct);
        var context = await ReadContextAsync(happened, issue, workflow, ct);
        return action.Conditions.All(c => WorkflowEngine.IsMet(c, workflow, context));
    }

    /// <summary>Once the issue has left the state, actions about its time there come too late.</summary>
    private async Task<IReadOnlyList<(string Source, WorkflowAction Action)>> SlaHooksAsync(
        IssueEvent happened,
        Issue issue,
        CancellationToken ct
    )
    {
        if (happened is not { Name: EventNames.WorkflowSlaStatus, SlaRule: { } rule, To: "imminent" or "breached" })
            return [];
        var policy = await db
            .SlaTimers.Where(t => t.IssueId == issue.Id && t.RuleKey == rule && t.StoppedAt == null)
            .Select(t => t.Policy)
            .FirstOrDefaultAsync(ct);
        return happened.To == "imminent"
            ? [.. (policy?.OnWarning ?? []).Select(a => ($"on_warning.{issue.Status}", a))]
            : [.. (policy?.OnBreach ?? []).Select(a => ($"on_breach.{issue.Status}", a))];
    }

    /// <summary>Notifies the assignee, the project's leads and the administrators, each once (contract, section 16).</summary>
    private async Task NotifyOfSlaAsync(IssueEvent happened, Issue issue, Project project, CancellationToken ct)
    {
        var users = await db
            .Users.Where(u => !u.Deactivated && u.Email != User.ActionsEmail)
            .Where(u =>
                u.Id == issue.AssigneeId
                || u.Role == OrganizationRole.Admin
                || ProjectRoles.IsLead.Of(db.ProjectMembers, project.Id, project.LeadId, u.Id)
            )
            .OrderBy(u => u.Id)
            .Select(u => u.Id)
            .Inlined()
            .ToListAsync(ct);
        var (level, message) =
            happened.To == "breached"
                ? (NotificationLevel.Error, $"{issue.Key} has exceeded the time limit of {issue.Status}.")
                : (NotificationLevel.Warning, $"{issue.Key} will soon exceed the time limit of {issue.Status}.");
        foreach (var user in users)
            db.Notifications.Add(Notification.About(issue, user, message, level, time.GetUtcNow()));
    }

    private void Record(Issue issue, string source, WorkflowAction action, (ActionOutcome Outcome, string Detail) ended)
    {
        var detail = StorableText.Of(ended.Detail, MaxDetailLength);
        issue.RecordAction(source, action.Kind, ended.Outcome, detail, current.Actor.UserId, time.GetUtcNow());
    }

    private static string Sentence(Error error) =>
        error.Details.Count == 0 ? error.Message : string.Join(" ", error.Details.Select(d => d.Message).Distinct());
}
