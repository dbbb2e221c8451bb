using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>
/// Stores telemetry without a credential if only one installation on the whole server matches; otherwise it is silently
/// discarded. Only if the operator allows it.
/// </summary>
/// <param name="Extension">Id of the manifest, as the extension calls itself.</param>
internal sealed record ReportAnonymouslyCommand(string? Extension, IReadOnlyDictionary<string, JsonElement> Body)
    : ICommand<Result<bool>>;

internal sealed class ReportAnonymouslyHandler(IKiketDb db, TimeProvider time)
    : ICommandHandler<ReportAnonymouslyCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(ReportAnonymouslyCommand command, CancellationToken ct)
    {
        var installations = await db.AcrossTenants<Extension>()
            .Where(e => e.Key == command.Extension && e.Slot != null)
            .OrderBy(e => e.Id)
            .Select(e => new { e.Id, e.OrganizationId })
            .Take(2)
            .ToListAsync(ct);
        if (installations is not [var only] || JsonValues.SizeOf(command.Body) > ExtensionReport.MaxBytes)
            return false;
        db.ExtensionReports.Add(
            ExtensionReport.Of(only.OrganizationId, only.Id, ReportKind.Telemetry, command.Body, time.GetUtcNow())
        );
        return true;
    }
}
