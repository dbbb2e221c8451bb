using Kiket.Domain.Common;

namespace Kiket.Domain.Capacity;

/// <summary>A member of a team whose work is balanced.</summary>
/// <param name="UserId">Who.</param>
/// <param name="Capacity">Points per week that they can do; a member with 0 gets no work.</param>
/// <param name="FixedPoints">Points of their work that cannot move.</param>
public sealed record TeamMember(UserId UserId, decimal Capacity, decimal FixedPoints);

/// <summary>Work that may move.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="AssigneeId">Who has it now.</param>
/// <param name="Points">How much it is, more than 0.</param>
/// <param name="Candidates">Who else can take it: members of its project with the required skills.</param>
public sealed record MovableIssue(IssueId IssueId, UserId AssigneeId, decimal Points, IReadOnlyList<UserId> Candidates)
{
    /// <summary>How unwelcome a move is; only decides between plans that are otherwise equal.</summary>
    /// <value>0 to 100; 0 by default.</value>
    public int Reluctance { get; init; }
}

/// <summary>
/// Limits how much of some issues a member may have: points that are due by a day, or a number of issues in a state.
/// </summary>
/// <param name="Name">Its description for people.</param>
/// <param name="Amounts">How much each issue counts, by id.</param>
/// <param name="Limits">How much each member may have, by id; a member who already has more gets no more.</param>
/// <param name="FixedAmounts">How much each member has that cannot move; members without any are omitted.</param>
public sealed record TeamLimit(
    string Name,
    IReadOnlyDictionary<IssueId, decimal> Amounts,
    IReadOnlyDictionary<UserId, decimal> Limits,
    IReadOnlyDictionary<UserId, decimal> FixedAmounts
);

/// <summary>Gives an issue to somebody else.</summary>
/// <param name="IssueId">The issue.</param>
/// <param name="ToUserId">Who gets it.</param>
public sealed record IssueMove(IssueId IssueId, UserId ToUserId);

/// <summary>The quality of a plan; the first difference decides, and less is better.</summary>
/// <param name="MaxUtilization">
/// The highest load, as a fraction of the capacity, of members with a capacity; less than 1 counts as 1.
/// </param>
/// <param name="Overload">Total points of members beyond their capacities.</param>
/// <param name="MovedPoints">Points that move.</param>
/// <param name="Reluctance">101 for each move, plus its reluctance.</param>
public sealed record BalanceScore(decimal MaxUtilization, decimal Overload, decimal MovedPoints, int Reluctance)
    : IComparable<BalanceScore>
{
    /// <inheritdoc/>
    public int CompareTo(BalanceScore? other) =>
        other is null
            ? 1
            : (MaxUtilization, Overload, MovedPoints, Reluctance).CompareTo(
                (other.MaxUtilization, other.Overload, other.MovedPoints, other.Reluctance)
            );

    /// <summary>Whether one is better.</summary>
    public static bool operator <(BalanceScore left, BalanceScore right) =>
        Comparer<BalanceScore>.Default.Compare(left, right) < 0;

    /// <summary>Whether one is worse.</summary>
    public static bool operator >(BalanceScore left, BalanceScore right) =>
        Comparer<BalanceScore>.Default.Compare(left, right) > 0;

    /// <summary>Whether one is not worse.</summary>
    public static bool operator <=(BalanceScore left, BalanceScore right) => !(left > right);

    /// <summary>Whether one is not better.</summary>
    public static bool operator >=(BalanceScore left, BalanceScore right) => !(left < right);
}

/// <summary>
/// The problem of bringing everybody within their capacity by moving as little work as possible. It determines which plans are
/// allowed and which of two is better; finding the best one is up to the host. Created by <see cref="Create"/>.
/// </summary>
public sealed record BalanceProblem
{
    internal BalanceProblem(
        IReadOnlyList<TeamMember> members,
        IReadOnlyList<MovableIssue> issues,
        IReadOnlyList<TeamLimit> limits,
        int maxMoves
    ) => (Members, Issues, Limits, MaxMoves) = (members, issues, limits, maxMoves);

