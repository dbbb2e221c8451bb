using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tokens;

/// <summary>All tokens of the actor's organization and all its users. For operators only: no route leads here.</summary>
internal sealed record ListUserTokensQuery(PageRequest Page) : IQuery<Result<Page<TokenDto>>>;

internal sealed class ListUserTokensHandler(IKiketDb db) : IQueryHandler<ListUserTokensQuery, Result<Page<TokenDto>>>
{
    public Task<Result<Page<TokenDto>>> Handle(ListUserTokensQuery query, CancellationToken ct) =>
        db.AccessTokens.AsNoTracking().ToPageAsync(query.Page, TokenQueries.Sorts, page => page.ToDto(db), ct);
}
