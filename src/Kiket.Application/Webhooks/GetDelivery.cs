using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>One delivery with its attempts. For administrators and the extension that it is for.</summary>
internal sealed record GetDeliveryQuery(long Id) : IQuery<Result<DeliveryDto>>;

internal sealed class GetDeliveryHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetDeliveryQuery, Result<DeliveryDto>>
{
    public async Task<Result<DeliveryDto>> Handle(GetDeliveryQuery query, CancellationToken ct)
    {
        var visible = db.VisibleDeliveries(current);
        if (visible.Error is { } refused)
            return refused;
        if (await visible.Value.AsNoTracking().SingleOrDefaultAsync(d => d.Id == query.Id, ct) is not { } delivery)
            return WebhookErrors.DeliveryNotFound(query.Id);
        var attempts = await db
            .WebhookAttempts.AsNoTracking()
            .Where(a => a.DeliveryId == delivery.Id)
            .OrderBy(a => a.Number)
            .ToListAsync(ct);
        var showsBodies = current.Lacks(ScopeDemands.ScopesOf([delivery.Event])) is null; // they contain issues and comments
        return DeliveryDto.Of(delivery) with { Attempts = [.. attempts.Select(a => AttemptDto.Of(a, showsBodies))] };
    }
}
