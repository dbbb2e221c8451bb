using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>
/// The deliveries of the organization, or of the requesting extension, newest first. For administrators and extensions.
/// </summary>
internal sealed record ListDeliveriesQuery(DeliveryFilter Filter, PageRequest Page) : IQuery<Result<Page<DeliveryDto>>>;

internal sealed class ListDeliveriesHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListDeliveriesQuery, Result<Page<DeliveryDto>>>
{
    private static readonly SortOptions<WebhookDelivery> Sorts = new SortOptions<WebhookDelivery>("id desc", d => d.Id)
        .By("id", d => d.Id)
        .By("created_at", d => d.CreatedAt)
        .By("completed_at", d => d.CompletedAt);

    public async Task<Result<Page<DeliveryDto>>> Handle(ListDeliveriesQuery query, CancellationToken ct)
    {
        var visible = db.VisibleDeliveries(current);
        if (visible.Error is { } refused)
            return refused;
        var page = await visible
            .Value.AsNoTracking()
            .WithSpecification(new DeliveriesMatching(query.Filter, db.Extensions))
            .ToPageAsync(query.Page, Sorts, rows => rows, ct);
        if (page.Error is { } malformed)
            return malformed;
        return page.Value.With<DeliveryDto>([.. page.Value.Items.Select(DeliveryDto.Of)]);
    }
}
