using System.Diagnostics.CodeAnalysis;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// A worker that looks for work after each commit, and periodically for work that no commit announces. It survives every failure.
/// </summary>
internal abstract partial class CommitWorker(OutboxSignal signal, ILogger logger) : BackgroundService
{
    private static readonly TimeSpan PauseAfterFailure = TimeSpan.FromSeconds(2);

    /// <summary>
    /// All commits within this time cause a single search, whose cost does not depend on how much it finds. The first commit
    /// after a quiet period does not wait.
    /// </summary>
    private static readonly TimeSpan Spacing = TimeSpan.FromMilliseconds(100);

    /// <summary>Does all waiting work.</summary>
    protected abstract Task WorkAsync(CancellationToken ct);

    [SuppressMessage("Design", "CA1031", Justification = "A temporarily unavailable database must not end the worker.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        var isAway = false;
        while (!stoppingToken.IsCancellationRequested)
        {
            var committed = signal.CommittedAsync();
            var spacing = Task.Delay(Spacing, stoppingToken);
            try
            {
                await WorkAsync(stoppingToken);
                if (isAway)
                    LogBack(GetType().Name);
                isAway = false;
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                // An unavailable database is logged once, and commits do not trigger the next attempt early.
                if (!DatabaseFailure.IsUnavailable(failure))
                    LogFailure(failure, GetType().Name);
                else if (!isAway)
                    LogAway(GetType().Name, failure.GetBaseException().Message);
                isAway |= DatabaseFailure.IsUnavailable(failure);
                await Task.Delay(PauseAfterFailure, stoppingToken);
                continue;
            }

            await Task.WhenAny(committed, Task.Delay(signal.Interval, stoppingToken));
            await spacing;
        }
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Worker} failed; retrying.")]
    private partial void LogFailure(Exception failure, string worker);

    [LoggerMessage(Level = LogLevel.Warning, Message = "{Worker} cannot use the database; retrying until it can: {Reason}")]
    private partial void LogAway(string worker, string reason);

    [LoggerMessage(Level = LogLevel.Information, Message = "{Worker} can use the database again.")]
    private partial void LogBack(string worker);
}
