using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Projects;

/// <summary>Serializes writers in a project.</summary>
internal static class ProjectLocks
{
    /// <summary>
    /// Locks the project's row until the transaction ends, so that no concurrent request changes its hierarchy or fills its
    /// limited states.
    /// </summary>
    public static Task LockProjectAsync(this IKiketDb db, ProjectId projectId, CancellationToken ct) =>
        db
            .Projects.Where(p => p.Id == projectId)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.LastIssueNumber, p => p.LastIssueNumber), ct);
}
