using Kiket.Application.Ports;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Sends one delivery in the same way as <see cref="WebhookDrain"/>.</summary>
internal sealed class WebhookProbe(WebhookPayloads payloads, WebhookRequests requests, WebhookSender sender, TimeProvider time)
    : IWebhookProbe
{
    public async Task<ProbedAttempt> SendAsync(
        Webhook webhook,
        WebhookDelivery delivery,
        Extension? extension,
        CancellationToken ct
    )
    {
        var body = await payloads.WriteAsync(delivery, logged: null, extension, ct);
        var sent = requests.Of(webhook, delivery, extension, body) is { } request
            ? await sender.SendAsync(request, ct)
            : SentRequest.Unsent(
                WebhookRequests.AddressOf(webhook, delivery.Event),
                WebhookRequests.SecretUnavailable,
                time.GetUtcNow()
            );
        return new(sent.Outcome, sent.Exchange, sent.At, sent.Duration);
    }
}
