using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;

namespace Kiket.Application.Tokens;

/// <summary>Issues a personal token for any user. For operators only: no route leads here.</summary>
/// <param name="Organization">Slug of the user's organization; null is enough if the address is in only one organization.</param>
/// <param name="ExpiresIn">Its lifetime, or null for a token that does not expire.</param>
internal sealed record CreateUserTokenCommand(
    string Email,
    string? Organization,
    IReadOnlyList<string> Scopes,
    TimeSpan? ExpiresIn
) : ICommand<Result<CreatedUserToken>>;

/// <param name="Token">The token; shown once.</param>
internal sealed record CreatedUserToken(string Email, string Organization, string Token);

internal sealed class CreateUserTokenHandler(IKiketDb db, TimeProvider time)
    : ICommandHandler<CreateUserTokenCommand, Result<CreatedUserToken>>
{
    public async Task<Result<CreatedUserToken>> Handle(CreateUserTokenCommand command, CancellationToken ct)
    {
        var found = await db.FindUserAsync(command.Email, command.Organization, "a token", ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (user, slug) = found.Value;
        var (secret, now) = (TokenSecret.Generate(AccessToken.LabelOf(TokenKind.Personal)), time.GetUtcNow());
        var issued = AccessToken.Issue(
            user,
            TokenKind.Personal,
            "Command line",
            command.Scopes,
            now + command.ExpiresIn,
            secret,
            now
        );
        if (issued.Error is { } error)
            return error;
        db.AccessTokens.Add(issued.Value);
        return new CreatedUserToken(user.Email, slug, secret.Plaintext);
    }
}
