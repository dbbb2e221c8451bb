using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Signs in a user whose password was correct.</summary>
/// <param name="User">The user as of the password check.</param>
/// <param name="Code">The code of the second step, or null.</param>
internal sealed record CompleteSignInCommand(PageUser User, string? Code) : ICommand<Result<PageUser>>;

internal sealed class CompleteSignInHandler(IKiketDb db, IUnitOfWork work, ISecretProtector secrets, TimeProvider time)
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
        var now = time.GetUtcNow();
        if (!secrets.Accepts(found.SignIn, command.Code, now))
            return UserErrors.WrongCode;
        found.SignIn.Succeed(now);
        work.Audit(found.User, "signed_in");
        return PageUser.Of(found.User, found.SignIn);
    }
}
