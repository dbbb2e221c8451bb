using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;

namespace Kiket.Application.Users;

/// <summary>Uncounts an attempt that was not a guess: the password was that of the same person in another organization.</summary>
internal sealed record ForgetSignInTryCommand(UserId User) : ICommand<Result<bool>>;

internal sealed class ForgetSignInTryHandler(IKiketDb db, TimeProvider time)
    : ICommandHandler<ForgetSignInTryCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(ForgetSignInTryCommand command, CancellationToken ct)
    {
        var signIn = await db.GetSignInAsync(command.User, ct);
        signIn.ForgetTry(time.GetUtcNow());
        return true;
    }
}
