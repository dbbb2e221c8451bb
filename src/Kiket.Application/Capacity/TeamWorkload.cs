using Kiket.Application.Ports;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Capacity;

/// <summary>How far a piece of open work is.</summary>
internal enum WorkStage
{
    NotBegun,
    InProgress,
    Blocked,
}

/// <summary>One open issue of a member.</summary>
internal sealed record OpenIssue
{
    public required IssueId Id { get; init; }

    public required string Key { get; init; }

    public required string Title { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required string Status { get; init; }

    public required long WorkflowId { get; init; }

    public required string IssueType { get; init; }

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
    public WorkStage Stage =>
        State?.Category switch
        {
            null or StateCategory.Pending => WorkStage.NotBegun,
            StateCategory.Blocked => WorkStage.Blocked,
            _ => WorkStage.InProgress,
        };
}

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
/// Whether they have not accepted their invitation. They are listed while they have work, and get no new work.
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
    IReadOnlyList<Work> Work,
    bool IsPending
)
{
    public decimal Assigned => Work.Sum(w => w.Points);
}

/// <summary>
/// The members of a team with their capacity and workload, read with the same number of statements for any team size.
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
    private const int VelocityWeeks = 4;

    /// <summary>Reads a team.</summary>
    /// <param name="only">Its project, or null for the whole organization.</param>
    /// <param name="teamRole">
    /// Only members with this role in the team of the project, or of any that the actor sees; null for all.
    /// </param>
    /// <param name="weeks">The weeks over which capacities are taken.</param>
    public static async Task<Result<TeamWorkload>> ReadAsync(
        IKiketDb db,
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
        var open = (
            await db
                .Issues.AsNoTracking()
                .Where(i => i.CompletedAt == null && i.AssigneeId != null)
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
                .ToListAsync(ct)
        ).Where(i => projects[i.ProjectId].IsActive).ToList();
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
        var workflowIds = open.Select(i => i.WorkflowId).Distinct().ToList();
        var workflows = await db
            .Workflows.AsNoTracking()
            .Where(w => workflowIds.Contains(w.Id))
            .ToDictionaryAsync(w => w.Id, w => w.Definition, ct);

        var work = open.Select(i => new Work(
                i,
                settings.PointsOf(i.StoryPoints, i.IssueType),
                workflows[i.WorkflowId].FindState(i.Status)
            ))
            .OrderBy(w => w.Issue.Id)
            .ToLookup(w => w.Issue.AssigneeId);
        var inTeam = teamRole is null
            ? null
            : memberships
                .Where(m =>
                    (project is null ? projects[m.ProjectId].IsVisible : m.ProjectId == project.Id)
                    && m.TeamRoles.Contains(teamRole, StringComparer.OrdinalIgnoreCase)
                )
                .Select(m => m.UserId)
                .ToHashSet();
        var calendar = settings.Calendar();
        var today = calendar.DateAt(now);
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
                    [.. work[u.Id]],
                    u.IsPending
                );
            });
        return new TeamWorkload(settings, today, monday, projects, project, [.. people.OrderBy(p => p.Id)]);

        // Anyone with assigned work is in the team, whatever their role, so that the work is visible.
        bool IsInTeam(UserId user, OrganizationRole role) =>
            project is null
                ? role is OrganizationRole.Developer or OrganizationRole.ProjectManager or OrganizationRole.Admin || HasWork(user)
                : project.Workers.ContainsKey(user) || HasWork(user);

        bool HasWork(UserId user) => work[user].Any(w => project is null || w.Issue.ProjectId == project.Id);
    }
}
