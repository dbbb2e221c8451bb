using CsCheck;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Capacity;

namespace Kiket.Application.Tests.Capacity;

/// <summary>Properties of every plan, tested on random teams, and the quality of plans compared with all possible ones.</summary>
public sealed class WorkBalancerTests : IDisposable
{
    private readonly WorkBalancer balancer = new();

    /// <summary>Teams small enough to enumerate all plans.</summary>
    private static readonly Gen<BalanceProblem> ASmallTeam = ATeam(Gen.Int[2, 4], Gen.Int[1, 7], Gen.Int[0, 7]);

    private static readonly Gen<BalanceProblem> ATeamOfAnySize = ATeam(Gen.Int[1, 10], Gen.Int[0, 60], Gen.Int[0, 25]);

    [Fact]
    public void A_plan_is_the_best_of_all_on_two_hundred_random_teams()
    {
        var (teams, helped) = (0, 0);
        ASmallTeam.Sample(
            problem =>
            {
                var plan = Solve(problem);
                var best = Exhaustive.Best(problem);

                Assert.True(plan.Optimal);
                Assert.Equal(best, Exhaustive.Rate(problem, plan.Moves));
                Assert.True(problem.ScoreOf(plan.Moves).MaxUtilization <= 1.02m * best.Worst / 10_000);
                Interlocked.Increment(ref teams);
                if (plan.Moves.Count > 0)
                    Interlocked.Increment(ref helped);
            },
            iter: 200,
            threads: 1
        );

        Assert.Equal(200, teams);
        Assert.True(helped > 50, $"Only {helped} teams could be helped, so this says little.");
    }

    [Fact]
    public void The_solver_is_not_asked_when_nobody_can_have_anything() =>
        ATeamOfAnySize.Sample(
            problem =>
            {
                var stuck = problem with { Issues = [.. problem.Issues.Select(i => i with { Candidates = [] })] };

                Assert.Same(BalancePlan.Nothing, Solve(stuck));
            },
            iter: 20,
            threads: 1
        );

    [Fact]
    public void A_plan_is_allowed_and_never_raises_the_highest_utilization() =>
        ATeamOfAnySize.Sample(
            problem =>
            {
                var plan = Solve(problem);
                var (before, after) = (problem.ScoreOf([]), problem.ScoreOf(plan.Moves));

                Assert.Empty(problem.Validate(plan.Moves));
                Assert.True(after <= before);
                Assert.True(after.Overload < before.Overload || plan.Moves.Count == 0, "Something moves and nobody is relieved.");
                if (before.Overload == 0)
                    Assert.Equal(([], true), (plan.Moves, plan.Optimal));
            },
            iter: 100,
            threads: 1
        );

    [Fact]
    public void The_same_team_gets_the_same_plan_whatever_the_order_of_input() =>
        ATeamOfAnySize.Sample(
            problem =>
            {
                var shuffled = problem with
                {
                    Members = [.. problem.Members.Reverse()],
                    Issues = [.. problem.Issues.Reverse().Select(i => i with { Candidates = [.. i.Candidates.Reverse()] })],
                };

                Assert.Equal(Solve(problem).Moves, Solve(shuffled).Moves);
            },
            iter: 20,
            threads: 1
        );

    [Fact]
    public void A_large_team_is_helped_though_not_all_of_its_plans_can_be_looked_at()
    {
        var team = LargeTeam();

        var plan = Solve(team);

        Assert.Empty(team.Validate(plan.Moves));
        Assert.InRange(plan.Moves.Count, 1, team.MaxMoves);
        Assert.True(team.ScoreOf(plan.Moves).MaxUtilization < team.ScoreOf([]).MaxUtilization);
        Assert.False(plan.Optimal);
    }

    public void Dispose() => balancer.Dispose();

    /// <summary>Fifty people with two thousand issues; half of the people are overloaded.</summary>
    private static BalanceProblem LargeTeam()
    {
        var random = new Random(1);
        var members = Enumerable.Range(1, 50).Select(i => new TeamMember(new(i), i % 2 == 0 ? 150 : 80, 0)).ToList();
        var issues = Enumerable
            .Range(1, 2_000)
            .Select(i => new MovableIssue(
                new(i),
                new((i % 50) + 1),
                new[] { 1, 2, 3, 5 }[random.Next(4)],
                [.. Enumerable.Range(1, 50).Where(_ => random.Next(3) == 0).Select(m => new UserId(m))]
            )
            {
                Reluctance = random.Next(100),
            })
            .ToList();
        return new(members, issues, [DueLimit(random, members, issues, 3), DueLimit(random, members, issues, 10)], 50);
    }

    private static TeamLimit DueLimit(Random random, List<TeamMember> members, List<MovableIssue> issues, int days) =>
        new(
            $"due in {days} days",
            issues.Where(_ => random.Next(5) == 0).ToDictionary(i => i.IssueId, i => i.Points),
            members.ToDictionary(m => m.UserId, m => m.Capacity * days / 5),
            new Dictionary<UserId, decimal>()
        );

    private BalancePlan Solve(BalanceProblem problem) =>
        balancer.SolveAsync(problem, CancellationToken.None).GetAwaiter().GetResult();

