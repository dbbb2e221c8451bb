using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Extensions;

/// <summary>
/// Rotates an extension's API key; the previous one remains valid for a while. For administrators and the extension itself.
/// </summary>
internal sealed record RotateApiKeyCommand(ExtensionRef Extension, ProjectRef? Project) : ICommand<Result<RotatedApiKeyDto>>;

/// <param name="ApiKey">The new key; shown once.</param>
/// <param name="PreviousKeyUntil">When the previous key expires.</param>
internal sealed record RotatedApiKeyDto(string ApiKey, string ApiKeyPrefix, DateTimeOffset PreviousKeyUntil);

internal sealed class RotateApiKeyHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<RotateApiKeyCommand, Result<RotatedApiKeyDto>>
{
    public async Task<Result<RotatedApiKeyDto>> Handle(RotateApiKeyCommand command, CancellationToken ct)
    {
        if (current.Extension is { IsByRuntimeToken: true })
            return ExtensionErrors.KeyOnly;
        var found = await db.FindOwnExtensionAsync(command.Extension, command.Project, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (extension, key, now) = (found.Value, TokenSecret.Generate(Extension.KeyLabel), time.GetUtcNow());
        extension.RotateKey(key, now);
        db.Audit(extension, ExtensionAuditEntry.KeyRotated, null, current, now, ("prefix", extension.KeyPrefix));
        return new RotatedApiKeyDto(key.Plaintext, extension.KeyPrefix, extension.PreviousKeyUntil!.Value);
    }
}
