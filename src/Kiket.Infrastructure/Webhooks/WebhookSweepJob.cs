namespace Kiket.Infrastructure.Webhooks;

/// <summary>Hands out what waits in the event log, and wakes every endpoint that has something due.</summary>
internal sealed class WebhookSweepJob(WebhookFanOut fanOut, WebhookSchedule schedule)
{
    public async Task RunAsync(CancellationToken ct)
    {
        await fanOut.RunAsync(ct);
        await schedule.SweepAsync(ct);
    }
}
