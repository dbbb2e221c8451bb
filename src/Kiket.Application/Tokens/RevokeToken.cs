using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>Revokes a token; the next request with it is refused.</summary>
public sealed record RevokeTokenCommand(TokenKind Kind, long Token) : ICommand<Result<bool>>;

internal sealed class RevokeTokenHandler(IKiketDb db, ICurrentActor current) : ICommandHandler<RevokeTokenCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RevokeTokenCommand command, CancellationToken ct)
    {
        var tokens = db.ManageableTokens(current.Actor, command.Kind);
        if (tokens.Error is { } forbidden)
            return forbidden;
        var token = await tokens.Value.SingleOrDefaultAsync(t => t.Id == command.Token, ct);
        if (token is null)
            return UserErrors.TokenNotFound(command.Token);
        if (!Scope.Covers(current.Scopes, token.Scopes))
            return UserErrors.StrongerToken;

        db.AccessTokens.Remove(token);
        await db.SaveChangesAsync(ct);
        return true;
    }
}
