using System.Diagnostics.CodeAnalysis;
using Kiket.Infrastructure.Outbox;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Hands events out right after the commit that made them, and looks for retries that have come due.</summary>
internal sealed partial class WebhookWorker(
    WebhookFanOut fanOut, WebhookSchedule schedule, OutboxSignal signal, TimeProvider time, ILogger<WebhookWorker> logger) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(5);

    [SuppressMessage("Design", "CA1031", Justification = "A database that is away for a while must not end the worker.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var swept = time.GetTimestamp() - (long)(Interval.TotalSeconds * time.TimestampFrequency);
        while (!stoppingToken.IsCancellationRequested)
        {
            var committed = signal.CommittedAsync();
            try
            {
                await fanOut.RunAsync(stoppingToken);
                if (time.GetElapsedTime(swept) >= Interval)
                {
                    await schedule.SweepAsync(stoppingToken);
                    swept = time.GetTimestamp();
                }
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailure(failure); // the next look tries again
            }

            await Task.WhenAny(committed, Task.Delay(Interval, time, stoppingToken));
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "Events could not be handed to webhooks; the next look tries again.")]
    private partial void LogFailure(Exception failure);
}
