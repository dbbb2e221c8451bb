using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Ports;

/// <summary>Sends one delivery immediately, as workers do, while the caller waits.</summary>
internal interface IWebhookProbe
{
    /// <summary>Makes one attempt; never throws because of errors of the receiver.</summary>
    /// <param name="extension">The installation that gets a token and secrets with it, or null for a subscription.</param>
    Task<ProbedAttempt> SendAsync(Webhook webhook, WebhookDelivery delivery, Extension? extension, CancellationToken ct);
}

/// <param name="At">When it started.</param>
internal sealed record ProbedAttempt(AttemptOutcome Outcome, AttemptExchange Exchange, DateTimeOffset At, TimeSpan Duration);
