using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>
/// Replaces a token with a successor; the old token remains valid for a while. Administrators can replace any workspace token,
/// everybody their own tokens.
/// </summary>
/// <param name="OverlapSeconds">How long the old token remains valid; null for 24 hours.</param>
internal sealed record RotateTokenCommand(long Token, int? OverlapSeconds) : ICommand<Result<TokenDto>>;

internal sealed class RotateTokenHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<RotateTokenCommand, Result<TokenDto>>
{
    public async Task<Result<TokenDto>> Handle(RotateTokenCommand command, CancellationToken ct)
    {
        var actor = current.Actor;
        var token = await db.AccessTokens.SingleOrDefaultAsync(t => t.Id == command.Token, ct);
        var isOwn = token?.Kind is TokenKind.Personal && token.UserId == actor.UserId;
        if (token is null || !(isOwn || (token.Kind is TokenKind.Workspace && actor.IsAdmin)))
            return TokenErrors.NotFound(command.Token);
        if (!Scope.Covers(current.Scopes, token.Scopes))
            return TokenErrors.Stronger;

        var rotated = db.AddSuccessor(token, command.OverlapSeconds, time.GetUtcNow());
        if (rotated.Error is { } error)
            return error;
        var (successor, secret) = rotated.Value;
        await work.FlushAsync(ct);
        var owner = await db.Users.Where(u => u.Id == token.UserId).Select(u => u.Name).SingleAsync(ct);
        return TokenDto.Of(successor, owner, secret.Plaintext);
    }
}
