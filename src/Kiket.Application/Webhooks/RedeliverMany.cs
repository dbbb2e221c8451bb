using System.Text.Json.Serialization;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
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
internal sealed record RedeliveredDto(int Redelivered)
{
    /// <summary>The first and the last of them.</summary>
    [JsonIgnore]
    public DeliveryRange? Ids { get; init; }
}

/// <summary>The deliveries between two ids, both included.</summary>
internal readonly record struct DeliveryRange(long First, long Last);

internal sealed class RedeliverManyHandler(IKiketDb db, IUnitOfWork work, ICurrentActor current, TimeProvider time)
    : ICommandHandler<RedeliverManyCommand, Result<RedeliveredDto>>
{
    public async Task<Result<RedeliveredDto>> Handle(RedeliverManyCommand command, CancellationToken ct)
    {
        var matching = db.RedeliverableDeliveries(command.Filter, current);
        if (matching.Error is { } refused)
            return refused;
        var deliveries = await matching.Value.OrderBy(d => d.Id).Take(RedeliverManyCommand.MaxAtOnce).ToListAsync(ct);
        var now = time.GetUtcNow();
        foreach (var delivery in deliveries)
            delivery.Redeliver(now);
        if (deliveries.Count == 0)
            return new RedeliveredDto(0);
        var (first, last) = (deliveries[0].Id, deliveries[^1].Id);
        work.Audit("webhook_deliveries", $"redelivered {deliveries.Count} from {first} to {last}");
        return new RedeliveredDto(deliveries.Count) { Ids = new(first, last) };
    }
}
