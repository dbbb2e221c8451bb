using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.OAuth;

/// <summary>Grants an application access in the name of a user, who must be active and in its organization.</summary>
/// <param name="Scopes">The requested scopes, without those of OpenID Connect.</param>
internal sealed record GrantUserAccessQuery(string ClientId, UserId User, IReadOnlyList<string> Scopes)
    : IQuery<Result<UserAccess>>;

/// <param name="Application">Name of the application.</param>
/// <param name="Scopes">What the token allows; all of the application's scopes if none was requested.</param>
internal sealed record UserAccess(string Application, UserId UserId, string Name, string Email, IReadOnlyList<string> Scopes)
{
    /// <summary>Whether the application has no secret, so that another program can pretend to be it.</summary>
    public bool IsPublic { get; init; }
}

internal sealed class GrantUserAccessHandler(IKiketDb db) : IQueryHandler<GrantUserAccessQuery, Result<UserAccess>>
{
    public async Task<Result<UserAccess>> Handle(GrantUserAccessQuery query, CancellationToken ct)
    {
        // Nobody has signed in to the API, so the tenant filter would hide every row.
        var found = await db.AcrossTenants<OAuthApplication>()
            .Where(a => a.ClientId == query.ClientId)
            .Join(
                db.AcrossTenants<User>().Where(u => u.Id == query.User && !u.Deactivated),
                a => a.OrganizationId,
                u => u.OrganizationId,
                (a, u) =>
                    new
                    {
                        a.Name,
                        a.Scopes,
                        a.IsPublic,
                        User = u.Name,
                        u.Email,
                    }
            )
            .AsNoTracking()
            .SingleOrDefaultAsync(ct);
        if (found is null)
            return OAuthErrors.NotOfOrganization;
        if (query.Scopes.Count > 0 && !Scope.Covers(found.Scopes, query.Scopes))
            return OAuthErrors.ScopeNotAllowed(found.Scopes);
        var scopes = query.Scopes.Count > 0 ? query.Scopes : found.Scopes;
        return new UserAccess(found.Name, query.User, found.User, found.Email, scopes) { IsPublic = found.IsPublic };
    }
}
