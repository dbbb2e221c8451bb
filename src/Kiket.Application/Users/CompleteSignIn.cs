using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Records that a user has signed in.</summary>
/// <param name="User">The user as the password was compared for.</param>
internal sealed record CompleteSignInCommand(PageUser User) : ICommand<Result<PageUser>>;

internal sealed class CompleteSignInHandler(IKiketDb db, IUnitOfWork work, TimeProvider time)
    : ICommandHandler<CompleteSignInCommand, Result<PageUser>>
{
    public async Task<Result<PageUser>> Handle(CompleteSignInCommand command, CancellationToken ct)
    {
        var (id, stamp) = (command.User.Id, command.User.Stamp);
        var found = await db.AcrossTenants<User>()
            .Where(u => u.Id == id && !u.Deactivated)
            .Join(
                db.AcrossTenants<PasswordSignIn>().Where(s => s.Stamp == stamp),
                u => u.Id,
                s => s.UserId,
                (u, s) => new { User = u, SignIn = s }
            )
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return UserErrors.NotFound(id);
        found.SignIn.Succeed(time.GetUtcNow());
        work.Audit(found.User, "signed_in");
        return PageUser.Of(found.User, found.SignIn);
    }
}
