using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Webhooks;

/// <summary>
/// Sends an endpoint a test event once, and records the request and the response as for any delivery. Two units of work, because
/// neither waits for the receiver.
/// </summary>
internal static class EndpointTest
{
    /// <param name="begin">Finds the endpoint and the data for its test, or returns an error.</param>
    public static async Task<Result<TestedWebhookDto>> RunAsync(
        IKiketDb db,
        IUnitOfWork work,
        IWebhookProbe probe,
        TimeProvider time,
        Func<Task<Result<TestedEndpoint>>> begin,
        CancellationToken ct
    )
    {
        var begun = await work.RunAsync<(TestedEndpoint Endpoint, WebhookDelivery Delivery)>(
            "test_endpoint",
            async () =>
            {
                var endpoint = await begin();
                if (endpoint.Error is { } error)
                    return error;
                var (webhook, now, id) = (endpoint.Value.Webhook, time.GetUtcNow(), LoggedEvent.NewEventId());
                var payload = DirectEvent.Write(
                    id,
                    WebhookDelivery.TestEvent,
                    webhook,
                    now,
                    new("webhook_id", webhook.Id),
                    new("test", true)
                );
                var made = WebhookDelivery.Test(webhook, id, payload, now);
                db.WebhookDeliveries.Add(made);
                return (endpoint.Value, made);
            },
            ct
        );
        if (begun.Error is { } refused)
            return refused;

        // The attempt is recorded even if the caller has disconnected.
        var (tested, sending) = begun.Value;
        var attempt = await probe.SendAsync(tested.Webhook, sending, tested.Extension, CancellationToken.None);
        return await work.RunAsync<TestedWebhookDto>(
            "test_endpoint",
            async () =>
            {
                var delivery = await db.WebhookDeliveries.SingleAsync(d => d.Id == sending.Id, CancellationToken.None);
                delivery.RecordAttempt(attempt.Outcome, retries: 0, chance: 0, time.GetUtcNow());
                db.WebhookAttempts.Add(
                    WebhookAttempt.Of(delivery, attempt.Outcome, attempt.Exchange, Guid.NewGuid(), attempt.At, attempt.Duration)
                );

                var (sent, status) = (attempt.Exchange, attempt.Outcome.Status);
                return new TestedWebhookDto(
                    DeliveryDto.Of(delivery),
                    new(sent.Url, sent.RequestHeaders, sent.RequestBody ?? ""),
                    status is null ? null : new(status.Value, sent.ResponseHeaders, sent.ResponseBody),
                    (int)attempt.Duration.TotalMilliseconds,
                    delivery.LastError
                );
            },
            CancellationToken.None
        );
    }

    /// <param name="Extension">The installation to which the endpoint's manifest belongs, or null for a subscription.</param>
    public sealed record TestedEndpoint(Webhook Webhook, Extension? Extension);
}
