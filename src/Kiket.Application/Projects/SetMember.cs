using FluentValidation;
using Kiket.Application.Abstractions;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Mapster;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Projects;

/// <summary>Makes a user a member of a project, or gives a member another role. For those who manage the project.</summary>
public sealed record SetMemberCommand(ProjectRef Project, long? User, ProjectRole Role) : ICommand<Result<MemberSet>>;

/// <param name="IsNew">Whether the user has only now become a member.</param>
public sealed record MemberSet(MemberDto Member, bool IsNew);

internal sealed class SetMemberValidator : AbstractValidator<SetMemberCommand>
{
    public SetMemberValidator() =>
        RuleFor(c => c.User).NotNull().OverridePropertyName("member.user_id").WithMessage("A member is a user; give user_id.");
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
        if (project.AllowMembership(userId, command.Role).Error is { } refusal)
            return refusal;
        var user = await db.Users.AsNoTracking().SingleOrDefaultAsync(u => u.Id == userId && !u.Deactivated, ct);
        if (user is null)
            return ProjectErrors.UnknownMember(userId);

        var member = await db.ProjectMembers.SingleOrDefaultAsync(m => m.ProjectId == project.Id && m.UserId == userId, ct);
        if (member is null)
            db.ProjectMembers.Add(ProjectMember.Of(project, userId, command.Role, time.GetUtcNow()));
        else
            member.ChangeRole(command.Role);
        await db.SaveChangesAsync(ct);
        return new MemberSet(new MemberDto(user.Adapt<UserDto>(mappings), command.Role), IsNew: member is null);
    }
}
