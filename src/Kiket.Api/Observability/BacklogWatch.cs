using Kiket.Infrastructure.Events;

namespace Kiket.Api.Observability;

/// <summary>Counts the backlog for a collector, which receives metrics without scraping them.</summary>
internal sealed class BacklogWatch(EventBacklog backlog, TimeProvider time) : BackgroundService
{
    private static readonly TimeSpan Interval = TimeSpan.FromSeconds(15);

    protected override async Task ExecuteAsync(CancellationToken stoppingToken)
    {
        using var timer = new PeriodicTimer(Interval, time);
        do await backlog.RefreshAsync(stoppingToken);
        while (await timer.WaitForNextTickAsync(stoppingToken));
    }
}
