using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Turns off two-step sign-in for the current user.</summary>
internal sealed record RemoveSecondStepCommand(string Code) : ICommand<Result<bool>>;

internal sealed class RemoveSecondStepHandler(IKiketDb db, ISecretProtector secrets, ICurrentActor current, TimeProvider time)
    : ICommandHandler<RemoveSecondStepCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RemoveSecondStepCommand command, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var signIn = await db.PasswordSignIns.SingleOrDefaultAsync(s => s.UserId == current.Actor.UserId, ct);
        if (signIn is null || !secrets.Accepts(signIn, command.Code, now))
            return UserErrors.WrongCode;
        signIn.RemoveTotp(now);
        signIn.Succeed(now);
        return true;
    }
}
