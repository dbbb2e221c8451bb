using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Approvals;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Approvals;

internal static class ApprovalQueries
{
    /// <summary>The actor with every role that a workflow can refer to.</summary>
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
        return new(actor.UserId, email)
        {
            Roles = HeldRoles.Of(actor, project, member),
            Parts = IssueParts.Of(issue, project.LeadId, actor.UserId),
            ManagesProject = ProjectPolicy.AccessOf(actor, project, member?.Role) >= ProjectAccess.Manage,
        };
    }
}
