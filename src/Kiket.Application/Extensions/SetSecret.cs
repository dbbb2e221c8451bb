using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>
/// Stores a secret, or replaces its value. Without a scope it is the installation's own, which is the only one that an extension
/// can store.
/// </summary>
internal sealed record SetSecretCommand(SecretTarget Target, string? Key, string? Value) : ICommand<Result<SecretDto>>;

internal sealed class SetSecretHandler(IKiketDb db, ISecretProtector protector, ICurrentActor current, TimeProvider time)
    : ICommandHandler<SetSecretCommand, Result<SecretDto>>
{
    public async Task<Result<SecretDto>> Handle(SetSecretCommand command, CancellationToken ct)
    {
        var scope = command.Target.Scope ?? SecretScope.Installation;
        var found = await db.FindSecretOwnersAsync(command.Target with { Scope = scope }, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (extension, owner) = (found.Value.Extension, found.Value.Owners[0]);
        if (current.Extension is not null && owner != ExtensionSecret.OwnerOf(SecretScope.Installation, extension, null))
            return Error.Forbidden("An extension can only store secrets of its own installation.");

        List<ErrorDetail> errors = [];
        if (!ExtensionSecret.IsKey(command.Key) && !extension.Manifest.SecretKeys().ContainsKey(command.Key ?? ""))
            errors.Add(new("secret.key", ExtensionSecret.KeyRule));
        if (string.IsNullOrWhiteSpace(command.Value) || UnicodeText.Length(command.Value) > ExtensionSecret.MaxValueLength)
            errors.Add(
                new(
                    "secret.value",
                    $"The value of a secret must have 1 to {ExtensionSecret.MaxValueLength} characters and not be blank."
                )
            );
        if (errors.Count > 0)
            return Error.Validation(errors);

        var (key, now, organization) = (command.Key!, time.GetUtcNow(), current.Actor.OrganizationId);
        var ciphertext = protector.Protect(ExtensionSecret.PurposeOf(organization, owner, key), command.Value!);
        var secret = await db.ExtensionSecrets.SingleOrDefaultAsync(s => s.Owner == owner && s.Key == key, ct);
        var isNew = secret is null;
        if (secret is null)
        {
            var kept = scope is SecretScope.Installation ? SecretResolution.OwnScope(extension) : scope;
            secret = ExtensionSecret.Store(organization, kept, owner, key, ciphertext, now);
            db.ExtensionSecrets.Add(secret);
        }
        else
        {
            secret.Rotate(ciphertext, now);
        }

        db.Audit(
            extension,
            ExtensionAuditEntry.SecretSet,
            key,
            current,
            now,
            ("scope", WireName.Of(secret.Scope)),
            ("rotation_count", secret.RotationCount)
        );
        return SecretDto.Of(secret, isNew: isNew);
    }
}
