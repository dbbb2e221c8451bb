using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>Issues a token with the actor's role: a workspace token for administrators, a personal one for everybody.</summary>
/// <param name="Scopes">Its scopes, at most those of the current token; empty means everything.</param>
internal sealed record IssueTokenCommand(TokenKind Kind, string? Name, IReadOnlyList<string> Scopes, DateTimeOffset? ExpiresAt)
    : ICommand<Result<TokenDto>>
{
    /// <summary>Requests that a workspace token may make in a window; null for the default.</summary>
    public int? RateLimitRequests { get; init; }

    /// <summary>Length of that window in seconds; null for the default.</summary>
    public int? RateLimitWindow { get; init; }

    /// <summary>Networks and addresses from which it is accepted; null for everywhere.</summary>
    public IReadOnlyList<string>? AllowedNetworks { get; init; }
}

internal sealed class IssueTokenHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<IssueTokenCommand, Result<TokenDto>>
{
    public async Task<Result<TokenDto>> Handle(IssueTokenCommand command, CancellationToken ct)
    {
        if (db.ManageableTokens(current.Actor, command.Kind).Error is { } forbidden)
            return forbidden;

        var user = await db.Users.AsNoTracking().SingleAsync(u => u.Id == current.Actor.UserId, ct);
        var secret = TokenSecret.Generate(AccessToken.LabelOf(command.Kind));
        var issued = AccessToken.Issue(
            user,
            command.Kind,
            command.Name,
            command.Scopes,
            command.ExpiresAt,
            secret,
            time.GetUtcNow()
        );
        if (issued.Error is { } error)
            return error;
        if (
            command.Kind is TokenKind.Workspace
            && issued.Value.Limit(command.RateLimitRequests, command.RateLimitWindow, "workspace_api_token").Error
                is { } excessive
        )
            return excessive;
        if (issued.Value.Restrict(command.AllowedNetworks, AccessToken.BodyOf(command.Kind)).Error is { } unknown)
            return unknown;
        if (!Scope.Covers(current.Scopes, command.Scopes))
            return TokenErrors.Stronger;

        db.AccessTokens.Add(issued.Value);
        await work.FlushAsync(ct);
        return TokenDto.Of(issued.Value, user.Name, secret.Plaintext);
    }
}
