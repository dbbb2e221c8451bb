using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Projects;

/// <summary>The levels of access to a project, weakest first.</summary>
internal enum ProjectAccess
{
    /// <summary>It does not exist for them.</summary>
    None,

    /// <summary>See everything in it.</summary>
    Read,

    /// <summary>Work on issues, comments and milestones.</summary>
    Write,

    /// <summary>Change the project itself and its members, open issues in any state.</summary>
    Manage,

    /// <summary>Delete issues (decisions, 12).</summary>
    Lead,
}

/// <summary>The only place that decides who may do what in a project (architecture, section 4).</summary>
internal static class ProjectPolicy
{
    /// <summary>How far an actor may go in a project.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="project">The project.</param>
    /// <param name="membership">The actor's role in the project, or null if they are not a member.</param>
    /// <returns>
    /// For an actor with one project only, work on that one and nothing elsewhere; for others, what their role allows.
    /// </returns>
    public static ProjectAccess AccessOf(Actor actor, Project project, ProjectRole? membership)
    {
        ArgumentNullException.ThrowIfNull(project);
        return AccessOf(actor, project.Id, project.Visibility, project.LeadId, membership);
    }

    /// <summary>How far an actor may go in a project.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="visibility">Who sees the project.</param>
    /// <param name="leadId">The user who leads it.</param>
    /// <param name="membership">The actor's role in the project, or null if they are not a member.</param>
    /// <returns>
    /// For an actor with one project only, work on that one and nothing elsewhere; for others, what their role allows.
    /// </returns>
    public static ProjectAccess AccessOf(
        Actor actor,
        ProjectId projectId,
        ProjectVisibility visibility,
        UserId? leadId,
        ProjectRole? membership
    )
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.OnlyProjectId is { } only)
            return only == projectId ? ProjectAccess.Write : ProjectAccess.None;
        return AccessOf(actor, visibility, leadId, membership);
    }

    /// <summary>How far an actor may go.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="visibility">Who sees the project.</param>
    /// <param name="leadId">The user who leads it.</param>
    /// <param name="membership">The actor's role in the project, or null if they are not a member.</param>
    /// <returns>
    /// Administrators manage everything. A lead manages the project. Project managers manage what they can see, developers
    /// work on it, viewers and finance managers read it; membership can widen a developer's or manager's rights or, as
    /// <see cref="ProjectRole.Viewer"/>, narrow a developer's, and it opens a private project. It never lets a viewer write.
    /// </returns>
    public static ProjectAccess AccessOf(Actor actor, ProjectVisibility visibility, UserId? leadId, ProjectRole? membership)
    {
        ArgumentNullException.ThrowIfNull(actor);
        if (actor.IsAdmin)
            return ProjectAccess.Lead;

        var role = leadId == actor.UserId ? ProjectRole.Lead : membership;
        if (role is null && visibility is ProjectVisibility.Private)
            return ProjectAccess.None;

        return (actor.Role, role) switch
        {
            (OrganizationRole.Viewer or OrganizationRole.FinanceManager, _) => ProjectAccess.Read,
            (_, ProjectRole.Lead) => ProjectAccess.Lead,
            (OrganizationRole.ProjectManager, _) => ProjectAccess.Manage,
            (_, ProjectRole.Viewer) => ProjectAccess.Read,
            _ => ProjectAccess.Write,
        };
    }
}
