using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;

namespace Kiket.Application.Tokens;

internal static class TokenQueries
{
    /// <summary>The orders of every list of tokens.</summary>
    public static readonly SortOptions<AccessToken> Sorts = new SortOptions<AccessToken>("id asc", t => t.Id)
        .By("id", t => t.Id)
        .By("name", t => t.SortKey)
        .By("expires_at", t => t.ExpiresAt)
        .By("last_used_at", t => t.LastUsedAt)
        .By("created_at", t => t.CreatedAt);

    /// <summary>The tokens that an actor may manage: administrators those of the organization, everybody their own.</summary>
    public static Result<IQueryable<AccessToken>> ManageableTokens(this IKiketDb db, Actor actor, TokenKind kind) =>
        kind switch
        {
            TokenKind.Workspace when !actor.IsAdmin => UserErrors.AdminsOnly,
            TokenKind.Workspace => Result<IQueryable<AccessToken>>.From(db.AccessTokens.WithSpecification(new WorkspaceTokens())),
            _ => Result<IQueryable<AccessToken>>.From(db.AccessTokens.WithSpecification(new PersonalTokensOf(actor.UserId))),
        };

    public static IQueryable<TokenDto> ToDto(this IQueryable<AccessToken> tokens, IKiketDb db) =>
        tokens.Select(t => new TokenDto
        {
            Id = t.Id,
            Name = t.Name,
            Scopes = t.Scopes,
            TokenPrefix = t.Prefix,
            RateLimitRequests = t.RateLimitRequests,
            RateLimitWindow = t.RateLimitWindowSeconds,
            AllowedNetworks = t.AllowedNetworks,
            ExpiresAt = t.ExpiresAt,
            LastUsedAt = t.LastUsedAt,
            CreatedAt = t.CreatedAt,
            Owner = db.Users.Where(u => u.Id == t.UserId).Select(u => new TokenOwner(u.Id, u.Name)).Single(),
        });
}
