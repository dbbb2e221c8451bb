namespace Kiket.Infrastructure.Webhooks;

/// <summary>Fans out the waiting events of the log, and wakes every endpoint with due deliveries.</summary>
internal sealed class WebhookSweepJob(WebhookFanOut fanOut, WebhookSchedule schedule)
{
    public async Task RunAsync(CancellationToken ct)
    {
        await fanOut.RunAsync(ct);
        await schedule.SweepAsync(ct);
    }
}
