using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Webhooks;

/// <summary>Ends a subscription for good and cancels its pending deliveries. For extensions.</summary>
internal sealed record UnsubscribeWebhookCommand(long Id) : ICommand<Result<bool>>;

internal sealed class UnsubscribeWebhookHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<UnsubscribeWebhookCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(UnsubscribeWebhookCommand command, CancellationToken ct)
    {
        var found = await db.FindSubscriptionAsync(command.Id, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (id, now) = (command.Id, time.GetUtcNow());
        found.Value.Stop(now);
        await db
            .WebhookDeliveries.Where(d => d.WebhookId == id && d.State == DeliveryState.Pending)
            .UpdateInBatchesAsync(
                set => set.SetProperty(d => d.State, DeliveryState.Cancelled).SetProperty(d => d.CompletedAt, now),
                ct
            );
        return true;
    }
}
