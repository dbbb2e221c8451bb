using System.Diagnostics.CodeAnalysis;
using Kiket.Infrastructure.Approvals;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Sla;
using Kiket.Infrastructure.Webhooks;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;

namespace Kiket.Infrastructure.Jobs;

/// <summary>
/// Time-critical work, driven by this node's own clock, so that no lock of the job storage, which a dead process may hold,
/// delays it. Every node polls and claims what it finds, so that several do no harm.
/// </summary>
internal sealed partial class RecurringWork(IServiceProvider services, TimeProvider time, ILogger<RecurringWork> logger)
    : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromMinutes(1);

    protected override Task ExecuteAsync(CancellationToken stoppingToken) =>
        Task.WhenAll(
            RepeatAsync<OutboxJob>(job => job.RunAsync(stoppingToken), stoppingToken),
            RepeatAsync<WebhookSweepJob>(job => job.RunAsync(stoppingToken), stoppingToken),
            RepeatAsync<SlaJob>(job => job.RunAsync(stoppingToken), stoppingToken),
            RepeatAsync<EscalationJob>(job => job.RunAsync(stoppingToken), stoppingToken)
        );

    /// <summary>Each at its own pace: a slow one does not delay the others.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "A temporarily unavailable database must not end the work.")]
    private async Task RepeatAsync<TJob>(Func<TJob, Task> run, CancellationToken stoppingToken)
        where TJob : notnull
    {
        using var timer = new PeriodicTimer(Interval, time);
        do
        {
            try
            {
                await using var scope = services.CreateAsyncScope();
                await run(ActivatorUtilities.CreateInstance<TJob>(scope.ServiceProvider));
            }
            catch (Exception failure) when (!stoppingToken.IsCancellationRequested)
            {
                LogFailure(failure, typeof(TJob).Name);
            }
        } while (await timer.WaitForNextTickAsync(stoppingToken));
    }

    [LoggerMessage(Level = LogLevel.Error, Message = "{Job} failed; it will run again in a minute.")]
    private partial void LogFailure(Exception failure, string job);
}
