using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>
/// Replaces any token of the actor's organization with a successor, while the token itself is still accepted for a time. For
/// operators only: no route leads here.
/// </summary>
/// <param name="Overlap">How long the token is still accepted; null for 24 hours.</param>
internal sealed record RotateUserTokenCommand(long Token, TimeSpan? Overlap) : ICommand<Result<RotatedUserToken>>;

/// <param name="Token">The successor; shown once.</param>
/// <param name="Until">When the token that it replaces ends.</param>
internal sealed record RotatedUserToken(string Token, DateTimeOffset? Until);

internal sealed class RotateUserTokenHandler(IKiketDb db, TimeProvider time)
    : ICommandHandler<RotateUserTokenCommand, Result<RotatedUserToken>>
{
    public async Task<Result<RotatedUserToken>> Handle(RotateUserTokenCommand command, CancellationToken ct)
    {
        if (await db.AccessTokens.SingleOrDefaultAsync(t => t.Id == command.Token, ct) is not { } token)
            return TokenErrors.NotFound(command.Token);
        var rotated = db.AddSuccessor(token, (int?)command.Overlap?.TotalSeconds, time.GetUtcNow());
        return rotated.Error is { } error ? error : new RotatedUserToken(rotated.Value.Secret.Plaintext, token.ExpiresAt);
    }
}
