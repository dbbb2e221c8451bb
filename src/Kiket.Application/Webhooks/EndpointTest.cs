using Kiket.Application.Abstractions;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Webhooks;

/// <summary>Sends an endpoint an event of its own, once, and records what was sent and answered as of any delivery.</summary>
internal static class EndpointTest
{
    /// <param name="extension">The installation to which the endpoint's manifest belongs, or null for a subscription.</param>
    public static async Task<TestedWebhookDto> TestAsync(
        this IKiketDb db, Webhook webhook, Extension? extension, IWebhookProbe probe, TimeProvider time, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var id = LoggedEvent.NewEventId();
        var payload = DirectEvent.Write(id, WebhookDelivery.TestEvent, webhook, now, new("webhook_id", webhook.Id), new("test", true));
        var delivery = WebhookDelivery.Test(webhook, id, payload, now);
        db.WebhookDeliveries.Add(delivery);
        await db.SaveChangesAsync(ct);

        // No transaction is open while the receiver takes its time. What was sent is recorded even when the caller has hung up.
        var attempt = await probe.SendAsync(webhook, delivery, extension, CancellationToken.None);
        delivery.RecordAttempt(attempt.Outcome, retries: 0, chance: 0, time.GetUtcNow());
        db.WebhookAttempts.Add(WebhookAttempt.Of(delivery, attempt.Outcome, attempt.Exchange, Guid.NewGuid(), attempt.At, attempt.Duration));
        await db.SaveChangesAsync(CancellationToken.None);

        var (sent, status) = (attempt.Exchange, attempt.Outcome.Status);
        return new TestedWebhookDto(
            DeliveryDto.Of(delivery),
            new(sent.Url, sent.RequestHeaders, sent.RequestBody ?? ""),
            status is null ? null : new(status.Value, sent.ResponseHeaders, sent.ResponseBody),
            (int)attempt.Duration.TotalMilliseconds,
            delivery.LastError);
    }
}
