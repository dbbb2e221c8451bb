using Google.OrTools.Sat;
using Kiket.Application.Capacity;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;

namespace Kiket.Infrastructure.Capacity;

/// <summary>
/// Solves the problem with the constraint solver of OR-Tools: it minimizes first the highest utilization, then the overload, then
/// the moves, each without making the previous ones worse. One thread, one seed and a limit on steps instead of seconds make it
/// deterministic.
/// </summary>
internal sealed class WorkBalancer : IWorkBalancer, IDisposable
{
    /// <summary>
    /// Beyond this number of pairs of issue and receiver, only those that help directly are considered, and the result is not
    /// called optimal.
    /// </summary>
    private const int MaxPairs = 4_000;

    // The second limit is only for machines that are far too slow for the first one.
    private const string Parameters = "num_workers: 1, random_seed: 7, max_deterministic_time: 0.4, max_time_in_seconds: 10";

    private readonly SemaphoreSlim oneAtATime = new(1);

    public async Task<BalancePlan> SolveAsync(BalanceProblem problem, CancellationToken ct)
    {
        if (problem.MaxMoves == 0 || problem.ScoreOf([]).Overload == 0)
            return BalancePlan.Nothing;

        // The solver's library is large, so it is only loaded when it is needed.
        if (problem.Issues.All(i => i.Candidates.Count == 0))
            return BalancePlan.Nothing;

        // Each solve occupies a processor; planning must not occupy all of them.
        await oneAtATime.WaitAsync(ct);
        try
        {
            return await Task.Run(() => Solve(problem), ct);
        }
        finally
        {
            oneAtATime.Release();
        }
    }

    public void Dispose() => oneAtATime.Dispose();

    private static BalancePlan Solve(BalanceProblem problem)
    {
        var (smaller, isWhole) = Reduce(problem);
        var greedy = new GreedyBalance(smaller).Run();
        var model = new BalanceModel(smaller, greedy);
        var optimal = isWhole;
        foreach (var goal in model.Goals)
            optimal &= model.Improve(goal, Parameters);

        // The solver's plan is checked, and is only used if it is better than the greedy one.
        var found = problem.Validate(model.Moves).Count == 0 ? model.Moves : [];
        var best = new[] { found, isWhole ? greedy : new GreedyBalance(problem).Run(), [] }.MinBy(problem.ScoreOf)!;
        return new([.. best.OrderBy(m => m.IssueId)], optimal && best == found);
    }

    /// <summary>The problem with issues and receivers in a fixed order, limited to as many as the solver can consider.</summary>
    private static (BalanceProblem Problem, bool IsWhole) Reduce(BalanceProblem problem)
    {
        var loads = problem.LoadsAfter([]);
        var room = problem
            .Members.Where(m => loads[m.UserId] <= m.Capacity)
            .ToDictionary(m => m.UserId, m => m.Capacity - loads[m.UserId]);
        var issues = problem
            .Issues.OrderBy(i => i.IssueId)
            .Select(i => i with { Candidates = [.. i.Candidates.Where(c => c != i.AssigneeId && room.ContainsKey(c)).Order()] })
            .ToList();
        var whole = problem with { Members = [.. problem.Members.OrderBy(m => m.UserId)], Issues = issues };
        if (issues.Sum(i => i.Candidates.Count) <= MaxPairs)
            return (whole, true);

        var helpful = issues
            .Where(i => !room.ContainsKey(i.AssigneeId))
            .Select(i => i with { Candidates = [.. i.Candidates.Where(c => room[c] >= i.Points)] })
            .Where(i => i.Candidates.Count > 0)
            .ToList();
        var perIssue = Math.Max(1, MaxPairs / Math.Max(1, helpful.Count));
        var cut = helpful.ToDictionary(
            i => i.IssueId,
            i => i with { Candidates = [.. i.Candidates.OrderByDescending(c => room[c]).ThenBy(c => c).Take(perIssue).Order()] }
        );

        // Issues that cannot help stay where they are, and still count.
        return (
            whole with
            {
                Issues = [.. issues.Select(i => cut.GetValueOrDefault(i.IssueId, i with { Candidates = [] }))],
            },
            false
        );
    }

    /// <summary>The problem in the solver's terms: hundredths of points, and hundredths of a percent.</summary>
    private sealed class BalanceModel
    {
        private const long Whole = 10_000;

        private readonly CpModel model = new();
        private readonly List<(IssueMove Move, BoolVar Is)> choices = [];

