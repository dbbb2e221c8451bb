using Ardalis.Specification;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;

namespace Kiket.Application.Projects;

/// <summary>The project that a reference names.</summary>
internal sealed class ProjectByRef : Specification<Project>
{
    public ProjectByRef(ProjectRef project)
    {
        if (project.Id is { } id)
            Query.Where(p => p.Id == id);
        else
            Query.Where(p => p.Key == project.Key);
    }
}

/// <summary>The projects that an actor can see; equivalent to <see cref="ProjectPolicy"/>.</summary>
internal sealed class ProjectsVisibleTo : Specification<Project>
{
    /// <param name="members">All memberships.</param>
    public ProjectsVisibleTo(Actor actor, IQueryable<ProjectMember> members)
    {
        Query.AsNoTracking();
        if (actor.OnlyProjectId is { } only)
        {
            Query.Where(p => p.Id == only);
        }
        else if (!actor.IsAdmin)
        {
            Query.Where(p =>
                p.Visibility != ProjectVisibility.Private
                || p.LeadId == actor.UserId
                || members.Any(m => m.ProjectId == p.Id && m.UserId == actor.UserId)
            );
        }
    }
}

/// <summary>
/// The projects with one of some statuses, one of some visibilities and all of some words in their names; an empty list means
/// any.
/// </summary>
internal sealed class ProjectsMatching : Specification<Project>
{
    public ProjectsMatching(
        IReadOnlyList<ProjectStatus> statuses,
        IReadOnlyList<ProjectVisibility> visibilities,
        IReadOnlyList<string> words
    )
    {
        if (statuses.Count > 0)
            Query.Where(p => statuses.Contains(p.Status));
        if (visibilities.Count > 0)
            Query.Where(p => visibilities.Contains(p.Visibility));
        foreach (var word in words)
            Query.Where(p => p.SearchText.Contains(word));
    }
}

/// <summary>The membership of a user in a project, if any.</summary>
internal sealed class MembershipOf : Specification<ProjectMember>
{
    public MembershipOf(ProjectId projectId, UserId userId) => Query.Where(m => m.ProjectId == projectId && m.UserId == userId);
}

/// <summary>The users who are in a project: its lead and its members.</summary>
internal sealed class PeopleOf : Specification<User>
{
    /// <param name="members">All memberships.</param>
    public PeopleOf(Project project, IQueryable<ProjectMember> members)
    {
        var (id, lead) = (project.Id, project.LeadId);
        Query.AsNoTracking().Where(u => u.Id == lead || members.Any(m => m.ProjectId == id && m.UserId == u.Id));
    }
}
