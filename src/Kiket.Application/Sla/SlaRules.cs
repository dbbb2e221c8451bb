using System.Collections.Concurrent;
using Kiket.Application.Abstractions;
using Kiket.Domain.Sla;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Sla;

/// <summary>The limits of workflows by their states. A version of a workflow never changes, so what was read once is kept.</summary>
public sealed class SlaRules
{
    private const int MaxWorkflows = 10_000;

    private static readonly Dictionary<string, IReadOnlyList<SlaRule>> None = [];

    private readonly ConcurrentDictionary<long, IReadOnlyDictionary<string, IReadOnlyList<SlaRule>>> known = new();

    /// <summary>The rules of some workflows by workflow and state; only those that have any.</summary>
    internal async Task<IReadOnlyDictionary<long, IReadOnlyDictionary<string, IReadOnlyList<SlaRule>>>> ReadAsync(
        IKiketDb db, IReadOnlyCollection<long> workflows, CancellationToken ct)
    {
        var unread = workflows.Where(id => !known.ContainsKey(id)).ToList();
        if (unread.Count > 0)
        {
            if (known.Count > MaxWorkflows)
                known.Clear();
            foreach (var workflow in await db.Workflows.AsNoTracking().Where(w => unread.Contains(w.Id)).ToListAsync(ct))
            {
                var states = workflow.Definition.States.Where(s => s.Sla.Count > 0 && !s.IsFinal).ToDictionary(
                    s => s.Key,
                    IReadOnlyList<SlaRule> (s) => [.. s.Sla.Select((policy, n) =>
                        new SlaRule(s.Sla.Count == 1 ? $"{workflow.Key}.{s.Key}" : $"{workflow.Key}.{s.Key}.{n + 1}", s.Key, policy))]);
                known[workflow.Id] = states.Count == 0 ? None : states;
            }
        }

        return workflows.Distinct().ToDictionary(id => id, id => known.GetValueOrDefault(id, None));
    }
}
