using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Turns off two-step sign-in for a user who has lost their app and recovery codes. For administrators.</summary>
internal sealed record ResetSecondStepCommand(UserId User) : ICommand<Result<bool>>;

internal sealed class ResetSecondStepHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<ResetSecondStepCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(ResetSecondStepCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        var user = await db.Users.WithSpecification(new Person(command.User)).SingleOrDefaultAsync(ct);
        if (user is null)
            return UserErrors.NotFound(command.User);
        var signIn = await db.PasswordSignIns.SingleOrDefaultAsync(s => s.UserId == user.Id, ct);
        signIn?.RemoveTotp(time.GetUtcNow());
        return true;
    }
}
