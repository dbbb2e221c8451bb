using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>
/// Resends the deliveries that match a filter, oldest first and at most <see cref="MaxAtOnce"/>, to endpoints that were not
/// stopped. Without a state, only undelivered ones match. For administrators and extensions.
/// </summary>
internal sealed record RedeliverManyCommand(DeliveryFilter Filter) : ICommand<Result<RedeliveredDto>>
{
    public const int MaxAtOnce = 1_000;
}

/// <param name="Redelivered">How many are queued again.</param>
internal sealed record RedeliveredDto(int Redelivered);

internal sealed class RedeliverManyHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<RedeliverManyCommand, Result<RedeliveredDto>>
{
    public async Task<Result<RedeliveredDto>> Handle(RedeliverManyCommand command, CancellationToken ct)
    {
        var visible = db.VisibleDeliveries(current);
        if (visible.Error is { } refused)
            return refused;
        var filter =
            command.Filter.States.Count > 0
                ? command.Filter
                : command.Filter with
                {
                    States = [DeliveryState.Failed, DeliveryState.Cancelled],
                };
        var deliveries = await visible
            .Value.WithSpecification(new DeliveriesMatching(filter, db.Extensions))
            .Where(d => db.Webhooks.Any(w => w.Id == d.WebhookId && w.Active))
            .OrderBy(d => d.Id)
            .Take(RedeliverManyCommand.MaxAtOnce)
            .ToListAsync(ct);
        var now = time.GetUtcNow();
        foreach (var delivery in deliveries)
            delivery.Redeliver(now);
        return new RedeliveredDto(deliveries.Count);
    }
}
