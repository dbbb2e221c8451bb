using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Domain.Projects;

/// <summary>The named rules over projects.</summary>
public static class ProjectSpec
{
    /// <summary>The project that a reference names.</summary>
    /// <param name="project">The reference.</param>
    public static Specification<Project> By(ProjectRef project)
    {
        var specification = new Specification<Project>();
        if (project.Id is { } id)
            specification.Query.Where(p => p.Id == id);
        else
            specification.Query.Where(p => p.Key == project.Key);
        return specification;
    }

    /// <summary>The projects that an actor can see; says the same as <see cref="ProjectPolicy"/>.</summary>
    /// <param name="actor">Who asks.</param>
    /// <param name="members">All memberships.</param>
    public static Specification<Project> VisibleTo(Actor actor, IQueryable<ProjectMember> members)
    {
        ArgumentNullException.ThrowIfNull(actor);
        var specification = new Specification<Project>();
        if (actor.OnlyProjectId is { } only)
        {
            specification.Query.Where(p => p.Id == only);
        }
        else if (!actor.IsAdmin)
        {
            specification.Query.Where(p => p.Visibility != ProjectVisibility.Private || p.LeadId == actor.UserId
                || members.Any(m => m.ProjectId == p.Id && m.UserId == actor.UserId));
        }

        return specification;
    }
}
