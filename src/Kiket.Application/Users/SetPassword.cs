using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Users;

/// <summary>Sets the password of the user whom a link is for. The link's token is the only credential needed.</summary>
/// <param name="PasswordHash">The hashed password; hashing takes too long for a transaction.</param>
internal sealed record SetPasswordCommand(string Token, string PasswordHash) : ICommand<Result<bool>>;

internal sealed class SetPasswordHandler(IKiketDb db, TimeProvider time) : ICommandHandler<SetPasswordCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(SetPasswordCommand command, CancellationToken ct)
    {
        var signIn = await db.SignInsByLink(command.Token).SingleOrDefaultAsync(ct);
        if (signIn is null)
            return UserErrors.PasswordLinkNotFound;
        if (signIn.SetPassword(command.PasswordHash, time.GetUtcNow()).Error is { } error)
            return error;
        return true;
    }
}