        public BalanceModel(BalanceProblem problem, IReadOnlyList<IssueMove> start)
        {
            Moves = start;
            var now = problem.LoadsAfter([]);
            foreach (var issue in problem.Issues)
            {
                List<BoolVar> ways = [];
                foreach (var candidate in issue.Candidates)
                {
                    var way = model.NewBoolVar("");
                    ways.Add(way);
                    choices.Add((new(issue.IssueId, candidate), way));
                }

                if (ways.Count > 1)
                    model.AddAtMostOne(ways);
            }

            model.Add(LinearExpr.Sum(choices.Select(c => c.Is)) <= problem.MaxMoves);
            var issues = problem.Issues.ToDictionary(i => i.IssueId);
            var gains = choices.ToLookup(c => c.Move.ToUserId);
            var losses = choices.ToLookup(c => issues[c.Move.IssueId].AssigneeId);
            LinearExpr Change(UserId user, Func<IssueId, decimal> amount) =>
                LinearExpr.WeightedSum(
                    [.. gains[user].Concat(losses[user]).Select(c => c.Is)],
                    [
                        .. gains[user].Select(c => Hundredths(amount(c.Move.IssueId))),
                        .. losses[user].Select(c => -Hundredths(amount(c.Move.IssueId))),
                    ]
                );

            var worst = model.NewIntVar(
                Whole,
                Math.Max(Whole, (long)Math.Ceiling(problem.ScoreOf([]).MaxUtilization * Whole)),
                ""
            );
            List<LinearExpr> overloads = [];
            foreach (var member in problem.Members)
            {
                var (load, capacity) = (Hundredths(now[member.UserId]), Hundredths(member.Capacity));
                var change = Change(member.UserId, id => issues[id].Points);
                model.Add(change <= Math.Max(0, capacity - load));
                if (load <= capacity)
                    continue;
                if (capacity > 0)
                    model.Add((change * Whole) + (load * Whole) <= worst * capacity);
                var overload = model.NewIntVar(0, load - capacity, "");
                model.Add(change + (load - capacity) <= overload);
                overloads.Add(overload);
            }

            foreach (var limit in problem.Limits)
                Add(problem, limit, Change, gains);

            var costs = choices.Select(c => issues[c.Move.IssueId]).ToList();
            var unwelcome = (problem.MaxMoves * 201L) + 1; // more than the reluctance of all moves together
            Goals =
            [
                worst,
                LinearExpr.Sum(overloads),
                LinearExpr.WeightedSum(
                    choices.Select(c => c.Is),
                    costs.Select(i => (Hundredths(i.Points) * unwelcome) + 101 + i.Reluctance)
                ),
            ];
        }

        public IReadOnlyList<LinearExpr> Goals { get; }

        /// <summary>The best plan so far.</summary>
        public IReadOnlyList<IssueMove> Moves { get; private set; }

        /// <summary>Looks for a plan that is better in one objective and not worse in the previous ones.</summary>
        /// <returns>Whether the result is proved to be optimal.</returns>
        public bool Improve(LinearExpr goal, string parameters)
        {
            model.Model.SolutionHint = null;
            var start = Moves.ToHashSet();
            foreach (var (move, way) in choices)
                model.AddHint(way, start.Contains(move));
            model.Minimize(goal);

            var solver = new CpSolver { StringParameters = parameters };
            var status = solver.Solve(model);
            if (status is not (CpSolverStatus.Optimal or CpSolverStatus.Feasible))
                return false;
            Moves = [.. choices.Where(c => solver.BooleanValue(c.Is)).Select(c => c.Move)];
            model.Add(goal <= (long)Math.Round(solver.ObjectiveValue));
            return status is CpSolverStatus.Optimal;
        }

        private void Add(
            BalanceProblem problem,
            TeamLimit limit,
            Func<UserId, Func<IssueId, decimal>, LinearExpr> change,
            ILookup<UserId, (IssueMove Move, BoolVar Is)> gains
        )
        {
            var held = problem.Members.ToDictionary(m => m.UserId, m => limit.FixedAmounts.GetValueOrDefault(m.UserId));
            foreach (var issue in problem.Issues)
                held[issue.AssigneeId] += limit.Amounts.GetValueOrDefault(issue.IssueId);
            foreach (var (user, most) in limit.Limits)
            {
                var possible = gains[user].Sum(c => limit.Amounts.GetValueOrDefault(c.Move.IssueId));
                if (possible > 0 && held[user] + possible > most)
                    model.Add(
                        change(user, id => limit.Amounts.GetValueOrDefault(id)) <= Hundredths(Math.Max(0, most - held[user]))
                    );
            }
        }

        private static long Hundredths(decimal points) => (long)Math.Round(points * 100);
    }
}
