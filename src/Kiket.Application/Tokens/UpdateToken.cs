using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>Changes the limits of any token of the organization. For administrators.</summary>
internal sealed record UpdateTokenCommand(
    long Token,
    Optional<int?> RateLimitRequests,
    Optional<int?> RateLimitWindow,
    Optional<IReadOnlyList<string>?> AllowedNetworks
) : ICommand<Result<TokenDto>>;

internal sealed class UpdateTokenHandler(IKiketDb db, ICurrentActor current)
    : ICommandHandler<UpdateTokenCommand, Result<TokenDto>>
{
    public async Task<Result<TokenDto>> Handle(UpdateTokenCommand command, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        if (await db.AccessTokens.SingleOrDefaultAsync(t => t.Id == command.Token, ct) is not { } token)
            return TokenErrors.NotFound(command.Token);

        var limited = token.Limit(
            command.RateLimitRequests.Or(token.RateLimitRequests),
            command.RateLimitWindow.Or(token.RateLimitWindowSeconds),
            "token"
        );
        if (limited.Error is { } error)
            return error;
        if (token.Restrict(command.AllowedNetworks.Or(token.AllowedNetworks), "token").Error is { } unknown)
            return unknown;
        var owner = await db.Users.Where(u => u.Id == token.UserId).Select(u => u.Name).SingleAsync(ct);
        return TokenDto.Of(token, owner);
    }
}
