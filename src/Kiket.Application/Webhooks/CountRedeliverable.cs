using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>
/// How many deliveries a filter finds for <see cref="RedeliverManyCommand"/>, which sends the oldest of them. For administrators
/// and extensions.
/// </summary>
internal sealed record CountRedeliverableQuery(DeliveryFilter Filter) : IQuery<Result<int>>;

internal sealed class CountRedeliverableHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<CountRedeliverableQuery, Result<int>>
{
    public async Task<Result<int>> Handle(CountRedeliverableQuery query, CancellationToken ct)
    {
        var matching = db.RedeliverableDeliveries(query.Filter, current);
        return matching.Error is { } refused ? refused : await matching.Value.CountAsync(ct);
    }
}
