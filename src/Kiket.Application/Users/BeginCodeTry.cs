using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Application.Users;

/// <summary>Counts a try before a code is compared, in its own transaction, so that it counts when the code is wrong.</summary>
internal sealed record BeginCodeTryCommand(UserId User) : ICommand<Result<bool>>;

internal sealed class BeginCodeTryHandler(IKiketDb db, TimeProvider time) : ICommandHandler<BeginCodeTryCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(BeginCodeTryCommand command, CancellationToken ct)
    {
        var signIn = await db.FindSignInAsync(command.User, ct);
        if (signIn is null || !signIn.BeginTry(time.GetUtcNow()))
            return UserErrors.WrongCode;
        return true;
    }
}
