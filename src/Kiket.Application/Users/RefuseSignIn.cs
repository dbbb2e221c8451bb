using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Records a failed sign-in, and the lockout that it may have caused.</summary>
internal sealed record RefuseSignInCommand(UserId User) : ICommand<Result<bool>>;

internal sealed class RefuseSignInHandler(IKiketDb db, IUnitOfWork work, TimeProvider time)
    : ICommandHandler<RefuseSignInCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RefuseSignInCommand command, CancellationToken ct)
    {
        // Nobody has signed in, so the tenant filter would hide every row.
        var user = await db.AcrossTenants<User>().SingleAsync(u => u.Id == command.User, ct);
        var signIn = await db.GetSignInAsync(command.User, ct);
        work.Audit(user, "sign_in_failed");
        if (signIn.IsLocked(time.GetUtcNow()))
            work.Audit(user, "locked_out");
        return true;
    }
}
