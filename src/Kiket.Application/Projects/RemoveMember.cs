using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Projects;

/// <summary>Ends a membership. For those who manage the project.</summary>
internal sealed record RemoveMemberCommand(ProjectRef Project, UserId User) : ICommand<Result<bool>>;

internal sealed class RemoveMemberHandler(IKiketDb db, ICurrentActor current) : ICommandHandler<RemoveMemberCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RemoveMemberCommand command, CancellationToken ct)
    {
        var found = await db.FindProjectAsync(command.Project, current.Actor, ProjectAccess.Manage, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var project = found.Value;
        if (project.AllowMembership(command.User, role: null).Error is { } error)
            return error;
        var member = await db
            .ProjectMembers.WithSpecification(new MembershipOf(project.Id, command.User))
            .SingleOrDefaultAsync(ct);
        if (member is null)
            return ProjectErrors.MemberNotFound(command.User);

        db.ProjectMembers.Remove(member);
        return true;
    }
}
