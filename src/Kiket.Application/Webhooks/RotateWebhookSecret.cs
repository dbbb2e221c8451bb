using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Webhooks;

/// <summary>Rotates a subscription's secret; the previous one also signs for a while. For extensions.</summary>
/// <param name="Secret">The new secret, or null to generate one.</param>
internal sealed record RotateWebhookSecretCommand(long Id, string? Secret) : ICommand<Result<WebhookDto>>;

internal sealed class RotateWebhookSecretHandler(
    IKiketDb db,
    ICurrentActor current,
    ISecretProtector protector,
    TimeProvider time
) : ICommandHandler<RotateWebhookSecretCommand, Result<WebhookDto>>
{
    public async Task<Result<WebhookDto>> Handle(RotateWebhookSecretCommand command, CancellationToken ct)
    {
        var found = await db.FindSubscriptionAsync(command.Id, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (webhook, secret) = (found.Value, command.Secret ?? WebhookSecret.Generate());
        if (WebhookSecret.Validate(webhook.Target.Scheme, secret) is { } unfit)
            return Error.Validation("secret", unfit);
        webhook.RotateSecret(protector.Protect(ISecretProtector.WebhookPurpose, secret), time.GetUtcNow());
        return WebhookDto.Of(webhook) with { Secret = secret, PreviousSecretUntil = webhook.PreviousSecretUntil };
    }
}