    private static Gen<BalanceProblem> ATeam(Gen<int> sizes, Gen<int> counts, Gen<int> moves) =>
        from size in sizes
        from count in counts
        from capacities in Gen.Int[0, 2_000].Array[size]
        from isFixed in Gen.Int[0, 900].Array[size]
        from issues in Gen.Select(Gen.Int[1, size], Gen.Int[1, 800], Gen.Bool.Array[size], Gen.Int[0, 100]).Array[count]
        from limits in ALimit(size, count).List[0, 2]
        from most in moves
        select new BalanceProblem(
            [.. capacities.Select((c, i) => new TeamMember(new(i + 1), c < 200 ? 0 : c / 100m, isFixed[i] / 100m))],
            [
                .. issues.Select(
                    (issue, i) =>
                        new MovableIssue(
                            new(i + 1),
                            new(issue.Item1),
                            issue.Item2 / 100m,
                            [
                                .. Enumerable
                                    .Range(1, size)
                                    .Where(m => issue.Item3[m - 1] && m != issue.Item1)
                                    .Select(m => new UserId(m)),
                            ]
                        )
                        {
                            Reluctance = issue.Item4,
                        }
                ),
            ],
            limits,
            most
        );

    private static Gen<TeamLimit> ALimit(int size, int count) =>
        from amounts in Gen.Int[-300, 800].Array[count]
        from most in Gen.Int[0, 1_500].Array[size]
        from held in Gen.Int[0, 500].Array[size]
        select new TeamLimit(
            "random",
            amounts.Index().Where(a => a.Item > 0).ToDictionary(a => new IssueId(a.Index + 1), a => a.Item / 100m),
            most.Index().Skip(1).ToDictionary(m => new UserId(m.Index + 1), m => m.Item / 100m), // the first has none
            held.Index().ToDictionary(h => new UserId(h.Index + 1), h => h.Item / 100m)
        );

    /// <summary>Enumerates every plan, in whole numbers and without the tested code.</summary>
    private static class Exhaustive
    {
        public readonly record struct Rating(long Worst, long Overload, long Moved, int Reluctance) : IComparable<Rating>
        {
            public int CompareTo(Rating other) =>
                (Worst, Overload, Moved, Reluctance).CompareTo((other.Worst, other.Overload, other.Moved, other.Reluctance));
        }

        public static Rating Best(BalanceProblem problem)
        {
            var holders = problem.Issues.Select(i => i.AssigneeId).ToArray();
            var best = Rate(problem, holders)!.Value;
            Look(problem, holders, 0, 0, ref best);
            return best;
        }

        public static Rating Rate(BalanceProblem problem, IReadOnlyList<IssueMove> moves) =>
            Rate(
                problem,
                [.. problem.Issues.Select(i => moves.FirstOrDefault(m => m.IssueId == i.IssueId)?.ToUserId ?? i.AssigneeId)]
            )!.Value;

        private static void Look(BalanceProblem problem, UserId[] holders, int index, int moved, ref Rating best)
        {
            if (index == holders.Length)
            {
                if (Rate(problem, holders) is { } rating && rating.CompareTo(best) < 0)
                    best = rating;
                return;
            }

            Look(problem, holders, index + 1, moved, ref best);
            if (moved == problem.MaxMoves)
                return;
            var stays = holders[index];
            foreach (var candidate in problem.Issues[index].Candidates)
            {
                holders[index] = candidate;
                Look(problem, holders, index + 1, moved + 1, ref best);
            }

            holders[index] = stays;
        }

        private static Rating? Rate(BalanceProblem problem, UserId[] holders)
        {
            var rating = new Rating(10_000, 0, 0, 0);
            foreach (var member in problem.Members)
            {
                var (load, before) = (Cents(member.FixedPoints), Cents(member.FixedPoints));
                for (var i = 0; i < holders.Length; i++)
                {
                    load += holders[i] == member.UserId ? Cents(problem.Issues[i].Points) : 0;
                    before += problem.Issues[i].AssigneeId == member.UserId ? Cents(problem.Issues[i].Points) : 0;
                }

                var capacity = Cents(member.Capacity);
                var gets = holders
                    .Index()
                    .Any(h => h.Item == member.UserId && problem.Issues[h.Index].AssigneeId != member.UserId);
                if (
                    (gets && Math.Max(load, before) > capacity)
                    || problem.Limits.Any(limit => Breaks(problem, limit, member.UserId, holders))
                )
                    return null;
                rating = rating with
                {
                    Overload = rating.Overload + Math.Max(0, load - capacity),
                    Worst = capacity == 0 ? rating.Worst : Math.Max(rating.Worst, ((load * 10_000) + capacity - 1) / capacity),
                };
            }

            for (var i = 0; i < holders.Length; i++)
            {
                if (holders[i] != problem.Issues[i].AssigneeId)
                    rating = rating with
                    {
                        Moved = rating.Moved + Cents(problem.Issues[i].Points),
                        Reluctance = rating.Reluctance + 101 + problem.Issues[i].Reluctance,
                    };
            }

            return rating;
        }

        private static bool Breaks(BalanceProblem problem, TeamLimit limit, UserId user, UserId[] holders)
        {
            var (held, before) = (limit.FixedAmounts.GetValueOrDefault(user), limit.FixedAmounts.GetValueOrDefault(user));
            for (var i = 0; i < holders.Length; i++)
            {
                var amount = limit.Amounts.GetValueOrDefault(problem.Issues[i].IssueId);
                held += holders[i] == user ? amount : 0;
                before += problem.Issues[i].AssigneeId == user ? amount : 0;
            }

            return held > before && limit.Limits.TryGetValue(user, out var most) && held > most;
        }

        private static long Cents(decimal points) => (long)(points * 100);
    }
}
