using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>The name of an endpoint in the log, including its owner.</summary>
internal static class WebhookName
{
    public static async Task<string> NameOfAsync(this KiketDbContext db, long webhookId, CancellationToken ct)
    {
        var found = await db.AcrossTenants<Webhook>()
            .AsNoTracking()
            .Where(w => w.Id == webhookId)
            .Select(w => new
            {
                Webhook = w,
                Extension = db.Extensions.Where(e => e.Id == w.ExtensionId).Select(e => e.Key).FirstOrDefault(),
            })
            .SingleAsync(ct);
        var (webhook, extension) = (found.Webhook, found.Extension);
        var host = Uri.TryCreate(webhook.Target.Url, UriKind.Absolute, out var address) ? address.Authority : webhook.Target.Url;
        return webhook.Kind switch
        {
            WebhookKind.Extension => $"Extension {extension} at {host} (webhook {webhookId})",
            WebhookKind.Subscription => $"Subscription {webhookId} of {extension} at {host}",
            _ => $"The endpoint of workflow actions at {host} (webhook {webhookId})",
        };
    }
}
