using System.Globalization;
using Kiket.Application.Users;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;

namespace Kiket.Application.Capacity;

/// <summary>Turns a team's work into a problem for the solver, and the solution into sentences for people.</summary>
internal sealed class TeamBalance
{
    private readonly TeamWorkload team;
    private readonly OrganizationId organizationId;
    private readonly Dictionary<UserId, TeamPerson> people;
    private readonly Dictionary<IssueId, Work> movable;
    private readonly HashSet<string> knownSkills;
    private readonly Dictionary<(UserId User, DateOnly Day), decimal> room = [];

    /// <param name="open">The issues to choose from.</param>
    public TeamBalance(TeamWorkload team, IReadOnlyList<Work> open, OrganizationId organizationId, int maxMoves)
    {
        this.team = team;
        this.organizationId = organizationId;
        people = team.People.ToDictionary(p => p.Id);
        knownSkills = team.People.Where(p => !p.IsPending).SelectMany(p => p.Skills).ToHashSet(StringComparer.OrdinalIgnoreCase);
        movable = open.Where(IsMovable).ToDictionary(w => w.Issue.Id);
        Problem = new(
            [.. Fixed(p => p.Assigned, w => w.Points).Select(f => new TeamMember(f.Key, people[f.Key].PointsPerWeek, f.Value))],
            [
                .. movable.Values.Select(w => new MovableIssue(
                    w.Issue.Id,
                    w.Issue.AssigneeId,
                    w.Points,
                    [.. people.Values.Where(p => CanHave(p, w)).Select(p => p.Id)]
                )
                {
                    Reluctance = MoveRules.ReluctanceOf(w.Stage, w.Issue.Priority, w.Issue.DueDate, team.Today),
                }),
            ],
            [.. DueLimits(), .. StateLimits(), .. PersonLimits()],
            maxMoves
        );
    }

    public BalanceProblem Problem { get; }

    /// <summary>The moves as steps: from the most overloaded person first, and their largest first.</summary>
    public IReadOnlyList<RecommendationDto> Explain(IReadOnlyList<IssueMove> moves)
    {
        var loads = people.Values.ToDictionary(p => p.Id, p => p.Assigned);
        var ordered = moves
            .Select(m => (Work: movable[m.IssueId], From: people[movable[m.IssueId].Issue.AssigneeId], To: people[m.ToUserId]))
            .OrderByDescending(m => PercentageOf(m.From, m.From.Assigned) ?? decimal.MaxValue)
            .ThenBy(m => m.From.Id)
            .ThenByDescending(m => m.Work.Points)
            .ThenBy(m => m.Work.Issue.Id);
        List<RecommendationDto> steps = [];
        foreach (var (work, from, to) in ordered)
        {
            var before = (From: loads[from.Id], To: loads[to.Id]);
            loads[from.Id] -= work.Points;
            loads[to.Id] += work.Points;
            steps.Add(
                new(
                    new RecommendationId(work.Issue.Id, work.Issue.Version, to.Id).ToString(),
                    RecommendationType.Reassign,
                    new(work.Issue.Id, work.Issue.Key, work.Issue.Title, work.Points),
                    SummaryOf(from),
                    SummaryOf(to),
                    [.. ReasonsOf(work, from, to, before.From, before.To)],
                    MoveConfidence.Of(
                        work.Stage is not WorkStage.NotBegun,
                        SkillsOf(work).Count > 0,
                        to.Velocity,
                        loads[to.Id] / to.PointsPerWeek
                    ),
                    new(
                        new(PercentageOf(from, before.From), PercentageOf(from, loads[from.Id])),
                        new(PercentageOf(to, before.To), PercentageOf(to, loads[to.Id]))
                    )
                )
            );
        }

        return steps;
    }

    private bool IsMovable(Work work)
    {
        var project = team.Projects[work.Issue.ProjectId];
        return MoveRules.IsMovable(work.Stage, work.Points)
            && project.IsWritable
            && (team.Project is null || team.Project.Id == project.Id);
    }

    private bool CanHave(TeamPerson person, Work work) =>
        person.Id != work.Issue.AssigneeId
        && !person.IsPending
        && MoveRules.CanTake(person.PointsPerWeek, person.Skills, SkillsOf(work))
        && team.Projects[work.Issue.ProjectId].Workers.TryGetValue(person.Id, out var role)
        && ProjectPolicy.AccessOf(new Actor(organizationId, person.Id, person.Role), ProjectVisibility.Private, null, role)
            >= ProjectAccess.Write;

    /// <summary>A label that is a skill of any team member means that the issue requires that skill.</summary>
    private List<string> SkillsOf(Work work) => [.. work.Issue.Labels.Where(knownSkills.Contains)];

