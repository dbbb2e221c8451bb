using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Webhooks;

/// <summary>
/// Tries a subscription out: sends it an event of its own, once and at once, and says what was sent and answered. A pause of the endpoint
/// neither prevents it nor ends with it. For extensions.
/// </summary>
public sealed record TestWebhookCommand(long Id) : ICommand<Result<TestedWebhookDto>>;

/// <param name="Response">What was answered, or null when nothing was.</param>
/// <param name="Error">Why it failed, or null.</param>
public sealed record TestedWebhookDto(DeliveryDto Delivery, TestRequestDto Request, TestResponseDto? Response, int DurationMs, string? Error);

public sealed record TestRequestDto(string Url, IReadOnlyDictionary<string, string> Headers, string Body);

/// <param name="Body">The beginning of what was answered.</param>
public sealed record TestResponseDto(int Status, IReadOnlyDictionary<string, string> Headers, string? Body);

internal sealed class TestWebhookHandler(IKiketDb db, ICurrentActor current, IWebhookProbe probe, TimeProvider time)
    : ICommandHandler<TestWebhookCommand, Result<TestedWebhookDto>>
{
    public async Task<Result<TestedWebhookDto>> Handle(TestWebhookCommand command, CancellationToken ct)
    {
        var found = await db.FindSubscriptionAsync(command.Id, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (webhook, now) = (found.Value, time.GetUtcNow());
        var id = LoggedEvent.NewEventId();
        var payload = DirectEvent.Write(id, WebhookDelivery.TestEvent, webhook, now, new("webhook_id", webhook.Id), new("test", true));
        var delivery = WebhookDelivery.Test(webhook, id, payload, now);
        db.WebhookDeliveries.Add(delivery);
        await db.SaveChangesAsync(ct);

        // No transaction is open while the receiver takes its time. What was sent is recorded even when the caller has hung up.
        var attempt = await probe.SendAsync(webhook, delivery, CancellationToken.None);
        delivery.RecordAttempt(attempt.Outcome, retries: 0, chance: 0, time.GetUtcNow());
        db.WebhookAttempts.Add(WebhookAttempt.Of(delivery, attempt.Outcome, attempt.Exchange, Guid.NewGuid(), attempt.At, attempt.Duration));
        await db.SaveChangesAsync(CancellationToken.None);

        var (sent, status) = (attempt.Exchange, attempt.Outcome.Status);
        return new TestedWebhookDto(
            DeliveryDto.Of(delivery),
            new(sent.Url, sent.RequestHeaders, attempt.Body),
            status is null ? null : new(status.Value, sent.ResponseHeaders, sent.ResponseBody),
            (int)attempt.Duration.TotalMilliseconds,
            delivery.LastError);
    }
}
