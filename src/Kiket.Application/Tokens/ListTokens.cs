using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>The tokens of a kind that the actor may manage.</summary>
internal sealed record ListTokensQuery(TokenKind Kind, PageRequest Page) : IQuery<Result<Page<TokenDto>>>;

internal sealed class ListTokensHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListTokensQuery, Result<Page<TokenDto>>>
{
    private static readonly SortOptions<AccessToken> Sorts = new SortOptions<AccessToken>("id asc", t => t.Id)
        .By("id", t => t.Id)
        .By("name", t => t.SortKey)
        .By("expires_at", t => t.ExpiresAt)
        .By("last_used_at", t => t.LastUsedAt)
        .By("created_at", t => t.CreatedAt);

    public async Task<Result<Page<TokenDto>>> Handle(ListTokensQuery query, CancellationToken ct)
    {
        var tokens = db.ManageableTokens(current.Actor, query.Kind);
        if (tokens.Error is { } error)
            return error;
        return await tokens
            .Value.AsNoTracking()
            .ToPageAsync(
                query.Page,
                Sorts,
                page =>
                    page.Select(t => new TokenDto
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
                    }),
                ct
            );
    }
}