    /// <summary>The team.</summary>
    public IReadOnlyList<TeamMember> Members { get; internal init; }

    /// <summary>The work that may move.</summary>
    public IReadOnlyList<MovableIssue> Issues { get; internal init; }

    /// <summary>Limits in addition to the capacities.</summary>
    public IReadOnlyList<TeamLimit> Limits { get; internal init; }

    /// <summary>How many issues may move at most.</summary>
    /// <value>0 or more.</value>
    public int MaxMoves { get; internal init; }

    /// <summary>Creates a problem.</summary>
    /// <param name="members">The team, each once; capacities and points are 0 or more.</param>
    /// <param name="issues">The work that may move, each once: more than 0 points, from and to members of the team.</param>
    /// <param name="limits">Limits in addition to the capacities; by default none.</param>
    /// <param name="maxMoves">How many issues may move at most, 0 or more; by default all may.</param>
    /// <returns>The problem, or <c>VALIDATION_ERROR</c> with every error.</returns>
    public static Result<BalanceProblem> Create(
        IReadOnlyList<TeamMember> members,
        IReadOnlyList<MovableIssue> issues,
        IReadOnlyList<TeamLimit>? limits = null,
        int maxMoves = int.MaxValue
    )
    {
        if (members is null || members.Any(m => m is null))
            return Error.Validation("members", "The members must be a list without null.");
        if (issues is null || issues.Any(i => i?.Candidates is null))
            return Error.Validation("issues", "The issues must be a list, each with its candidates.");
        List<ErrorDetail> errors = [];
        var (team, work) = (members.Select(m => m.UserId).ToHashSet(), issues.Select(i => i.IssueId).ToHashSet());
        if (team.Count < members.Count)
            errors.Add(new("members", "A member of the team is listed twice."));
        if (members.Any(m => m.Capacity < 0 || m.FixedPoints < 0))
            errors.Add(new("members", "The capacity and the points of a member must be 0 or more."));
        if (work.Count < issues.Count)
            errors.Add(new("issues", "An issue is listed twice."));
        if (issues.Any(i => i.Points <= 0 || i.Reluctance is < 0 or > 100))
            errors.Add(new("issues", "An issue must have more than 0 points and a reluctance from 0 to 100."));
        if (issues.Any(i => !team.Contains(i.AssigneeId) || !team.IsSupersetOf(i.Candidates)))
            errors.Add(new("issues", "The assignee and the candidates of an issue must be members of the team."));
        if ((limits ?? []).Any(l => l?.Amounts is null || l.Limits is null || l.FixedAmounts is null))
            errors.Add(new("limits", "A limit must have amounts, limits and fixed amounts."));
        else if ((limits ?? []).Any(l => !work.IsSupersetOf(l.Amounts.Keys)))
            errors.Add(new("limits", "A limit can only name issues that may move."));
        if (maxMoves < 0)
            errors.Add(new("max_moves", "The number of moves must be 0 or more."));
        return errors.Count > 0
            ? Error.Validation(errors)
            : new BalanceProblem([.. members], [.. issues], [.. limits ?? []], maxMoves);
    }

    /// <summary>Points of every member after some moves.</summary>
    /// <param name="moves">The moves; issues that are not named stay.</param>
    /// <exception cref="ArgumentException">A move names an issue or a member that the problem does not have.</exception>
    public IReadOnlyDictionary<UserId, decimal> LoadsAfter(IReadOnlyCollection<IssueMove> moves)
    {
        var holders = HoldersAfter(moves);
        var loads = Members.ToDictionary(m => m.UserId, m => m.FixedPoints);
        foreach (var issue in Issues)
            loads[holders[issue.IssueId]] += issue.Points;
        return loads;
    }

    /// <summary>How good a plan is.</summary>
    /// <param name="moves">The moves.</param>
    /// <exception cref="ArgumentException">A move names an issue or a member that the problem does not have.</exception>
    public BalanceScore ScoreOf(IReadOnlyCollection<IssueMove> moves)
    {
        var loads = LoadsAfter(moves);
        var moved = moves.Join(Issues, m => m.IssueId, i => i.IssueId, (_, issue) => issue).ToList();
        return new(
            Members.Where(m => m.Capacity > 0).Select(m => loads[m.UserId] / m.Capacity).Append(1).Max(),
            Members.Sum(m => Math.Max(0, loads[m.UserId] - m.Capacity)),
            moved.Sum(i => i.Points),
            moved.Sum(i => 101 + i.Reluctance)
        );
    }

