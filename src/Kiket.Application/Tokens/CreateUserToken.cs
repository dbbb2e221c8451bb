using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>Issues a personal token for any user. For operators only: no route leads here.</summary>
/// <param name="Organization">
/// Slug of the user's organization; null will do while the address is in one organization only.
/// </param>
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
        // An operator belongs to no organization, so the tenant filter would hide every row.
        var email = User.AddressOf(command.Email);
        var found = await db.AcrossTenants<User>()
            .Where(u => u.Email == email)
            .Join(
                db.Organizations,
                u => u.OrganizationId,
                o => o.Id,
                (user, organization) => new { User = user, organization.Slug }
            )
            .Where(x => command.Organization == null || x.Slug == command.Organization)
            .OrderBy(x => x.Slug)
            .Take(10)
            .ToListAsync(ct);
        if (found.Count == 0)
            return UserErrors.NotFound(
                command.Organization is null ? email : $"{email} in the organization {command.Organization}"
            );
        if (found.Count > 1)
            return Error.Validation(
                "organization",
                $"{email} is in several organizations; choose one of {string.Join(", ", found.Select(x => x.Slug))}."
            );
        var (user, slug) = (found[0].User, found[0].Slug);
        if (user.Deactivated)
            return Error.Validation("user", $"{email} is deactivated and cannot use a token.");

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
        return new CreatedUserToken(email, slug, secret.Plaintext);
    }
}
