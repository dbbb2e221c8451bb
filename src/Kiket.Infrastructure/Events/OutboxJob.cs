namespace Kiket.Infrastructure.Events;

/// <summary>Finds messages that a crash, a failure or another node has left in the outbox.</summary>
internal sealed class OutboxJob(OutboxProcessor processor)
{
    public Task RunAsync(CancellationToken ct) => processor.RunAsync(ct);
}
