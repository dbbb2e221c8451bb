using Kiket.Application.Ports;
using Kiket.Application.Workflows;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Capacity;

/// <summary>One open issue of a member.</summary>
internal sealed record OpenIssue
{
    public required IssueId Id { get; init; }

    public required string Key { get; init; }

    public required string Title { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required StateKey Status { get; init; }

    public required long WorkflowId { get; init; }

    public required TypeKey IssueType { get; init; }

    public required IssuePriority Priority { get; init; }

    public required IReadOnlyList<string> Labels { get; init; }

    public required UserId AssigneeId { get; init; }

    public required decimal? StoryPoints { get; init; }

    public required DateOnly? DueDate { get; init; }

    public required int Version { get; init; }
}

/// <summary>An open issue with data derived from its workflow and the settings.</summary>
internal sealed record Work(OpenIssue Issue, decimal Points, State? State)
{
    public WorkStage Stage => WorkStages.Of(State);
}

/// <summary>Sums over similar open issues of a member.</summary>
internal sealed record WorkShare(
    ProjectId ProjectId,
    TypeKey IssueType,
    StateKey Status,
    State? State,
    decimal Points,
    int Issues
)
{
    public WorkStage Stage => WorkStages.Of(State);
}

/// <summary>The work that a member must finish by a day.</summary>
/// <param name="Day">Today if that is past; null if it is too far in the future to matter.</param>
internal sealed record DueWork(DateOnly? Day, decimal Points);

/// <summary>A project and the actor's access to it.</summary>
internal sealed record WorkProject(
    ProjectId Id,
    string Key,
    bool IsActive,
    ProjectAccess Access,
    IReadOnlyDictionary<UserId, ProjectRole> Workers
)
{
    public bool IsVisible => Access is not ProjectAccess.None;

    public bool IsWritable => IsActive && Access >= ProjectAccess.Write;
}

/// <summary>A member of the team with everything that they have to do, including what the actor cannot see.</summary>
/// <param name="IsPending">
/// Whether they have not accepted their invitation. They are listed while they have work, but get no new work.
/// </param>
internal sealed record TeamPerson(
    UserId Id,
    string Name,
    string Email,
    OrganizationRole Role,
    IReadOnlyList<string> Skills,
    MemberCapacity Capacity,
    decimal PointsPerWeek,
    decimal Velocity,
    IReadOnlyList<WorkShare> Work,
    IReadOnlyList<DueWork> Due,
    bool IsPending
)
{
    public decimal Assigned { get; } = Work.Sum(w => w.Points);

    public bool IsOverloaded => Assigned > PointsPerWeek;

    /// <summary>Whether they could take on more work.</summary>
    public bool HasRoom => !IsPending && PointsPerWeek > 0 && Assigned <= PointsPerWeek;
}

/// <summary>
/// The members of a team with their capacity and the sums of their work, read with the same number of statements for any team
/// size.
/// </summary>
internal sealed record TeamWorkload(
    OrganizationSettings Settings,
    DateOnly Today,
    DateOnly Monday,
    IReadOnlyDictionary<ProjectId, WorkProject> Projects,
    WorkProject? Project,
    IReadOnlyList<TeamPerson> People
)
{
    /// <summary>Due dates further away do not matter: a plan is about the next weeks.</summary>
    public const int HorizonDays = 56;

    /// <summary>From here on, only the issues of overloaded members are moved.</summary>
    private const int ManyMovable = 4_000;

    /// <summary>How many issues a plan can choose from.</summary>
    private const int MaxMovable = 10_000;

    private const int VelocityWeeks = 4;

    /// <summary>Whether there are so many issues that a plan only considers some.</summary>
    public bool IsLarge { get; } = People.SelectMany(p => p.Work).Sum(w => w.Issues) > ManyMovable;

    /// <summary>Reads a team.</summary>
    /// <param name="only">Its project, or null for the whole organization.</param>
    /// <param name="teamRole">
    /// Only members with this role in the team of the project, or of any project that the actor can see; null for all.
    /// </param>
    /// <param name="weeks">The weeks over which capacities are taken.</param>
    public static async Task<Result<TeamWorkload>> ReadAsync(
        IKiketDb db,
        KnownWorkflows workflows,
        Actor actor,
        ProjectRef? only,
        string? teamRole,
        int weeks,
        DateTimeOffset now,
        CancellationToken ct
    )
    {
        var settings = await db
            .Organizations.AsNoTracking()
            .Where(o => o.Id == actor.OrganizationId)
            .Select(o => o.Settings)
            .SingleAsync(ct);
        var memberships = await db
            .ProjectMembers.AsNoTracking()
            .Select(m => new
            {
                m.ProjectId,
                m.UserId,
                m.Role,
                m.TeamRoles,
            })
            .ToListAsync(ct);
        var byProject = memberships.ToLookup(m => m.ProjectId);
        var projects = (
            await db
                .Projects.AsNoTracking()
                .Select(p => new
                {
                    p.Id,
                    p.Key,
                    p.Visibility,
                    p.Status,
                    p.LeadId,
                })
                .ToListAsync(ct)
        ).ToDictionary(
            p => p.Id,
            p => new WorkProject(
                p.Id,
                p.Key,
                p.Status is ProjectStatus.Active,
                ProjectPolicy.AccessOf(
                    actor,
                    p.Visibility,
                    p.LeadId,
                    byProject[p.Id].FirstOrDefault(m => m.UserId == actor.UserId)?.Role
                ),
                byProject[p.Id]
                    .Where(m => m.Role is not ProjectRole.Viewer && m.UserId != p.LeadId)
                    .Select(m => (m.UserId, m.Role))
                    .Concat(p.LeadId is { } lead ? [(lead, ProjectRole.Lead)] : [])
                    .ToDictionary(m => m.Item1, m => m.Item2)
            )
        );
        var project = only is { } wanted
            ? projects.Values.FirstOrDefault(p => p.IsVisible && (p.Id == wanted.Id || p.Key == wanted.Key))
            : null;
        if (only is { } missing && project is null)
            return ProjectErrors.NotFound(missing);

        var users = await db
            .Users.AsNoTracking()
            .Where(u => !u.Deactivated && !u.IsService)
            .Select(u => new
            {
                u.Id,
                u.Name,
                u.Email,
                u.Role,
                u.Capacity,
                u.HistoricalVelocity,
                u.ExpertiseTags,
                u.DaysOff,
                IsPending = db.Invitations.Any(i => i.UserId == u.Id && i.AcceptedAt == null),
            })
            .ToListAsync(ct);
        var calendar = settings.Calendar();
        var today = calendar.DateAt(now);
        var inTeam = teamRole is null
            ? null
            : memberships
                .Where(m =>
                    (project is null ? projects[m.ProjectId].IsVisible : m.ProjectId == project.Id)
                    && m.TeamRoles.Contains(teamRole, StringComparer.OrdinalIgnoreCase)
                )
                .Select(m => m.UserId)
                .ToHashSet();
        var (shares, due) = await ReadOpenAsync(db, workflows, OpenOf(db, project, inTeam), settings, today, ct);
        var since = now - TimeSpan.FromDays(7 * VelocityWeeks);
        var finished = (
            await db
                .Issues.AsNoTracking()
                .Where(i => i.CompletedAt >= since && i.AssigneeId != null)
                .GroupBy(i => new
                {
                    i.AssigneeId,
                    i.IssueType,
                    i.StoryPoints,
                })
                .Select(g => new
                {
                    g.Key.AssigneeId,
                    g.Key.IssueType,
                    g.Key.StoryPoints,
                    Count = g.Count(),
                })
                .ToListAsync(ct)
        ).ToLookup(g => g.AssigneeId!.Value, g => g.Count * settings.PointsOf(g.StoryPoints, g.IssueType));
        var monday = MemberCapacity.MondayOf(today);
        var people = users
            .Where(u => (!u.IsPending || HasWork(u.Id)) && (inTeam?.Contains(u.Id) ?? IsInTeam(u.Id, u.Role)))
            .Select(u =>
            {
                var capacity = new MemberCapacity(
                    u.Capacity ?? u.HistoricalVelocity ?? settings.DefaultCapacity,
                    calendar,
                    u.DaysOff
                );
                return new TeamPerson(
                    u.Id,
                    u.Name,
                    u.Email,
                    u.Role,
                    u.ExpertiseTags,
                    capacity,
                    capacity.MeanOf(monday, weeks),
                    Math.Round(finished[u.Id].Sum() / VelocityWeeks, 2, MidpointRounding.AwayFromZero),
                    [.. shares[u.Id]],
                    [.. due[u.Id]],
                    u.IsPending
                );
            });
        return new TeamWorkload(settings, today, monday, projects, project, [.. people.OrderBy(p => p.Id)]);

        // Anyone with assigned work is in the team, whatever their role, so that the work is visible.
        bool IsInTeam(UserId user, OrganizationRole role) =>
            project is null
                ? role is OrganizationRole.Developer or OrganizationRole.ProjectManager or OrganizationRole.Admin || HasWork(user)
                : project.Workers.ContainsKey(user) || HasWork(user);

        bool HasWork(UserId user) => shares[user].Any(w => project is null || w.ProjectId == project.Id);
    }

    /// <summary>
    /// The open issues of the team in projects whose issues may be moved. In a large team these are only the issues of its
    /// overloaded members, the oldest first.
    /// </summary>
    public async Task<IReadOnlyList<Work>> ReadMovableAsync(IKiketDb db, KnownWorkflows workflows, CancellationToken ct)
    {
        var projectIds = Projects
            .Values.Where(p => p.IsWritable && (Project is null || Project.Id == p.Id))
            .Select(p => p.Id)
            .ToList();
        var userIds = People.Where(p => !IsLarge || p.IsOverloaded).Select(p => p.Id).ToList();
        var issues = await db
            .Issues.AsNoTracking()
            .Where(i => i.CompletedAt == null && i.AssigneeId != null && userIds.Contains(i.AssigneeId!.Value))
            .Where(i => projectIds.Contains(i.ProjectId))
            .OrderBy(i => i.Id)
            .Take(MaxMovable)
            .Select(i => new OpenIssue
            {
                Id = i.Id,
                Key = i.Key,
                Title = i.Title,
                ProjectId = i.ProjectId,
                Status = i.Status,
                WorkflowId = i.WorkflowId,
                IssueType = i.IssueType,
                Priority = i.Priority,
                Labels = i.Labels,
                AssigneeId = i.AssigneeId!.Value,
                StoryPoints = i.StoryPoints,
                DueDate = i.DueDate,
                Version = i.Version,
            })
            .ToListAsync(ct);
        var definitions = await workflows.DefinitionsOfAsync(db, issues.Select(i => i.WorkflowId), ct);
        return
        [
            .. issues.Select(i => new Work(
                i,
                Settings.PointsOf(i.StoryPoints, i.IssueType),
                definitions[i.WorkflowId].FindState(i.Status)
            )),
        ];
    }

    /// <summary>The assigned open issues of everyone who may be in the team.</summary>
    private static IQueryable<Issue> OpenOf(IKiketDb db, WorkProject? project, HashSet<UserId>? inTeam)
    {
        var active = db.Projects.Where(p => p.Status == ProjectStatus.Active).Select(p => p.Id);
        var open = db
            .Issues.AsNoTracking()
            .Where(i => i.CompletedAt == null && i.AssigneeId != null && active.Contains(i.ProjectId));
        if (inTeam is not null)
            return open.Where(i => inTeam.Contains(i.AssigneeId!.Value));
        if (project is null)
            return open;

        var workers = project.Workers.Keys.ToList();
        var inProject = open.Where(i => i.ProjectId == project.Id).Select(i => i.AssigneeId);
        return open.Where(i => workers.Contains(i.AssigneeId!.Value) || inProject.Contains(i.AssigneeId));
    }

    /// <summary>Sums, so that the number of rows depends on people and projects, not on issues.</summary>
    private static async Task<(ILookup<UserId, WorkShare> Shares, ILookup<UserId, DueWork> Due)> ReadOpenAsync(
        IKiketDb db,
        KnownWorkflows workflows,
        IQueryable<Issue> open,
        OrganizationSettings settings,
        DateOnly today,
        CancellationToken ct
    )
    {
        var byState = open.GroupBy(i => new
        {
            i.AssigneeId,
            i.ProjectId,
            i.WorkflowId,
            i.Status,
            i.IssueType,
        });
        var shares = await byState
            .Select(g => new
            {
                g.Key,
                Points = g.Sum(i => i.StoryPoints),
                Issues = g.Count(),
                WithoutPoints = g.Count(i => i.StoryPoints == null),
            })
            .ToListAsync(ct);
        var horizon = today.AddDays(HorizonDays);
        var byDay = open.GroupBy(i => new
        {
            i.AssigneeId,
            i.IssueType,
            Day = i.DueDate < today ? (DateOnly?)today
            : i.DueDate > horizon ? null
            : i.DueDate,
        });
        var due = await byDay
            .Select(g => new
            {
                g.Key,
                Points = g.Sum(i => i.StoryPoints),
                WithoutPoints = g.Count(i => i.StoryPoints == null),
            })
            .ToListAsync(ct);
        var definitions = await workflows.DefinitionsOfAsync(db, shares.Select(s => s.Key.WorkflowId), ct);
        return (
            shares.ToLookup(
                s => s.Key.AssigneeId!.Value,
                s => new WorkShare(
                    s.Key.ProjectId,
                    s.Key.IssueType,
                    s.Key.Status,
                    definitions[s.Key.WorkflowId].FindState(s.Key.Status),
                    PointsOf(s.Points, s.WithoutPoints, s.Key.IssueType),
                    s.Issues
                )
            ),
            due.ToLookup(
                d => d.Key.AssigneeId!.Value,
                d => new DueWork(d.Key.Day, PointsOf(d.Points, d.WithoutPoints, d.Key.IssueType))
            )
        );

        decimal PointsOf(decimal? estimated, int others, TypeKey issueType) =>
            (estimated ?? 0) + (others * settings.PointsOf(null, issueType));
    }
}
