using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Projects;

internal static class RoleHolders
{
    /// <summary>
    /// The active people who hold a role in a project, as <see cref="HeldRoles"/> says: those whom an action or an escalation
    /// names with it are those who may approve with it.
    /// </summary>
    /// <param name="role">Its name, upper and lower case alike.</param>
    public static async Task<IReadOnlyList<UserId>> FindHoldersAsync(
        this IKiketDb db,
        Project project,
        string role,
        CancellationToken ct
    )
    {
        var (id, lead) = (project.Id, project.LeadId);
        OrganizationRole? named = WireName.TryParse(role, out OrganizationRole known) ? known : null;
        var members = await db.ProjectMembers.AsNoTracking().Where(m => m.ProjectId == id).ToDictionaryAsync(m => m.UserId, ct);
        var people = await db
            .Users.Where(u => !u.Deactivated && !u.IsService)
            .Where(u =>
                u.Id == lead
                || u.Role == OrganizationRole.Admin
                || u.Role == OrganizationRole.ProjectManager
                || u.Role == named
                || db.ProjectMembers.Any(m => m.ProjectId == id && m.UserId == u.Id)
            )
            .OrderBy(u => u.Id)
            .Select(u => new { u.Id, u.Role })
            .ToListAsync(ct);
        return
        [
            .. people
                .Where(u =>
                    HeldRoles
                        .Of(new Actor(project.OrganizationId, u.Id, u.Role), project, members.GetValueOrDefault(u.Id))
                        .Contains(role)
                )
                .Select(u => u.Id),
        ];
    }
}
