using Kiket.Domain.Capacity;
using Kiket.Domain.Common;

namespace Kiket.Infrastructure.Capacity;

/// <summary>
/// A greedy plan: the most overloaded person gives one issue to the person with the most room, repeatedly. The solver starts
/// from it.
/// </summary>
internal sealed class GreedyBalance
{
    private readonly BalanceProblem problem;
    private readonly Dictionary<UserId, decimal> capacities;
    private readonly Dictionary<UserId, decimal> loads;
    private readonly Dictionary<UserId, List<MovableIssue>> issues;
    private readonly List<(TeamLimit Limit, Dictionary<UserId, decimal> Held)> limits;

    public GreedyBalance(BalanceProblem problem)
    {
        this.problem = problem;
        capacities = problem.Members.ToDictionary(m => m.UserId, m => m.Capacity);
        loads = problem.LoadsAfter([]).ToDictionary();
        issues = problem.Members.ToDictionary(m => m.UserId, _ => new List<MovableIssue>());
        limits =
        [
            .. problem.Limits.Select(l =>
                (l, problem.Members.ToDictionary(m => m.UserId, m => l.FixedAmounts.GetValueOrDefault(m.UserId)))
            ),
        ];
        foreach (var issue in problem.Issues)
        {
            issues[issue.AssigneeId].Add(issue);
            foreach (var (limit, held) in limits)
                held[issue.AssigneeId] += limit.Amounts.GetValueOrDefault(issue.IssueId);
        }
    }

    public IReadOnlyList<IssueMove> Run()
    {
        List<IssueMove> moves = [];
        var open = problem.Members.Select(m => m.UserId).Where(u => loads[u] > capacities[u]).ToList();
        while (moves.Count < problem.MaxMoves && open.Count > 0)
        {
            var worst = open.OrderByDescending(u => capacities[u] == 0 ? 0 : loads[u] / capacities[u]).ThenBy(u => u).First();
            if (BestMove(worst) is not { } move)
            {
                open.Remove(worst);
                continue;
            }

            Take(move.Issue, worst, move.To);
            moves.Add(new(move.Issue.IssueId, move.To));
            if (loads[worst] <= capacities[worst])
                open.Remove(worst);
        }

        return moves;
    }

    /// <summary>
    /// The smallest issue that is enough, otherwise the largest; to the member with the lowest utilization afterwards.
    /// </summary>
    private (MovableIssue Issue, UserId To)? BestMove(UserId from)
    {
        var excess = loads[from] - capacities[from];
        foreach (
            var issue in issues[from]
                .OrderBy(i => i.Points >= excess ? 0 : 1)
                .ThenBy(i => i.Points >= excess ? i.Points : -i.Points)
                .ThenBy(i => i.Reluctance)
                .ThenBy(i => i.IssueId)
        )
        {
            var able = issue
                .Candidates.Where(c => Fits(issue, c))
                .OrderBy(c => (loads[c] + issue.Points) / capacities[c])
                .ThenBy(c => c)
                .ToList();
            if (able.Count > 0)
                return (issue, able[0]);
        }

        return null;
    }

    private bool Fits(MovableIssue issue, UserId user) =>
        loads[user] + issue.Points <= capacities[user]
        && limits.TrueForAll(l =>
            l.Limit.Amounts.GetValueOrDefault(issue.IssueId) is var amount
            && (amount == 0 || l.Held[user] + amount <= l.Limit.Limits.GetValueOrDefault(user, decimal.MaxValue))
        );

    private void Take(MovableIssue issue, UserId from, UserId to)
    {
        issues[from].Remove(issue);
        loads[from] -= issue.Points;
        loads[to] += issue.Points;
        foreach (var (limit, held) in limits)
        {
            var amount = limit.Amounts.GetValueOrDefault(issue.IssueId);
            held[from] -= amount;
            held[to] += amount;
        }
    }
}
