using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>Revokes any token of the actor's organization. For operators only: no route leads here.</summary>
internal sealed record RevokeUserTokenCommand(long Token) : ICommand<Result<bool>>;

internal sealed class RevokeUserTokenHandler(IKiketDb db) : ICommandHandler<RevokeUserTokenCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RevokeUserTokenCommand command, CancellationToken ct)
    {
        if (await db.AccessTokens.SingleOrDefaultAsync(t => t.Id == command.Token, ct) is not { } token)
            return TokenErrors.NotFound(command.Token);
        db.AccessTokens.Remove(token);
        return true;
    }
}
