using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Sla;

/// <summary>The SLA rules of a version of a workflow.</summary>
/// <param name="Key">Key of the workflow.</param>
/// <param name="States">The rules by state; only for states that have any.</param>
internal sealed record WorkflowLimits(string Key, IReadOnlyDictionary<StateKey, IReadOnlyList<SlaRule>> States);

/// <summary>
/// The limits of workflows by state. A version of a workflow never changes, so they are cached.
/// </summary>
internal sealed class SlaRules
{
    private const int MaxWorkflows = 10_000;

    private readonly BoundedCache<long, WorkflowLimits> known = new(MaxWorkflows);

    private readonly Func<DbContext, List<ProjectId>, IAsyncEnumerable<ProjectLimits>> definitions = EF.CompileAsyncQuery(
        (DbContext db, List<ProjectId> projects) =>
            db.Set<Project>().Where(p => projects.Contains(p.Id)).Select(p => new ProjectLimits(p.Id, p.SlaDefinitions))
    );

    /// <summary>The limits of some workflows.</summary>
    /// <param name="areKept">Whether the versions are certain to be kept: none was published in this transaction.</param>
    internal async Task<IReadOnlyDictionary<long, WorkflowLimits>> ReadAsync(
        IKiketDb db,
        IReadOnlyCollection<long> workflows,
        bool areKept,
        CancellationToken ct
    )
    {
        Dictionary<long, WorkflowLimits> limits = [];
        List<long> unread = [];
        foreach (var id in workflows.Distinct())
        {
            if (known.TryGet(id, out var kept))
                limits[id] = kept;
            else
                unread.Add(id);
        }

        if (!areKept)
        {
            foreach (var workflow in db.Workflows.Local.Where(w => unread.Contains(w.Id)))
                limits[workflow.Id] = LimitsOf(workflow);
            unread.RemoveAll(limits.ContainsKey);
        }

        if (unread.Count == 0)
            return limits;
        foreach (var workflow in await db.Workflows.AsNoTracking().Where(w => unread.Contains(w.Id)).ToListAsync(ct))
        {
            var read = LimitsOf(workflow);
            limits[workflow.Id] = areKept ? known.Keep(workflow.Id, read) : read;
        }

        return limits;
    }

    /// <summary>The limits defined beside the workflows, by project; only for projects that have any.</summary>
    internal async Task<Dictionary<ProjectId, IReadOnlyList<SlaDefinition>>> ReadDefinitionsAsync(
        IKiketDb db,
        List<ProjectId> projects,
        CancellationToken ct
    ) =>
        await definitions((DbContext)db, projects)
            .Where(p => p.Definitions.Count > 0)
            .ToDictionaryAsync(p => p.Id, p => p.Definitions, cancellationToken: ct);

    private static WorkflowLimits LimitsOf(Workflow workflow) =>
        new(
            workflow.Key,
            workflow
                .Definition.States.Where(s => s.Sla.Count > 0 && !s.IsFinal)
                .ToDictionary(
                    s => s.Key,
                    IReadOnlyList<SlaRule> (s) =>
                        [
                            .. s.Sla.Select(
                                (policy, n) =>
                                    new SlaRule(
                                        s.Sla.Count == 1 ? $"{workflow.Key}.{s.Key}" : $"{workflow.Key}.{s.Key}.{n + 1}",
                                        s.Key,
                                        policy
                                    )
                            ),
                        ]
                )
        );

    private sealed record ProjectLimits(ProjectId Id, IReadOnlyList<SlaDefinition> Definitions);
}
