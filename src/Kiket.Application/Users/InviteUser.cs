using FluentValidation;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Mapster;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Adds a user to the organization and invites them to sign in. For administrators.</summary>
/// <param name="Name">Display name, or null to derive one from the address.</param>
internal sealed record InviteUserCommand(string? Email, OrganizationRole? Role, string? Name) : ICommand<Result<InvitedUserDto>>;

internal sealed class InviteUserValidator : AbstractValidator<InviteUserCommand>
{
    public InviteUserValidator()
    {
        RuleFor(c => c.Email).NotEmpty().OverridePropertyName("user.email").WithMessage("A user must have an e-mail address.");
        RuleFor(c => c.Role)
            .NotNull()
            .OverridePropertyName("user.role")
            .WithMessage($"A user must have a role: {string.Join(", ", WireName.All<OrganizationRole>())}.");
    }
}

internal sealed class InviteUserHandler(
    IKiketDb db,
    IUnitOfWork work,
    ICurrentActor current,
    TimeProvider time,
    TypeAdapterConfig mappings
) : ICommandHandler<InviteUserCommand, Result<InvitedUserDto>>
{
    private const string InvitationLabel = "kinv_";

    public async Task<Result<InvitedUserDto>> Handle(InviteUserCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;

        var joined = User.Join(current.Actor.OrganizationId, command.Email!, command.Role!.Value, command.Name, time.GetUtcNow());
        if (joined.Error is { } error)
            return error;
        var user = joined.Value;

        // Two concurrent invitations of the same address both pass this check; the unique index stops one, and its retry
        // ends here.
        if (await db.Users.AnyAsync(u => u.Email == user.Email, ct))
            return UserErrors.EmailTaken(user.Email);
        db.Users.Add(user);
        await work.FlushAsync(ct);

        var secret = TokenSecret.Generate(InvitationLabel);
        db.Invitations.Add(Invitation.For(user, secret, user.CreatedAt));
        return new InvitedUserDto(user.Adapt<UserDto>(mappings), secret.Plaintext);
    }
}
