using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>
/// Deletes a secret. Without a scope it is the installation's own, which is the only one that an extension can delete.
/// </summary>
internal sealed record DeleteSecretCommand(SecretTarget Target, string Key) : ICommand<Result<bool>>;

internal sealed class DeleteSecretHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<DeleteSecretCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(DeleteSecretCommand command, CancellationToken ct)
    {
        var found = await db.FindSecretOwnersAsync(
            command.Target with
            {
                Scope = command.Target.Scope ?? SecretScope.Installation,
            },
            current,
            ct
        );
        if (found.Error is { } unavailable)
            return unavailable;
        var (extension, owner) = (found.Value.Extension, found.Value.Owners[0]);
        if (current.Extension is not null && owner != ExtensionSecret.OwnerOf(SecretScope.Installation, extension, null))
            return Error.Forbidden("An extension can only delete secrets of its own installation.");
        var secret = await db.ExtensionSecrets.SingleOrDefaultAsync(s => s.Owner == owner && s.Key == command.Key, ct);
        if (secret is null)
            return ExtensionErrors.SecretNotFound(command.Key);

        db.ExtensionSecrets.Remove(secret);
        db.Audit(
            extension,
            ExtensionAuditEntry.SecretDeleted,
            secret.Key,
            current,
            time.GetUtcNow(),
            ("scope", WireName.Of(secret.Scope))
        );
        return true;
    }
}
