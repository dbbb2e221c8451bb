using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Kiket.Domain.Tokens;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.OAuth;

/// <summary>Grants an application access on its own behalf. The OAuth server has checked its secret.</summary>
/// <param name="Scopes">The requested scopes; none means all of the application's scopes.</param>
internal sealed record GrantClientCredentialsQuery(string ClientId, IReadOnlyList<string> Scopes) : IQuery<Result<OAuthGranted>>;

/// <param name="UserId">The user whom the token acts as.</param>
/// <param name="Scopes">What it allows; never empty.</param>
internal sealed record OAuthGranted(UserId UserId, string Name, IReadOnlyList<string> Scopes);

internal sealed class GrantClientCredentialsHandler(IKiketDb db)
    : IQueryHandler<GrantClientCredentialsQuery, Result<OAuthGranted>>
{
    public async Task<Result<OAuthGranted>> Handle(GrantClientCredentialsQuery query, CancellationToken ct)
    {
        // Nobody has signed in, so the tenant filter would hide every row.
        var application = await db.AcrossTenants<OAuthApplication>()
            .AsNoTracking()
            .SingleAsync(a => a.ClientId == query.ClientId, ct);
        if (query.Scopes.Count == 0)
            return new OAuthGranted(application.ServiceUserId, application.Name, application.Scopes);
        return Scope.Covers(application.Scopes, query.Scopes)
            ? new OAuthGranted(application.ServiceUserId, application.Name, query.Scopes)
            : OAuthErrors.ScopeNotAllowed(application.Scopes);
    }
}
