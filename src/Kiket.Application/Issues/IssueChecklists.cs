using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>The effects of an issue's changes on its checklists.</summary>
internal static class IssueChecklists
{
    /// <summary>
    /// Records that a change of an issue has completed the checklist of its state, if actions are defined for that. The caller
    /// saves.
    /// </summary>
    /// <param name="loaded">Data loaded with the issue, or null.</param>
    public static async Task NoteChecklistAsync(
        this IKiketDb db,
        Issue issue,
        Actor actor,
        DateTimeOffset now,
        CancellationToken ct,
        LoadedIssue? loaded = null
    )
    {
        var workflow =
            loaded?.Workflow.Id == issue.WorkflowId
                ? loaded.Workflow.Definition
                : await db.Workflows.WithSpecification(new WorkflowOf(issue)).Select(w => w.Definition).SingleAsync(ct);
        if (issue.AwaitsChecklist(workflow))
            issue.NoteChecklist(workflow, await db.ReadMoveContextAsync(issue, workflow, now, ct), actor.UserId, now);
    }
}