    /// <summary>
    /// The reasons why a plan is not allowed; empty if it is. Nobody may be pushed over their capacity, and a member who is over
    /// it gets nothing, so the highest utilization never rises.
    /// </summary>
    /// <param name="moves">The moves.</param>
    public IReadOnlyList<string> Validate(IReadOnlyCollection<IssueMove> moves)
    {
        RequireNoNull(moves);
        List<string> errors = [];
        if (moves.Count > MaxMoves)
            errors.Add($"The plan has {moves.Count} moves; at most {MaxMoves} are allowed.");
        if (moves.DistinctBy(m => m.IssueId).Count() != moves.Count)
            errors.Add("An issue is moved more than once.");
        foreach (var move in moves)
        {
            if (Issues.FirstOrDefault(i => i.IssueId == move.IssueId)?.Candidates.Contains(move.ToUserId) != true)
                errors.Add($"User {move.ToUserId} cannot take issue {move.IssueId}.");
        }

        if (errors.Count > 0)
            return errors;
        var (before, after) = (LoadsAfter([]), LoadsAfter(moves));
        var receivers = moves.Select(m => m.ToUserId).ToHashSet();
        errors.AddRange(
            Members
                .Where(m => receivers.Contains(m.UserId) && Math.Max(before[m.UserId], after[m.UserId]) > m.Capacity)
                .Select(m => $"User {m.UserId} would be over capacity.")
        );
        errors.AddRange(Limits.SelectMany(limit => Validate(limit, moves)));
        return errors;
    }

    private IEnumerable<string> Validate(TeamLimit limit, IReadOnlyCollection<IssueMove> moves)
    {
        var (before, after) = (AmountsAfter(limit, []), AmountsAfter(limit, moves));
        return Members
            .Where(m =>
                after[m.UserId] > before[m.UserId] && after[m.UserId] > limit.Limits.GetValueOrDefault(m.UserId, decimal.MaxValue)
            )
            .Select(m => $"User {m.UserId} would exceed the limit '{limit.Name}'.");
    }

    private Dictionary<UserId, decimal> AmountsAfter(TeamLimit limit, IReadOnlyCollection<IssueMove> moves)
    {
        var holders = HoldersAfter(moves);
        var amounts = Members.ToDictionary(m => m.UserId, m => limit.FixedAmounts.GetValueOrDefault(m.UserId));
        foreach (var (issue, amount) in limit.Amounts)
            amounts[holders[issue]] += amount;
        return amounts;
    }

    private static void RequireNoNull(IReadOnlyCollection<IssueMove> moves)
    {
        ArgumentNullException.ThrowIfNull(moves);
        if (moves.Any(m => m is null))
            throw new ArgumentException("A move is null.", nameof(moves));
    }

    private Dictionary<IssueId, UserId> HoldersAfter(IReadOnlyCollection<IssueMove> moves)
    {
        RequireNoNull(moves);
        var holders = Issues.ToDictionary(i => i.IssueId, i => i.AssigneeId);
        foreach (var move in moves)
        {
            if (!holders.ContainsKey(move.IssueId) || Members.All(m => m.UserId != move.ToUserId))
                throw new ArgumentException(
                    $"Issue {move.IssueId} or user {move.ToUserId} is not in the problem.",
                    nameof(moves)
                );
            holders[move.IssueId] = move.ToUserId;
        }

        return holders;
    }
}

/// <summary>A plan that somebody has found.</summary>
/// <param name="Moves">The moves.</param>
/// <param name="Optimal">Whether the plan is proved to be optimal.</param>
internal sealed record BalancePlan(IReadOnlyList<IssueMove> Moves, bool Optimal)
{
    /// <summary>Leaves everything as it is, because that is best.</summary>
    public static BalancePlan Nothing { get; } = new([], true);
}
