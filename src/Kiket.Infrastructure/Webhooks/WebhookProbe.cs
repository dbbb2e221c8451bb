using System.Text;
using Kiket.Application.Abstractions;
using Kiket.Domain.Webhooks;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Takes the way of <see cref="WebhookDrain"/> with one delivery of a subscription, to which nothing secret is sent.</summary>
internal sealed class WebhookProbe(WebhookPayloads payloads, WebhookRequests requests, WebhookSender sender, TimeProvider time) : IWebhookProbe
{
    public async Task<ProbedAttempt> SendAsync(Webhook webhook, WebhookDelivery delivery, CancellationToken ct)
    {
        var body = await payloads.WriteAsync(delivery, told: null, extension: null, withSecrets: false, ct);
        var sent = requests.Of(webhook, delivery, extension: null, body) is { } request
            ? await sender.SendAsync(request, ct)
            : SentRequest.Unsent(WebhookRequests.AddressOf(webhook, delivery.Event), WebhookRequests.SecretUnavailable, time.GetUtcNow());
        return new(sent.Outcome, sent.Exchange, Encoding.UTF8.GetString(body), sent.At, sent.Duration);
    }
}
