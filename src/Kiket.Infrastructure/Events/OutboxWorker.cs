using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Events;

/// <summary>Processes events right after the commit that created them.</summary>
internal sealed class OutboxWorker(OutboxProcessor processor, OutboxSignal signal, ILogger<OutboxWorker> logger)
    : CommitWorker(signal, logger)
{
    protected override Task WorkAsync(CancellationToken ct) => processor.RunAsync(ct);
}
