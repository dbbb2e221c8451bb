using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Workflows;

/// <summary>
/// The definitions that issues follow, from memory. A version of a workflow never changes, so cached versions never become
/// outdated.
/// </summary>
internal sealed class KnownWorkflows
{
    private const int Capacity = 1_000;

    private readonly BoundedCache<long, WorkflowDefinition> known = new(Capacity);

    /// <summary>The workflow of a loaded issue, in the version that it follows.</summary>
    public ValueTask<WorkflowDefinition> DefinitionOfAsync(IKiketDb db, Issue issue, CancellationToken ct) =>
        DefinitionOfAsync(db, issue.WorkflowId, ct);

    /// <summary>The definition of one version.</summary>
    public async ValueTask<WorkflowDefinition> DefinitionOfAsync(IKiketDb db, long workflowId, CancellationToken ct)
    {
        if (known.TryGet(workflowId, out var kept))
            return kept;
        var definition = await db.Workflows.Where(w => w.Id == workflowId).Select(w => w.Definition).SingleAsync(ct);
        return Keep(db, workflowId, definition);
    }

    /// <summary>The definitions of some versions, by their ids.</summary>
    public async Task<IReadOnlyDictionary<long, WorkflowDefinition>> DefinitionsOfAsync(
        IKiketDb db,
        IEnumerable<long> workflowIds,
        CancellationToken ct
    )
    {
        Dictionary<long, WorkflowDefinition> definitions = [];
        List<long> unknown = [];
        foreach (var id in workflowIds.Distinct())
        {
            if (known.TryGet(id, out var kept))
                definitions.Add(id, kept);
            else
                unknown.Add(id);
        }

        if (unknown.Count > 0)
        {
            var read = await db
                .Workflows.Where(w => unknown.Contains(w.Id))
                .Select(w => new { w.Id, w.Definition })
                .ToListAsync(ct);
            foreach (var workflow in read)
                definitions.Add(workflow.Id, Keep(db, workflow.Id, workflow.Definition));
        }

        return definitions;
    }

    private WorkflowDefinition Keep(IKiketDb db, long workflowId, WorkflowDefinition definition)
    {
        // A version that is read in a transaction may have been published in it; after a rollback its id could be reused.
        return ((DbContext)db).Database.CurrentTransaction is not null ? definition : known.Keep(workflowId, definition);
    }
}
