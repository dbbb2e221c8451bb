using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>
/// Resends a delivery, under the same ids and with the whole retry schedule; the next search for due deliveries finds it. A
/// pending delivery makes its next attempt now. For administrators and the extension that it is for.
/// </summary>
internal sealed record RedeliverOneCommand(long Id) : ICommand<Result<DeliveryDto>>;

internal sealed class RedeliverOneHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<RedeliverOneCommand, Result<DeliveryDto>>
{
    public async Task<Result<DeliveryDto>> Handle(RedeliverOneCommand command, CancellationToken ct)
    {
        var visible = db.VisibleDeliveries(current);
        if (visible.Error is { } refused)
            return refused;
        if (await visible.Value.SingleOrDefaultAsync(d => d.Id == command.Id, ct) is not { } delivery)
            return WebhookErrors.DeliveryNotFound(command.Id);
        if (await db.Webhooks.SingleOrDefaultAsync(w => w.Id == delivery.WebhookId && w.Active, ct) is not { } webhook)
            return WebhookErrors.Stopped(command.Id);
        delivery.Redeliver(time.GetUtcNow());
        work.Audit(webhook, $"redelivered {delivery.Id}");
        return DeliveryDto.Of(delivery);
    }
}
