using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Users;
using Kiket.Domain.Common;
using Kiket.Domain.Organizations;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Organizations;

/// <summary>The actor's organization by its slug or id; others do not exist for them.</summary>
internal sealed record GetOrganizationQuery(string Organization) : IQuery<Result<OrganizationSummary>>;

internal sealed class GetOrganizationHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetOrganizationQuery, Result<OrganizationSummary>>
{
    public async Task<Result<OrganizationSummary>> Handle(GetOrganizationQuery query, CancellationToken ct)
    {
        var own = await db
            .Organizations.Where(o => o.Id == current.Actor.OrganizationId)
            .Select(o => new OrganizationSummary(o.Id, o.Slug, o.Name))
            .SingleAsync(ct);
        var isOwn =
            query.Organization.Equals(own.Slug, StringComparison.OrdinalIgnoreCase) || query.Organization == own.Id.ToString();
        return isOwn ? own : OrganizationErrors.NotFound(query.Organization);
    }
}
