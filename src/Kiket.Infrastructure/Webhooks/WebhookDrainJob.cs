using System.Diagnostics.CodeAnalysis;
using Hangfire;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Sends the due deliveries of one endpoint.</summary>
internal sealed class WebhookDrainJob(WebhookDrain drain, WebhookSchedule schedule)
{
    /// <param name="name">The name shown on the dashboard.</param>
    [SuppressMessage("Style", "IDE0060", Justification = "The dashboard shows a job's arguments.")]
    [JobDisplayName("Send what is due to {1} (webhook {0})"), AutomaticRetry(Attempts = 0)]
    public async Task RunAsync(long webhookId, string name, CancellationToken ct)
    {
        if (await drain.RunAsync(webhookId, ct))
            await schedule.WakeAsync([webhookId], ct);
    }
}
