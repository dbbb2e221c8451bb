using System.Net;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.OAuth;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.OAuth;

/// <summary>Checks that the credentials of an application are accepted from an address.</summary>
internal sealed record CheckApplicationAddressQuery(string ClientId, IPAddress? Address) : IQuery<Result<bool>>;

internal sealed class CheckApplicationAddressHandler(IKiketDb db) : IQueryHandler<CheckApplicationAddressQuery, Result<bool>>
{
    public async Task<Result<bool>> Handle(CheckApplicationAddressQuery query, CancellationToken ct)
    {
        // Nobody has signed in to the API, so the tenant filter would hide every row.
        var networks = await db.AcrossTenants<OAuthApplication>()
            .Where(a => a.ClientId == query.ClientId)
            .Select(a => a.AllowedNetworks)
            .SingleOrDefaultAsync(ct);
        return Networks.Accept(Networks.Of(networks), query.Address) ? true : OAuthErrors.NotFromThisAddress;
    }
}
