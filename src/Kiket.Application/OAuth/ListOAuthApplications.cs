using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.OAuth;

/// <summary>The applications of the organization. For administrators.</summary>
internal sealed record ListOAuthApplicationsQuery(PageRequest Page) : IQuery<Result<Page<OAuthApplicationDto>>>;

internal sealed class ListOAuthApplicationsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListOAuthApplicationsQuery, Result<Page<OAuthApplicationDto>>>
{
    private static readonly SortOptions<OAuthApplication> Sorts = new SortOptions<OAuthApplication>("id asc", a => a.Id)
        .By("id", a => a.Id)
        .By("created_at", a => a.CreatedAt);

    public async Task<Result<Page<OAuthApplicationDto>>> Handle(ListOAuthApplicationsQuery query, CancellationToken ct)
    {
        if (!current.Actor.IsAdmin)
            return UserErrors.AdminsOnly;
        return await db
            .OAuthApplications.AsNoTracking()
            .ToPageAsync(
                query.Page,
                Sorts,
                page =>
                    page.Select(a => new OAuthApplicationDto
                    {
                        Id = a.Id,
                        Name = a.Name,
                        ClientId = a.ClientId,
                        Scopes = a.Scopes,
                        GrantTypes = a.GrantTypes,
                        RedirectUris = a.RedirectUris,
                        Public = a.IsPublic,
                        AllowedNetworks = a.AllowedNetworks,
                        CreatedAt = a.CreatedAt,
                    }),
                ct
            );
    }
}
