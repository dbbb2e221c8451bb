using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Organizations;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Organizations;

/// <summary>Every organization of the server. For operators only: no route leads here.</summary>
internal sealed record ListOrganizationsQuery(PageRequest Page) : IQuery<Result<Page<OrganizationRow>>>;

/// <summary>An organization as operators see one.</summary>
/// <param name="Users">How many people can sign in.</param>
internal sealed record OrganizationRow(OrganizationId Id, string Slug, string Name, int Users, DateTimeOffset CreatedAt);

internal sealed class ListOrganizationsHandler(IKiketDb db) : IQueryHandler<ListOrganizationsQuery, Result<Page<OrganizationRow>>>
{
    private static readonly SortOptions<Organization> Sorts = new SortOptions<Organization>("id asc", o => o.Id).By(
        "id",
        o => o.Id
    );

    public Task<Result<Page<OrganizationRow>>> Handle(ListOrganizationsQuery query, CancellationToken ct) =>
        db
            .Organizations.AsNoTracking()
            .ToPageAsync(
                query.Page,
                Sorts,
                page =>
                    page.Select(o => new OrganizationRow(
                        o.Id,
                        o.Slug,
                        o.Name,
                        db.AcrossTenants<User>(false).Count(u => u.OrganizationId == o.Id && !u.IsService && !u.Deactivated),
                        o.CreatedAt
                    )),
                ct
            );
}
