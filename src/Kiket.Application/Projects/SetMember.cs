using FluentValidation;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Mapster;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Projects;

/// <summary>Adds a user to a project, or changes the roles of a member. For those who manage the project.</summary>
/// <param name="Role">Null to keep a member's role, or for <c>member</c> for a new member.</param>
/// <param name="TeamRoles">All roles in the project's team, or null to leave them as they are.</param>
internal sealed record SetMemberCommand(
    ProjectRef Project,
    UserId? User,
    ProjectRole? Role,
    IReadOnlyList<string>? TeamRoles = null
) : ICommand<Result<MemberSet>>;

/// <param name="IsNew">Whether the user was added.</param>
internal sealed record MemberSet(MemberDto Member, bool IsNew);

internal sealed class SetMemberValidator : AbstractValidator<SetMemberCommand>
{
    public SetMemberValidator() =>
        RuleFor(c => c.User)
            .NotNull()
            .OverridePropertyName("member.user_id")
            .WithMessage("A member must be a user; specify user_id.");
}

internal sealed class SetMemberHandler(IKiketDb db, ICurrentActor current, TimeProvider time, TypeAdapterConfig mappings)
    : ICommandHandler<SetMemberCommand, Result<MemberSet>>
{
    public async Task<Result<MemberSet>> Handle(SetMemberCommand command, CancellationToken ct)
    {
        var found = await db.FindProjectAsync(command.Project, current.Actor, ProjectAccess.Manage, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (project, userId) = (found.Value, command.User!.Value);
        var member = await db.ProjectMembers.WithSpecification(new MembershipOf(project.Id, userId)).SingleOrDefaultAsync(ct);
        var role = command.Role ?? member?.Role ?? (project.LeadId == userId ? ProjectRole.Lead : ProjectRole.Member);
        if (project.AllowMembership(userId, role).Error is { } error)
            return error;
        var teamRoles = project.Schema.FindTeamRoles(command.TeamRoles ?? []);
        if (teamRoles.Error is { } unknown)
            return unknown;
        var user = await db.Users.AsNoTracking().WithSpecification(new ActiveUser(userId)).SingleOrDefaultAsync(ct);
        if (user is null)
            return ProjectErrors.UnknownMember(userId);

        var isNew = member is null;
        if (member is null)
            db.ProjectMembers.Add(member = ProjectMember.Of(project, userId, role, time.GetUtcNow()));
        else
            member.ChangeRole(role);
        if (command.TeamRoles is not null)
            member.ChangeTeamRoles(teamRoles.Value);
        return new MemberSet(new MemberDto(user.Adapt<UserDto>(mappings), role, member.TeamRoles), isNew);
    }
}
