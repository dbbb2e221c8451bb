using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Extensions;

/// <summary>
/// Stores a report of an extension. For extensions about themselves and, except for telemetry, from which health is derived, for
/// users with more than read access: some SDKs call with a user's token.
/// </summary>
/// <param name="Extension">The extension in the path; without it, <c>extension_id</c> in the body can name it.</param>
internal sealed record ReportFromExtensionCommand(
    ExtensionRef? Extension,
    ReportKind Kind,
    IReadOnlyDictionary<string, JsonElement> Body
) : ICommand<Result<bool>>;

internal sealed class ReportFromExtensionHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : ICommandHandler<ReportFromExtensionCommand, Result<bool>>
{
    public async Task<Result<bool>> Handle(ReportFromExtensionCommand command, CancellationToken ct)
    {
        var found = await FindAsync(command, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        if (JsonValues.SizeOf(command.Body) > ExtensionReport.MaxBytes)
            return Error.Validation("body", $"A report can have at most {ExtensionReport.MaxBytes} bytes.");
        db.ExtensionReports.Add(
            ExtensionReport.Of(current.Actor.OrganizationId, found.Value, command.Kind, command.Body, time.GetUtcNow())
        );
        return true;
    }

    /// <returns>The id of the installation that reports.</returns>
    private async Task<Result<ExtensionId>> FindAsync(ReportFromExtensionCommand command, CancellationToken ct)
    {
        if (current.Extension is { } own)
            return command.Extension is not { } other || other.Id == own.Id || other.Key == own.Key
                ? own.Id
                : ExtensionErrors.NotFound(other);
        if (command.Kind is ReportKind.Telemetry)
            return ExtensionErrors.ExtensionsOnly;
        if (current.Actor.Role is OrganizationRole.Viewer or OrganizationRole.FinanceManager)
            return Error.Forbidden("Your role is read-only, so you cannot report for an extension.");
        if ((command.Extension ?? NamedIn(command.Body)) is { } named)
        {
            var found = await db.FindExtensionAsync(named, null, current, ct);
            if (found.Error is { } unknown)
                return unknown;
            return found.Value.IsActive
                ? await CheckAsync(found.Value.Id, found.Value.ProjectId, ct)
                : ExtensionErrors.NotFound(named);
        }

        var installed = await db.VisibleExtensions(current)
            .Where(e => e.Slot != null)
            .OrderBy(e => e.Id)
            .Select(e => new { e.Id, e.ProjectId })
            .Take(2)
            .ToListAsync(ct);
        return installed is [var only]
            ? await CheckAsync(only.Id, only.ProjectId, ct)
            : Error.Validation("extension_id", "Specify the extension that reports, by its id or the id of its manifest.");
    }

    /// <summary>Only people who work on a project can report for an extension installed there.</summary>
    private async Task<Result<ExtensionId>> CheckAsync(ExtensionId extension, ProjectId? project, CancellationToken ct)
    {
        if (project is not { } id)
            return extension;
        var access = await db.FindProjectAsync(ProjectRef.Of(id), current.Actor, ProjectAccess.Write, ct);
        return access.Error is { } error ? error : extension;
    }

    private static ExtensionRef? NamedIn(IReadOnlyDictionary<string, JsonElement> body)
    {
        var id = body.GetValueOrDefault("extension_id");
        var text = id.ValueKind switch
        {
            JsonValueKind.String => id.GetString(),
            JsonValueKind.Number => id.GetRawText(),
            _ => null,
        };
        return ExtensionRef.TryParse(text, out var named) ? named : null;
    }
}
