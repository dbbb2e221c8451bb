using Kiket.Infrastructure.Persistence;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Fans out events right after the commit that created them, and looks for retries that have become due.</summary>
internal sealed class WebhookWorker(
    WebhookFanOut fanOut,
    WebhookSchedule schedule,
    OutboxSignal signal,
    TimeProvider time,
    ILogger<WebhookWorker> logger
) : CommitWorker(signal, logger)
{
    private static readonly TimeSpan SweepInterval = TimeSpan.FromSeconds(5);

    private long? swept;

    protected override async Task WorkAsync(CancellationToken ct)
    {
        await fanOut.RunAsync(ct);
        if (swept is { } last && time.GetElapsedTime(last) < SweepInterval)
            return;
        await schedule.SweepAsync(ct);
        swept = time.GetTimestamp();
    }
}
