using Kiket.Domain.Common;

namespace Kiket.Domain.Projects;

/// <summary>A member's role in a project.</summary>
internal enum ProjectRole
{
    /// <summary>Reads.</summary>
    Viewer,

    /// <summary>Works on issues.</summary>
    Member,

    /// <summary>Leads.</summary>
    Lead,
}

/// <summary>A user's membership in a project.</summary>
internal sealed class ProjectMember
{
    private ProjectMember() { }

    /// <summary>The organization of both.</summary>
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The project.</summary>
    public ProjectId ProjectId { get; private set; }

    /// <summary>The user.</summary>
    public UserId UserId { get; private set; }

    /// <summary>The user's role in the project.</summary>
    public ProjectRole Role { get; private set; }

    /// <summary>
    /// The member's roles in the project's team, as its definition names them; approvals and notifications refer to them.
    /// </summary>
    public IReadOnlyList<string> TeamRoles { get; private set; } = [];

    /// <summary>When the membership began (UTC).</summary>
    public DateTimeOffset CreatedAt { get; private set; }

    /// <summary>Makes a user a member.</summary>
    /// <param name="project">The project.</param>
    /// <param name="userId">A user of the same organization.</param>
    /// <param name="role">The role.</param>
    /// <param name="at">Instant of the change.</param>
    public static ProjectMember Of(Project project, UserId userId, ProjectRole role, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(project);
        return new()
        {
            OrganizationId = project.OrganizationId,
            ProjectId = project.Id,
            UserId = userId,
            Role = role,
            CreatedAt = at.ToUniversalTime(),
        };
    }

    /// <summary>Gives the member another role.</summary>
    /// <param name="role">The new role.</param>
    public void ChangeRole(ProjectRole role) => Role = role;

    /// <summary>Gives the member other roles in the team.</summary>
    /// <param name="roles">All of them.</param>
    public void ChangeTeamRoles(IReadOnlyList<string> roles)
    {
        ArgumentNullException.ThrowIfNull(roles);
        TeamRoles = [.. roles.Distinct(StringComparer.OrdinalIgnoreCase)];
    }
}
