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
    public async Task<Result<Page<TokenDto>>> Handle(ListTokensQuery query, CancellationToken ct)
    {
        var tokens = db.ManageableTokens(current.Actor, query.Kind);
        return tokens.Error is { } error
            ? error
            : await tokens.Value.AsNoTracking().ToPageAsync(query.Page, TokenQueries.Sorts, page => page.ToDto(db), ct);
    }
}
