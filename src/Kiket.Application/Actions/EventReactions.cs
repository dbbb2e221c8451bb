using Kiket.Application.Abstractions;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>Runs what workflows and automations ask for after an event, in order. To be called in the transaction that marks the event.</summary>
public sealed class EventReactions(IKiketDb db, ICurrentActor current, IPlaceholders placeholders, PublicUrl url, TimeProvider time)
{
    /// <summary>How many events in a row may cause each other.</summary>
    public const int MaxDepth = 10;

    private const int MaxDetailLength = 1_000;

    public async Task RunAsync(IssueEvent happened, CancellationToken ct)
    {
        if (await LoadAsync(happened, ct) is not { } loaded)
            return;
        var planned = await PlanAsync(happened, loaded.Issue, ct);
        if (planned.Count > 0 && happened.Depth >= MaxDepth)
        {
            var message = $"Not run: {MaxDepth} events in a row have caused each other, so this looks like a loop.";
            foreach (var (source, action) in planned)
                Record(loaded.Issue, source, action, (ActionOutcome.Skipped, message));
            await db.SaveChangesAsync(ct);
            return;
        }

        foreach (var (source, action) in planned)
        {
            // Each action sees what the one before it has done, and one that is refused takes back all that it began.
            var ended = await db.InTransactionAsync<(ActionOutcome Outcome, string Detail)>(
                async () =>
                {
                    db.Forget();
                    return await LoadAsync(happened, ct) is { } fresh
                        ? await new ActionRun(db, placeholders, current.Actor, url, time.GetUtcNow(), fresh.Issue, fresh.Project).RunAsync(action, ct)
                        : (ActionOutcome.Skipped, "The issue is gone.");
                },
                ct);
            db.Forget();
            if (await LoadAsync(happened, ct) is not { } after)
                return;
            Record(after.Issue, source, action, ended.Error is { } refusal ? (ActionOutcome.Failed, Sentence(refusal)) : ended.Value);
            await db.SaveChangesAsync(ct);
        }
    }

    /// <summary>The issue and its project; nothing when the issue is deleted or the project takes no changes any more.</summary>
    private async Task<(Issue Issue, Project Project)?> LoadAsync(IssueEvent happened, CancellationToken ct)
    {
        var issue = await db.Issues.SingleOrDefaultAsync(i => i.Id == happened.IssueId, ct);
        var project = await db.Projects.SingleAsync(p => p.Id == happened.ProjectId, ct);
        return issue is null || project.Status is ProjectStatus.Archived ? null : (issue, project);
    }

    private async Task<List<(string Source, WorkflowAction Action)>> PlanAsync(IssueEvent happened, Issue issue, CancellationToken ct)
    {
        List<(string Source, WorkflowAction Action)> planned = [];
        if (happened is not { Name: EventNames.IssueCreated or EventNames.IssueStatusChanged, To: { } entered })
            return planned;
        var workflow = await db.Workflows.AsNoTracking().Where(w => w.Id == issue.WorkflowId).Select(w => w.Definition).SingleAsync(ct);
        if (workflow.FindState(happened.From) is { } left)
            planned.AddRange(left.OnExit.Select(a => ($"on_exit.{left.Key}", a)));
        if (workflow.FindState(entered) is not { } state)
            return planned;
        planned.AddRange(state.OnEnter.Select(a => ($"on_enter.{state.Key}", a)));
        if (happened.Name == EventNames.IssueStatusChanged && state.OnComplete.Count > 0 && await IsCompleteAsync(state, workflow, issue, ct))
            planned.AddRange(state.OnComplete.Select(a => ($"on_complete.{state.Key}", a)));
        return planned;
    }

    private async Task<bool> IsCompleteAsync(State state, WorkflowDefinition workflow, Issue issue, CancellationToken ct) =>
        state.Checklist is not { } checklist
        || WorkflowEngine.IsComplete(checklist, workflow, await db.ReadMoveContextAsync(issue, workflow, time.GetUtcNow(), ct));

    private void Record(Issue issue, string source, WorkflowAction action, (ActionOutcome Outcome, string Detail) ended)
    {
        var detail = ended.Detail.Length <= MaxDetailLength ? ended.Detail : ended.Detail[..MaxDetailLength];
        issue.RecordAction(source, action.Kind, ended.Outcome, detail, current.Actor.UserId, time.GetUtcNow());
    }

    private static string Sentence(Error refusal) =>
        refusal.Details.Count == 0 ? refusal.Message : string.Join(" ", refusal.Details.Select(d => d.Message).Distinct());
}
