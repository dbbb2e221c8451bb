using System.Diagnostics.CodeAnalysis;
using Hangfire;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Outbox;

/// <summary>Finds what a crash, a failure or another node has left in the outbox.</summary>
public sealed class OutboxJob(OutboxProcessor processor)
{
    [JobDisplayName("Process waiting events"), AutomaticRetry(Attempts = 0)]
    public Task RunAsync(CancellationToken ct) => processor.RunAsync(ct);
}

/// <summary>Processes events right after the commit that made them.</summary>
internal sealed partial class OutboxWorker(OutboxProcessor processor, OutboxSignal signal, ILogger<OutboxWorker> logger) : BackgroundService
{
    [SuppressMessage("Design", "CA1031", Justification = "A database that is away for a while must not end the worker.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        while (!stoppingToken.IsCancellationRequested)
        {
            await signal.WaitAsync(stoppingToken);
            try
            {
                await processor.RunAsync(stoppingToken);
            }
            catch (Exception failure) when (failure is not OperationCanceledException)
            {
                LogFailure(failure); // the sweep comes back to it
            }
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "The outbox could not be processed; the next sweep tries again.")]
    private partial void LogFailure(Exception failure);
}
