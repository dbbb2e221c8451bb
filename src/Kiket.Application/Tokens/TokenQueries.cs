using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;

namespace Kiket.Application.Tokens;

internal static class TokenQueries
{
    /// <summary>The tokens that an actor may manage: administrators those of the organization, everybody their own.</summary>
    public static Result<IQueryable<AccessToken>> ManageableTokens(this IKiketDb db, Actor actor, TokenKind kind) =>
        kind switch
        {
            TokenKind.Workspace when !actor.IsAdmin => UserErrors.AdminsOnly,
            TokenKind.Workspace => Result<IQueryable<AccessToken>>.From(db.AccessTokens.WithSpecification(new WorkspaceTokens())),
            _ => Result<IQueryable<AccessToken>>.From(db.AccessTokens.WithSpecification(new PersonalTokensOf(actor.UserId))),
        };
}
