using System.Text.Json;
using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>Keeps what an extension reports. For extensions; telemetry also for nobody, where the operator allows that.</summary>
/// <param name="Extension">The extension, where the request names it.</param>
public sealed record ReportFromExtensionCommand(ExtensionRef? Extension, ReportKind Kind, IReadOnlyDictionary<string, JsonElement> Body)
    : ICommand<Result<bool>>;

internal sealed class ReportFromExtensionHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<ReportFromExtensionCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(ReportFromExtensionCommand command, CancellationToken ct)
    {
        if (current.Extension is not { } own)
            return ExtensionErrors.ExtensionsOnly;
        if (command.Extension is { } named && named.Id != own.Id && named.Key != own.Key)
            return ExtensionErrors.NotFound(named);
        if (JsonSize.Of(command.Body) > ExtensionReport.MaxBytes)
            return Error.Validation("body", $"A report has at most {ExtensionReport.MaxBytes} bytes.");
        db.ExtensionReports.Add(ExtensionReport.Of(current.Actor.OrganizationId, own.Id, command.Kind, command.Body, time.GetUtcNow()));
        await db.SaveChangesAsync(ct);
        return true;
    }
}
