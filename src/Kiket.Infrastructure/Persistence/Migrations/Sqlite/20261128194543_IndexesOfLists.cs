using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class IndexesOfLists : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_issues_milestone_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_assignee_id_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_completed_at_assignee_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_due_date",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_milestone_id_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_parent_id_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_hierarchy_path",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_status",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_status_key",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_updated_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_updated_at_id",
                table: "issues");

            migrationBuilder.CreateIndex(
                name: "ix_issues_milestone_id",
                table: "issues",
                column: "milestone_id",
                filter: "milestone_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_assignee_id_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "assignee_id", "created_at", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_completed_at_assignee_id",
                table: "issues",
                columns: new[] { "organization_id", "completed_at", "assignee_id" },
                filter: "deleted_at IS NULL AND assignee_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "created_at", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_due_date_id",
                table: "issues",
                columns: new[] { "organization_id", "due_date", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_id",
                table: "issues",
                columns: new[] { "organization_id", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_milestone_id_created_at_id_completed_at",
                table: "issues",
                columns: new[] { "organization_id", "milestone_id", "created_at", "id", "completed_at" },
                filter: "deleted_at IS NULL AND milestone_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_parent_id_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "parent_id", "created_at", "id" },
                filter: "deleted_at IS NULL AND parent_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_priority_id",
                table: "issues",
                columns: new[] { "organization_id", "priority", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "created_at", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_due_date_id",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "due_date", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_hierarchy_path",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "hierarchy_path" },
                filter: "deleted_at IS NULL AND parent_id IS NOT NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_id",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_priority_id",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "priority", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_status_key_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "status_key", "created_at", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_updated_at_id",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "updated_at", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_sort_key_id",
                table: "issues",
                columns: new[] { "organization_id", "sort_key", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_status_key_id",
                table: "issues",
                columns: new[] { "organization_id", "status_key", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_type_key_id",
                table: "issues",
                columns: new[] { "organization_id", "type_key", "id" },
                filter: "deleted_at IS NULL");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_updated_at_id",
                table: "issues",
                columns: new[] { "organization_id", "updated_at", "id" },
                filter: "deleted_at IS NULL");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_issues_milestone_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_assignee_id_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_completed_at_assignee_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_due_date_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_milestone_id_created_at_id_completed_at",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_parent_id_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_priority_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_due_date_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_hierarchy_path",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_priority_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_status_key_created_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_project_id_updated_at_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_sort_key_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_status_key_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_type_key_id",
                table: "issues");

            migrationBuilder.DropIndex(
                name: "ix_issues_organization_id_updated_at_id",
                table: "issues");

            migrationBuilder.CreateIndex(
                name: "ix_issues_milestone_id",
                table: "issues",
                column: "milestone_id");

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_assignee_id_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "assignee_id", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_completed_at_assignee_id",
                table: "issues",
                columns: new[] { "organization_id", "completed_at", "assignee_id" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_due_date",
                table: "issues",
                columns: new[] { "organization_id", "due_date" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_milestone_id_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "milestone_id", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_parent_id_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "parent_id", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_created_at_id",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "created_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_hierarchy_path",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "hierarchy_path" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_status",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "status" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_status_key",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "status_key" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_project_id_updated_at_id",
                table: "issues",
                columns: new[] { "organization_id", "project_id", "updated_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_issues_organization_id_updated_at_id",
                table: "issues",
                columns: new[] { "organization_id", "updated_at", "id" });
        }
    }
}
