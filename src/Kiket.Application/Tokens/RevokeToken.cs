using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>Revokes a token; the next request with it is refused.</summary>
internal sealed record RevokeTokenCommand(TokenKind Kind, long Token) : ICommand<Result<bool>>;

internal sealed class RevokeTokenHandler(IKiketDb db, ICurrentActor current) : ICommandHandler<RevokeTokenCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(RevokeTokenCommand command, CancellationToken ct)
    {
        var tokens = db.ManageableTokens(current.Actor, command.Kind);
        if (tokens.Error is { } forbidden)
            return forbidden;
        var token = await tokens.Value.SingleOrDefaultAsync(t => t.Id == command.Token, ct);
        if (token is null)
            return TokenErrors.NotFound(command.Token);
        if (!Scope.Covers(current.Scopes, token.Scopes))
            return TokenErrors.Stronger;

        db.AccessTokens.Remove(token);
        return true;
    }
}
