using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Fills the table of issues with SQL, because thousands of requests would take minutes.</summary>
internal static class IssueCopies
{
    /// <summary>Copies an issue; each copy is a second older than the previous one and has the next free number.</summary>
    /// <param name="different">Columns that differ: expressions over <c>s.n</c>, the number of the copy, and <c>i</c>.</param>
    public static async Task CopyIssueAsync(
        this KiketDbContext db,
        IssueId issueId,
        int count,
        IReadOnlyDictionary<string, string>? different = null
    )
    {
        var second = db is SqliteKiketDbContext ? $"s.n * {TimeSpan.TicksPerSecond}" : "s.n * interval '1 second'";
        var columns = db
            .Model.FindEntityType(typeof(Issue))!
            .GetProperties()
            .Where(p => !p.IsPrimaryKey())
            .Select(p => p.GetColumnName())
            .ToList();
        var values = columns.Select(column =>
            column switch
            {
                _ when different?.GetValueOrDefault(column) is { } expression => expression,
                "number" => "p.last_issue_number + s.n",
                "key" => "p.key || '-' || (p.last_issue_number + s.n)",
                "created_at" or "updated_at" => $"i.{column} - {second}",
                _ => $"i.{column}",
            }
        );
        var status = different?.GetValueOrDefault("status") ?? "i.status";
        var sql = $"""
            INSERT INTO issues ({string.Join(", ", columns)})
            WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})
            SELECT {string.Join(
                ", ",
                values
            )} FROM issues i JOIN projects p ON p.id = i.project_id CROSS JOIN s WHERE i.id = {issueId};
            INSERT INTO issue_counts (organization_id, project_id, workflow_id, status, change)
            WITH RECURSIVE s(n) AS (SELECT 1 UNION ALL SELECT n + 1 FROM s WHERE n < {count})
            SELECT i.organization_id, i.project_id, i.workflow_id, {status}, count(*) FROM issues i CROSS JOIN s
            WHERE i.id = {issueId} GROUP BY i.organization_id, i.project_id, i.workflow_id, {status};
            UPDATE projects SET last_issue_number = last_issue_number + {count} WHERE id = (SELECT project_id FROM issues
                WHERE id = {issueId});
            """;
        await db.Database.ExecuteSqlRawAsync(sql);
    }
}
