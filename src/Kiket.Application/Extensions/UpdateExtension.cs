using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;

namespace Kiket.Application.Extensions;

/// <summary>Changes the settings and limits of an extension. For administrators.</summary>
/// <param name="ExpectedVersion">The version that the caller has seen; by default any.</param>
internal sealed record UpdateExtensionCommand(
    ExtensionRef Extension,
    ProjectRef? Project,
    ExtensionEdit Edit,
    ExpectedVersion ExpectedVersion
) : ICommand<Result<ExtensionDto>>;

internal sealed class UpdateExtensionHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<UpdateExtensionCommand, Result<ExtensionDto>>
{
    public async Task<Result<ExtensionDto>> Handle(UpdateExtensionCommand command, CancellationToken ct)
    {
        var found = await db.FindManageableExtensionAsync(command.Extension, command.Project, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (extension, now) = (found.Value, time.GetUtcNow());
        if (!command.ExpectedVersion.Allows(extension.Version))
            return Error.Stale(extension.Version);
        if (extension.Edit(command.Edit, now).Error is { } error)
            return error;

        var changed = command.Edit.Configuration.Or(null)?.Keys ?? [];
        db.Audit(
            extension,
            ExtensionAuditEntry.Configured,
            null,
            current,
            now,
            ("settings", changed),
            ("rate_limit_requests", extension.RateLimitRequests),
            ("rate_limit_window", extension.RateLimitWindowSeconds),
            ("allowed_networks", extension.AllowedNetworks)
        );
        return await extension.ToDtoAsync(db, now, ct);
    }
}
