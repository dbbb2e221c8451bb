using Kiket.Domain.Webhooks;

namespace Kiket.Application.Abstractions;

/// <summary>Sends one delivery at once, in the way that workers send, while the caller waits.</summary>
public interface IWebhookProbe
{
    /// <summary>Makes one attempt; it never throws for what a receiver does.</summary>
    Task<ProbedAttempt> SendAsync(Webhook webhook, WebhookDelivery delivery, CancellationToken ct);
}

/// <param name="Body">The body that was sent, without its secrets.</param>
/// <param name="At">When it began.</param>
public sealed record ProbedAttempt(AttemptOutcome Outcome, AttemptExchange Exchange, string Body, DateTimeOffset At, TimeSpan Duration);
