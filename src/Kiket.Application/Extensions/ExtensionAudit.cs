using System.Text.Json;
using Kiket.Application.Ports;
using Kiket.Domain.Extensions;

namespace Kiket.Application.Extensions;

/// <summary>The audit log of extensions.</summary>
internal static class ExtensionAudit
{
    /// <summary>Adds an entry to the record of an extension.</summary>
    public static void Audit(
        this IKiketDb db,
        Extension extension,
        string action,
        string? subject,
        ICurrentActor current,
        DateTimeOffset now,
        params (string Name, object? Value)[] details
    ) =>
        db.ExtensionAuditEntries.Add(
            ExtensionAuditEntry.Of(
                extension,
                action,
                subject,
                details.ToDictionary(d => d.Name, d => JsonSerializer.SerializeToElement(d.Value)),
                current.Actor.UserId,
                now
            )
        );
}
