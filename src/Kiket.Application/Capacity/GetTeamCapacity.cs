using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Application.Workflows;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;

namespace Kiket.Application.Capacity;

/// <summary>
/// The capacity and workload of a team's members, highest utilization first. Sums include all work of a member; work in
/// projects that the actor cannot see is a single nameless share.
/// </summary>
/// <param name="Project">Its project, or null for the whole organization.</param>
/// <param name="Team">Only members with this role in the team, or null.</param>
/// <param name="Weeks">Number of weeks to look ahead, 2 to 8; null is 4.</param>
internal sealed record GetTeamCapacityQuery(ProjectRef? Project, string? Team, int? Weeks, PageRequest Page)
    : IQuery<Result<TeamCapacityDto>>
{
    public const int StandardWeeks = 4;
}

internal sealed record TeamCapacityDto(Page<MemberCapacityDto> Members, TeamSummary Summary);

/// <summary>A member's capacity and work.</summary>
internal sealed record MemberCapacityDto
{
    public required UserSummary User { get; init; }

    /// <summary>Mean points per week over the requested weeks, without holidays and days off.</summary>
    public required decimal Capacity { get; init; }

    /// <summary>Points of open issues.</summary>
    public required decimal Assigned { get; init; }

    /// <summary>Percentage of the capacity; null when there is none.</summary>
    public required decimal? Utilization { get; init; }

    public required CapacityStatus Status { get; init; }

    /// <summary>Issues that nobody has started.</summary>
    public required int OpenTasks { get; init; }

    public required int InProgress { get; init; }

    public required int Blocked { get; init; }

    /// <summary>Mean points finished per week over the last four weeks.</summary>
    public required decimal WeeklyVelocity { get; init; }

    public required CapacityAllocation Allocation { get; init; }

    public required IReadOnlyList<HeatmapWeekDto> Heatmap { get; init; }

    /// <summary>
    /// Whether the user has not accepted the invitation yet. Such users are listed while they have work, and counted in no sum.
    /// </summary>
    public required bool Pending { get; init; }
}

/// <summary>How the work of a member is distributed, most points first.</summary>
internal sealed record CapacityAllocation(
    IReadOnlyList<AllocationShare> ByProject,
    IReadOnlyList<AllocationShare> ByIssueType,
    IReadOnlyList<AllocationShare> ByStatus
);

/// <param name="Key">The project, issue type or status; null for work in projects that you cannot see.</param>
internal sealed record AllocationShare(string? Key, decimal Points, int Issues);

/// <param name="Utilization">Percentage of the week's capacity; null when that is zero.</param>
internal sealed record HeatmapWeekDto(DateOnly WeekStart, decimal Points, decimal? Utilization);

/// <param name="AverageUtilization">The average over the members who have one; null when nobody has.</param>
internal sealed record TeamSummary(int Members, decimal? AverageUtilization, int Overallocated, int Available);

internal sealed class GetTeamCapacityHandler(IKiketDb db, KnownWorkflows workflows, ICurrentActor current, TimeProvider time)
    : IQueryHandler<GetTeamCapacityQuery, Result<TeamCapacityDto>>
{
    public async Task<Result<TeamCapacityDto>> Handle(GetTeamCapacityQuery query, CancellationToken ct)
    {
        var weeks = query.Weeks ?? GetTeamCapacityQuery.StandardWeeks;
        if (weeks is < 2 or > 8)
            return Error.InvalidParameter("weeks", "weeks must be a number from 2 to 8.");
        var read = await TeamWorkload.ReadAsync(
            db,
            workflows,
            current.Actor,
            query.Project,
            query.Team,
            weeks,
            time.GetUtcNow(),
            ct
        );
        if (read.Error is { } error)
            return error;

        var team = read.Value;
        var members = team
            .People.Select(p => ToDto(p, team, weeks))
            .OrderByDescending(m => m.Utilization ?? (m.Assigned > 0 ? decimal.MaxValue : 0))
            .ThenBy(m => m.User.Id)
            .ToList();
        var page = members.ToPage(query.Page);
        if (page.Error is { } outOfRange)
            return outOfRange;
        var accepted = members.FindAll(m => !m.Pending);
        return new TeamCapacityDto(
            page.Value,
            new(
                accepted.Count,
                accepted.Average(m => m.Utilization) is { } mean ? Math.Round(mean, 1, MidpointRounding.AwayFromZero) : null,
                accepted.Count(m => m.Status is CapacityStatus.Overallocated),
                accepted.Count(m => m.Status is CapacityStatus.Available)
            )
        );
    }

    private static MemberCapacityDto ToDto(TeamPerson person, TeamWorkload team, int weeks) =>
        new()
        {
            User = new(person.Id, person.Name, person.Email),
            Pending = person.IsPending,
            Capacity = person.PointsPerWeek,
            Assigned = person.Assigned,
            Utilization = Utilization.Of(person.Assigned, person.PointsPerWeek),
            Status = Utilization.StatusOf(person.Assigned, person.PointsPerWeek),
            OpenTasks = IssuesIn(person, WorkStage.NotBegun),
            InProgress = IssuesIn(person, WorkStage.InProgress),
            Blocked = IssuesIn(person, WorkStage.Blocked),
            WeeklyVelocity = person.Velocity,
            Allocation = new(
                SharesOf(person, team, w => team.Projects[w.ProjectId].Key),
                SharesOf(person, team, w => w.IssueType.Value),
                SharesOf(person, team, w => w.Status.Value)
            ),
            Heatmap =
            [
                .. Heatmap
                    .Spread(
                        person.Due.Select(d => new OpenWork(d.Points, d.Day)),
                        team.Monday,
                        [
                            .. Enumerable
                                .Range(0, weeks)
                                .Select(week => person.Capacity.PointsOfWeek(team.Monday.AddDays(7 * week))),
                        ]
                    )
                    .Select(w => new HeatmapWeekDto(w.WeekStart, w.Points, w.Percentage)),
            ],
        };

    private static int IssuesIn(TeamPerson person, WorkStage stage) =>
        person.Work.Where(w => w.Stage == stage).Sum(w => w.Issues);

    private static List<AllocationShare> SharesOf(TeamPerson person, TeamWorkload team, Func<WorkShare, string> keyOf) =>
        [
            .. person
                .Work.GroupBy(w => team.Projects[w.ProjectId].IsVisible ? keyOf(w) : null)
                .Select(g => new AllocationShare(g.Key, g.Sum(w => w.Points), g.Sum(w => w.Issues)))
                .OrderByDescending(s => s.Points)
                .ThenBy(s => s.Key is null)
                .ThenBy(s => s.Key, StringComparer.Ordinal),
        ];
}
