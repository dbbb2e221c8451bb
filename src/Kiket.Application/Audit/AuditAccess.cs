using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Users;

namespace Kiket.Application.Audit;

internal static class AuditAccess
{
    /// <summary>Lets administrators read the audit log, and extensions whose scope the route has checked.</summary>
    /// <returns>The error, or null.</returns>
    public static Error? RefuseAudit(this ICurrentActor current) =>
        current.Extension is null && !current.Actor.IsAdmin ? UserErrors.AdminsOnly : null;
}
