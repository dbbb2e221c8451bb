using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Extensions;

/// <summary>
/// Rotates the secret of the endpoint of an extension's manifest; the previous one also signs for a while. For administrators and
/// the extension itself.
/// </summary>
/// <param name="Secret">The new secret, or null to generate one.</param>
internal sealed record RotateExtensionSecretCommand(ExtensionRef Extension, ProjectRef? Project, string? Secret)
    : ICommand<Result<RotatedExtensionSecretDto>>;

/// <param name="WebhookSecret">The new secret; shown once.</param>
/// <param name="PreviousSecretUntil">When the previous secret stops signing.</param>
internal sealed record RotatedExtensionSecretDto(string WebhookSecret, DateTimeOffset PreviousSecretUntil);

internal sealed class RotateExtensionSecretHandler(
    IKiketDb db,
    ICurrentActor current,
    ISecretProtector protector,
    TimeProvider time
) : ICommandHandler<RotateExtensionSecretCommand, Result<RotatedExtensionSecretDto>>
{
    public async Task<Result<RotatedExtensionSecretDto>> Handle(RotateExtensionSecretCommand command, CancellationToken ct)
    {
        if (current.Extension is { IsByRuntimeToken: true })
            return ExtensionErrors.KeyOnly;
        var found = await db.FindOwnExtensionAsync(command.Extension, command.Project, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var endpoint = await db.FindEndpointAsync(found.Value, ct);
        if (endpoint.Error is { } notCalled)
            return notCalled;
        var (webhook, secret, now) = (endpoint.Value, command.Secret ?? WebhookSecret.Generate(), time.GetUtcNow());
        if (WebhookSecret.Validate(webhook.Target.Scheme, secret) is { } unfit)
            return Error.Validation("secret", unfit);
        webhook.RotateSecret(protector.Protect(ISecretProtector.WebhookPurpose, secret), now);
        db.Audit(found.Value, ExtensionAuditEntry.WebhookSecretRotated, null, current, now);
        return new RotatedExtensionSecretDto(secret, webhook.PreviousSecretUntil!.Value);
    }
}
