using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Organizations;

/// <summary>The settings of the actor's organization.</summary>
internal sealed record GetOrganizationSettingsQuery : IQuery<Result<OrganizationSettingsDto>>;

internal sealed class GetOrganizationSettingsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetOrganizationSettingsQuery, Result<OrganizationSettingsDto>>
{
    public async Task<Result<OrganizationSettingsDto>> Handle(GetOrganizationSettingsQuery query, CancellationToken ct)
    {
        var found = await db
            .Organizations.AsNoTracking()
            .Where(o => o.Id == current.Actor.OrganizationId)
            .Select(o => new { o.Settings, o.Version })
            .SingleAsync(ct);
        return OrganizationSettingsDto.Of(found.Settings, found.Version);
    }
}
