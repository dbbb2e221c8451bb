using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Actions;

/// <summary>Finds reactions to events.</summary>
internal static class ReactionQueries
{
    /// <summary>
    /// The events that may cause reactions: a notification, a hook of the issue's workflow, or an automation. Most events cause
    /// none and need no transaction.
    /// </summary>
    public static async Task<IReadOnlySet<IssueEvent>> FindReactiveAsync(
        this IKiketDb db,
        IReadOnlyList<IssueEvent> happened,
        CancellationToken ct
    )
    {
        var projectIds = happened.Select(e => e.ProjectId).Distinct().ToList();
        var projects = await db
            .Projects.AsNoTracking()
            .Where(p => projectIds.Contains(p.Id))
            .Select(p => new
            {
                p.Id,
                p.Status,
                p.Schema,
            })
            .ToDictionaryAsync(p => p.Id, ct);
        var issueIds = happened.Select(e => e.IssueId).Distinct().ToList();
        var workflowOf = await db
            .Issues.Where(i => issueIds.Contains(i.Id))
            .Select(i => new { i.Id, i.WorkflowId })
            .ToDictionaryAsync(i => i.Id, i => i.WorkflowId, ct);
        var workflowIds = workflowOf.Values.Distinct().ToList();
        var definitions = await db
            .Workflows.AsNoTracking()
            .Where(w => workflowIds.Contains(w.Id))
            .Select(w => new { w.Id, w.Definition })
            .ToDictionaryAsync(w => w.Id, w => w.Definition, ct);
        return happened.Where(IsReactive).ToHashSet();

        bool IsReactive(IssueEvent e)
        {
            if (!projects.TryGetValue(e.ProjectId, out var project))
                return true; // its reactions fail and report why
            if (project.Status is ProjectStatus.Archived || !workflowOf.TryGetValue(e.IssueId, out var workflow))
                return false;
            return e is { Name: EventNames.WorkflowSlaStatus, To: "imminent" or "breached" }
                || project.Schema.Automations.Any(a => a.WaitsFor(e.Name, e.To))
                || HooksOf(e, definitions[workflow]).Any();
        }
    }

    /// <summary>The actions that a workflow defines for an event, in order.</summary>
    public static IEnumerable<(string Source, WorkflowAction Action)> HooksOf(IssueEvent happened, WorkflowDefinition workflow)
    {
        if (happened.Name == EventNames.IssueUpdated)
        {
            var completed = workflow.States.Where(s =>
                s.Checklist is { } list && happened.Changes.Any(c => c.Field == Issue.ChecklistField(list))
            );
            return completed.SelectMany(s =>
                s.Checklist!.OnComplete.Select(a => ($"on_complete.{s.Checklist.Id}", a))
                    .Concat(s.OnComplete.Select(a => ($"on_complete.{s.Key}", a)))
            );
        }

        if (happened is not { Name: EventNames.IssueCreated or EventNames.IssueStatusChanged, To: { } entered })
            return [];
        var left = happened.From is { } from ? workflow.FindState(new(from)) : null;
        var state = workflow.FindState(new(entered));
        return
        [
            .. left?.OnExit.Select(a => ($"on_exit.{left.Key}", a)) ?? [],
            .. state?.OnEnter.Select(a => ($"on_enter.{state.Key}", a)) ?? [],
            // A state with a checklist is complete when the checklist is.
            .. happened.Name == EventNames.IssueStatusChanged && state is { Checklist: null }
                ? state.OnComplete.Select(a => ($"on_complete.{state.Key}", a))
                : [],
        ];
    }
}
