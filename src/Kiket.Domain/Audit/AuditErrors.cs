using Kiket.Domain.Common;

namespace Kiket.Domain.Audit;

/// <summary>Refusals of the audit log.</summary>
internal static class AuditErrors
{
    /// <summary>No record has this id.</summary>
    public static Error RecordNotFound(long id) =>
        new(ErrorKind.NotFound, ServerErrorCodes.AuditRecordNotFound, $"The audit log has no record {id}.");

    /// <summary>No anchor has this root.</summary>
    public static Error AnchorNotFound(string root) =>
        new(ErrorKind.NotFound, ServerErrorCodes.AuditAnchorNotFound, $"No anchor has the root {root}.");

    /// <summary>A record cannot be proved, and why.</summary>
    public static Error ProofNotFound(string reason) => new(ErrorKind.NotFound, ServerErrorCodes.AuditProofNotFound, reason);
}
