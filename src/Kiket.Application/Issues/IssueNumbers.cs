using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>Counts the issues of a project.</summary>
internal static class IssueNumbers
{
    /// <summary>Takes the project's next issue number and locks the project's row until the transaction ends.</summary>
    public static async Task<int> TakeIssueNumberAsync(this IKiketDb db, ProjectId projectId, CancellationToken ct)
    {
        await db
            .Projects.Where(p => p.Id == projectId)
            .ExecuteUpdateAsync(set => set.SetProperty(p => p.LastIssueNumber, p => p.LastIssueNumber + 1), ct);
        return await db.Projects.Where(p => p.Id == projectId).Select(p => p.LastIssueNumber).SingleAsync(ct);
    }
}
