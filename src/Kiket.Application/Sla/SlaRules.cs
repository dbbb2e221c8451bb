using System.Collections.Concurrent;
using Kiket.Application.Ports;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Sla;

/// <summary>The SLA rules of a version of a workflow.</summary>
/// <param name="Key">Key of the workflow.</param>
/// <param name="States">The rules by state; only of states that have any.</param>
internal sealed record WorkflowLimits(string Key, IReadOnlyDictionary<string, IReadOnlyList<SlaRule>> States);

/// <summary>
/// The limits of workflows by state. A version of a workflow never changes, so they are cached.
/// </summary>
internal sealed class SlaRules
{
    private const int MaxWorkflows = 10_000;

    private readonly ConcurrentDictionary<long, WorkflowLimits> known = new();

    /// <summary>The limits of some workflows.</summary>
    internal async Task<IReadOnlyDictionary<long, WorkflowLimits>> ReadAsync(
        IKiketDb db,
        IReadOnlyCollection<long> workflows,
        CancellationToken ct
    )
    {
        Dictionary<long, WorkflowLimits> limits = [];
        List<long> unread = [];
        foreach (var id in workflows.Distinct())
        {
            if (known.TryGetValue(id, out var kept))
                limits[id] = kept;
            else
                unread.Add(id);
        }

        if (unread.Count == 0)
            return limits;

        // A version published in this transaction can be rolled back, and its id reused for another version.
        foreach (var workflow in db.Workflows.Local.Where(w => unread.Contains(w.Id)))
            limits[workflow.Id] = LimitsOf(workflow);
        unread.RemoveAll(limits.ContainsKey);
        if (unread.Count == 0)
            return limits;
        if (known.Count > MaxWorkflows)
            known.Clear();
        foreach (var workflow in await db.Workflows.AsNoTracking().Where(w => unread.Contains(w.Id)).ToListAsync(ct))
            limits[workflow.Id] = known[workflow.Id] = LimitsOf(workflow);
        return limits;
    }

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
}
