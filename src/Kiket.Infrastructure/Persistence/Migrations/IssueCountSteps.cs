using Microsoft.EntityFrameworkCore.Migrations;

namespace Kiket.Infrastructure.Persistence.Migrations;

/// <summary>The counts of the issues that are there already; the same on all databases.</summary>
internal static class IssueCountSteps
{
    public static void CountIssues(this MigrationBuilder migration) =>
        migration.Sql(
            """
            INSERT INTO issue_counts (organization_id, project_id, workflow_id, status, change)
            SELECT organization_id, project_id, workflow_id, status, COUNT(*) FROM issues
            WHERE deleted_at IS NULL
            GROUP BY organization_id, project_id, workflow_id, status
            """
        );
}
