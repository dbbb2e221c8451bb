using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>Reads the value of a secret, resolved in the order of the scopes, and records the access.</summary>
internal sealed record ReadSecretCommand(SecretTarget Target, string Key) : ICommand<Result<SecretDto>>;

internal sealed class ReadSecretHandler(IKiketDb db, ISecretProtector protector, ICurrentActor current, TimeProvider time)
    : ICommandHandler<ReadSecretCommand, Result<SecretDto>>
{
    public async Task<Result<SecretDto>> Handle(ReadSecretCommand command, CancellationToken ct)
    {
        var found = await db.FindSecretOwnersAsync(command.Target, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var secret = (await db.FindSecretsAsync(found.Value.Extension, found.Value.Owners, current, ct)).FirstOrDefault(s =>
            s.Key == command.Key
        );
        if (secret is null)
            return ExtensionErrors.SecretNotFound(command.Key);
        if (protector.Unprotect(secret.Purpose, secret.Ciphertext) is not { } value)
            return ExtensionErrors.SecretUnavailable(command.Key);

        db.Audit(
            found.Value.Extension,
            ExtensionAuditEntry.SecretRead,
            secret.Key,
            current,
            time.GetUtcNow(),
            ("scope", WireName.Of(secret.Scope))
        );
        return SecretDto.Of(secret, value);
    }
}
