using System.Diagnostics.CodeAnalysis;
using Hangfire;
using Kiket.Infrastructure.Audit;
using Kiket.Infrastructure.Webhooks;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Jobs;

/// <summary>
/// Schedules the housekeeping jobs in the background and not during the start: scheduling needs a lock of the job storage,
/// which a killed process may hold for a while. Failures are retried until the jobs are scheduled.
/// </summary>
internal sealed partial class RecurringJobPlanner(
    IRecurringJobManager jobs,
    TimeProvider time,
    ILogger<RecurringJobPlanner> logger
) : BackgroundService
{
    private static readonly TimeSpan Pause = TimeSpan.FromSeconds(10);

    /// <summary>Jobs of earlier versions; <see cref="RecurringWork"/> does their work.</summary>
    private static readonly string[] Former = ["webhooks", "escalations", "outbox", "sla"];

    [SuppressMessage("Design", "CA1031", Justification = "Scheduling is retried after any exception of the job storage.")]
    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        await Task.Yield(); // the storage is synchronous, and nothing must wait for it
        while (!stoppingToken.IsCancellationRequested)
        {
            try
            {
                jobs.AddOrUpdate<PruneJob>("prune", job => job.RunAsync(CancellationToken.None), Cron.Hourly);
                jobs.AddOrUpdate<AuditAnchorJob>("audit-anchors", job => job.RunAsync(CancellationToken.None), Cron.Minutely);
                jobs.AddOrUpdate<KeyRotationJob>("signing-keys", job => job.RunAsync(CancellationToken.None), Cron.Hourly);
                foreach (var id in Former)
                    jobs.RemoveIfExists(id);
                return;
            }
            catch (Exception failure)
            {
                LogFailure(failure.Message);
            }

            await Task.Delay(Pause, time, stoppingToken);
        }
    }

    [LoggerMessage(Level = LogLevel.Warning, Message = "Recurring jobs could not be scheduled; retrying soon: {Reason}")]
    private partial void LogFailure(string reason);
}