    /// <summary>For each due date: the work due by then must fit into the member's capacity until then.</summary>
    private IEnumerable<TeamLimit> DueLimits()
    {
        foreach (var day in movable.Values.Select(DueDayOf).OfType<DateOnly>().Distinct().Order())
        {
            yield return new(
                string.Create(CultureInfo.InvariantCulture, $"due by {day:yyyy-MM-dd}"),
                movable.Values.Where(w => DueDayOf(w) <= day).ToDictionary(w => w.Issue.Id, w => w.Points),
                people.Values.ToDictionary(p => p.Id, p => RoomUntil(p, day)),
                Fixed(p => p.Due.Where(d => d.Day <= day).Sum(d => d.Points), w => DueDayOf(w) <= day ? w.Points : 0)
            );
        }
    }

    /// <summary>Nobody gets more issues in a state than the WIP limit of the state allows in total.</summary>
    private IEnumerable<TeamLimit> StateLimits() =>
        movable
            .Values.Where(w => w.State?.WipLimit is not null)
            .GroupBy(w => (w.Issue.ProjectId, w.Issue.Status))
            .Select(g => new TeamLimit(
                $"issues in {g.Key.Status}",
                g.ToDictionary(w => w.Issue.Id, _ => 1m),
                people.Keys.ToDictionary(id => id, _ => (decimal)g.Min(w => w.State!.WipLimit!.Value)),
                Fixed(
                    p => p.Work.Where(w => (w.ProjectId, w.Status) == g.Key).Sum(w => w.Issues),
                    w => (w.Issue.ProjectId, w.Issue.Status) == g.Key ? 1 : 0
                )
            ));

    private IEnumerable<TeamLimit> PersonLimits()
    {
        if (team.Settings.MemberWipLimit is not { } limit)
            yield break;
        yield return new(
            "issues in progress",
            movable.Values.Where(w => w.Stage is WorkStage.InProgress).ToDictionary(w => w.Issue.Id, _ => 1m),
            people.Keys.ToDictionary(id => id, _ => (decimal)limit),
            Fixed(
                p => p.Work.Where(w => w.Stage is WorkStage.InProgress).Sum(w => w.Issues),
                w => w.Stage is WorkStage.InProgress ? 1 : 0
            )
        );
    }

    /// <summary>The work that stays with each member: all of it minus the movable issues.</summary>
    private Dictionary<UserId, decimal> Fixed(Func<TeamPerson, decimal> all, Func<Work, decimal> amount)
    {
        var moving = movable.Values.GroupBy(w => w.Issue.AssigneeId).ToDictionary(g => g.Key, g => g.Sum(amount));
        return people.Values.ToDictionary(p => p.Id, p => all(p) - moving.GetValueOrDefault(p.Id));
    }

    /// <summary>
    /// The day by which it must be done: today if that is past, null if that is too far in the future to matter.
    /// </summary>
    private DateOnly? DueDayOf(Work work) =>
        work.Issue.DueDate is not { } due || due > team.Today.AddDays(TeamWorkload.HorizonDays) ? null
        : due < team.Today ? team.Today
        : due;

    private decimal RoomUntil(TeamPerson person, DateOnly day)
    {
        if (!room.TryGetValue((person.Id, day), out var points))
            room[(person.Id, day)] = points = person.Capacity.PointsBetween(team.Today, day);
        return points;
    }

    private IEnumerable<string> ReasonsOf(Work work, TeamPerson from, TeamPerson to, decimal fromBefore, decimal toBefore)
    {
        yield return from.PointsPerWeek == 0
            ? $"{from.Name} has {Number(fromBefore)} points open and no working time in the next "
                + $"{GetTeamCapacityQuery.StandardWeeks} weeks."
            : $"{from.Name} has {Number(fromBefore)} points open and can do {Number(from.PointsPerWeek)} a week "
                + $"({Number(PercentageOf(from, fromBefore)!.Value)} %).";
        yield return $"{to.Name} has {Number(toBefore)} of {Number(to.PointsPerWeek)}, and {Number(toBefore + work.Points)} with "
            + "this issue"
            + $" ({Number(PercentageOf(to, toBefore + work.Points)!.Value)} %).";
        yield return SkillsOf(work) is { Count: > 0 } skills
            ? $"{to.Name} works in {team.Projects[work.Issue.ProjectId].Key} and knows what it needs: "
                + $"{string.Join(", ", skills)}."
            : $"{to.Name} works in {team.Projects[work.Issue.ProjectId].Key}.";
        yield return work.Stage is WorkStage.NotBegun ? "Nobody has started it." : $"It is already in {work.State!.Label}.";
        if (DueDayOf(work) is { } day)
        {
            yield return string.Create(
                CultureInfo.InvariantCulture,
                $"It is due on {work.Issue.DueDate:yyyy-MM-dd}; until then {to.Name} can do {Number(RoomUntil(to, day))} points."
            );
        }

        if (to.Velocity > 0)
            yield return $"{to.Name} has recently finished {Number(to.Velocity)} points a week.";
    }

    private static decimal? PercentageOf(TeamPerson person, decimal points) => Utilization.Of(points, person.PointsPerWeek);

    private static UserSummary SummaryOf(TeamPerson person) => new(person.Id, person.Name, person.Email);

    private static string Number(decimal points) => points.ToString("0.##", CultureInfo.InvariantCulture);
}
