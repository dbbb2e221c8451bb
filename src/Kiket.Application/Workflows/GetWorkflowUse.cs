using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Workflows;

/// <summary>Where the issues of one version of a workflow are, and which ways they took.</summary>
/// <param name="Version">The version, or null for the latest.</param>
internal sealed record GetWorkflowUseQuery(WorkflowRef Workflow, int? Version) : IQuery<Result<WorkflowUseDto>>
{
    /// <summary>The ways of how many issues are counted, the newest.</summary>
    public const int MaxIssues = 500;
}

/// <param name="Issues">How many issues are in each state, deleted ones aside.</param>
/// <param name="Moves">How often the newest issues have moved from one state to another.</param>
/// <param name="Counted">How many issues these are.</param>
internal sealed record WorkflowUseDto(
    IReadOnlyDictionary<StateKey, int> Issues,
    IReadOnlyDictionary<(StateKey From, StateKey To), int> Moves,
    int Counted
);

internal sealed class GetWorkflowUseHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetWorkflowUseQuery, Result<WorkflowUseDto>>
{
    public async Task<Result<WorkflowUseDto>> Handle(GetWorkflowUseQuery query, CancellationToken ct)
    {
        var found = await db.FindWorkflowAsync(query.Workflow, query.Version, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;

        var (projectId, workflowId) = (found.Value.Project.Id, found.Value.Workflow.Id);
        var issues = await db
            .IssueCounts.Where(c => c.ProjectId == projectId && c.WorkflowId == workflowId)
            .GroupBy(c => c.Status)
            .Select(g => new { State = g.Key, Count = g.Sum(c => c.Change) })
            .ToDictionaryAsync(g => g.State, g => g.Count, ct);
        var newest = await db
            .Issues.Where(i => i.ProjectId == projectId && i.WorkflowId == workflowId)
            .OrderByDescending(i => i.Id)
            .Take(GetWorkflowUseQuery.MaxIssues)
            .Select(i => i.Id)
            .ToListAsync(ct);
        var changes = await db
            .IssueChanges.Where(c => newest.Contains(c.IssueId) && c.Action == IssueAction.Transitioned)
            .Select(c => c.Changes)
            .ToListAsync(ct);
        var moves = changes
            .SelectMany(c => c)
            .Where(c => c is { Field: "status", From: not null, To: not null })
            .GroupBy(c => (new StateKey($"{c.From}"), new StateKey($"{c.To}")))
            .ToDictionary(g => g.Key, g => g.Count());
        return new WorkflowUseDto(issues, moves, newest.Count);
    }
}
