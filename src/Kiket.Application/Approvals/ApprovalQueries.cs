using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Approvals;

internal static class ApprovalQueries
{
    /// <summary>The actor with every role that a workflow can name.</summary>
    public static async Task<ApproverCandidate> ReadCandidateAsync(
        this IKiketDb db,
        Issue issue,
        Project project,
        Actor actor,
        CancellationToken ct
    )
    {
        var email = await db.Users.Where(u => u.Id == actor.UserId).Select(u => u.Email).SingleAsync(ct);
        var member = await db
            .ProjectMembers.AsNoTracking()
            .WithSpecification(new MembershipOf(project.Id, actor.UserId))
            .SingleOrDefaultAsync(ct);
        var access = ProjectPolicy.AccessOf(actor, project, member?.Role);

        HashSet<string> roles = new(member?.TeamRoles ?? [], StringComparer.OrdinalIgnoreCase) { WireName.Of(actor.Role) };
        if (project.LeadId == actor.UserId || member?.Role is ProjectRole.Lead)
            roles.UnionWith(["lead", "project_lead"]);
        if (member is not null)
            roles.Add(WireName.Of(member.Role));
        if (access >= ProjectAccess.Manage)
            roles.Add("manager");

        HashSet<string> parts = new(StringComparer.OrdinalIgnoreCase);
        if (issue.AssigneeId == actor.UserId)
            parts.Add("assignee");
        if (issue.ReporterId == actor.UserId)
            parts.UnionWith(["reporter", "creator"]);
        if (project.LeadId == actor.UserId)
            parts.UnionWith(["lead", "project_lead"]);
        return new(actor.UserId, email, roles, parts, access >= ProjectAccess.Manage);
    }
}
