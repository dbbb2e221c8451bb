using FluentValidation;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Mapster;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Accepts an invitation and signs its user in. The invitation's token is the only credential needed.</summary>
/// <param name="Name">Display name, or null to keep the one that the inviter gave.</param>
internal sealed record AcceptInvitationCommand(string? Token, string? Name) : ICommand<Result<AcceptedInvitation>>;

/// <param name="Token">A personal access token of the user; shown once.</param>
internal sealed record AcceptedInvitation(UserDto User, string Token);

internal sealed class AcceptInvitationValidator : AbstractValidator<AcceptInvitationCommand>
{
    public AcceptInvitationValidator() =>
        RuleFor(c => c.Token)
            .NotEmpty()
            .OverridePropertyName("invitation.token")
            .WithMessage("The invitation's token is required.");
}

internal sealed class AcceptInvitationHandler(IKiketDb db, TimeProvider time, TypeAdapterConfig mappings)
    : ICommandHandler<AcceptInvitationCommand, Result<AcceptedInvitation>>
{
    public async Task<Result<AcceptedInvitation>> Handle(AcceptInvitationCommand command, CancellationToken ct)
    {
        var (hash, now) = (TokenSecret.HashOf(command.Token!), time.GetUtcNow());

        // Nobody has signed in, so the tenant filter would hide every row.
        var invitation = await db.AcrossTenants<Invitation>().SingleOrDefaultAsync(i => i.Hash == hash, ct);
        if (invitation is null)
            return UserErrors.InvitationNotFound;
        if (invitation.Accept(now).Error is { } over)
            return over;
        var user = await db.AcrossTenants<User>().SingleAsync(u => u.Id == invitation.UserId, ct);
        if (user.AcceptInvitation(command.Name, now).Error is { } error)
            return error;

        var secret = TokenSecret.Generate(AccessToken.LabelOf(TokenKind.Personal));
        db.AccessTokens.Add(AccessToken.Issue(user, TokenKind.Personal, "Invitation", [], null, secret, now).Value);
        return new AcceptedInvitation(user.Adapt<UserDto>(mappings), secret.Plaintext);
    }
}
