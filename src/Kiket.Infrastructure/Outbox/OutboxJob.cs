using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Outbox;

/// <summary>Finds what a crash, a failure or another node has left in the outbox.</summary>
public sealed class OutboxJob(OutboxProcessor processor)
{
    public Task RunAsync(CancellationToken ct) => processor.RunAsync(ct);
}

/// <summary>Processes events right after the commit that made them.</summary>
internal sealed class OutboxWorker(OutboxProcessor processor, OutboxSignal signal, ILogger<OutboxWorker> logger) : CommitWorker(signal, logger)
{
    protected override Task WorkAsync(CancellationToken ct) => processor.RunAsync(ct);
}
