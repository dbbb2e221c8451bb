using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>
/// Uninstalls an extension: its credentials become invalid and its stored values are deleted. Its audit log and its changes stay.
/// It receives a last event about its removal. For administrators.
/// </summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record UninstallExtensionCommand(ExtensionRef Extension, ProjectRef? Project, ExpectedVersion ExpectedVersion)
    : ICommand<Result<bool>>;

internal sealed class UninstallExtensionHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<UninstallExtensionCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(UninstallExtensionCommand command, CancellationToken ct)
    {
        var found = await db.FindManageableExtensionAsync(command.Extension, command.Project, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (extension, now) = (found.Value, time.GetUtcNow());
        if (!command.ExpectedVersion.Allows(extension.Version))
            return Error.Stale(extension.Version);

        var owner = ExtensionSecret.OwnerOf(SecretScope.Installation, extension, null);
        extension.Uninstall(now);
        var webhooks = await db.Webhooks.Where(w => w.ExtensionId == extension.Id && w.Active).ToListAsync(ct);
        db.TellLifecycle(
            extension,
            webhooks.Find(w => w.Kind is WebhookKind.Extension),
            ExtensionLifecycle.Uninstalled,
            current.Actor.UserId,
            now
        );
        foreach (var webhook in webhooks)
            webhook.Stop(now);
        await db.StoredValues.Where(v => v.ExtensionId == extension.Id).DeleteInBatchesAsync(ct);
        await db.ExtensionSecrets.Where(s => s.Owner == owner).DeleteInBatchesAsync(ct);
        db.Audit(extension, ExtensionAuditEntry.Uninstalled, null, current, now, ("version", extension.Manifest.Version));
        return true;
    }
}
