using System.Linq.Expressions;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;

namespace Kiket.Application.Projects;

/// <summary>Parts of queries for the role of a user in a project.</summary>
internal static class ProjectRoles
{
    /// <summary>The role of a user's membership in a project; null if they are not a member.</summary>
    public static readonly Expression<Func<IQueryable<ProjectMember>, ProjectId, UserId, ProjectRole?>> RoleOf = (
        members,
        projectId,
        userId
    ) => members.Where(m => m.ProjectId == projectId && m.UserId == userId).Select(m => (ProjectRole?)m.Role).FirstOrDefault();

    /// <summary>Whether a user leads a project: as its lead, or as a member with that role.</summary>
    public static readonly Expression<Func<IQueryable<ProjectMember>, ProjectId, UserId?, UserId, bool>> IsLead = (
        members,
        projectId,
        leadId,
        userId
    ) => userId == leadId || members.Any(m => m.ProjectId == projectId && m.UserId == userId && m.Role == ProjectRole.Lead);
}
