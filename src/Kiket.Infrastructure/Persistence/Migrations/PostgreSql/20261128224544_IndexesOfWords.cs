using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class IndexesOfWords : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateIndex(
                name: "ix_issues_labels",
                table: "issues",
                column: "labels",
                filter: "deleted_at IS NULL")
                .Annotation("Npgsql:IndexMethod", "gin");

            migrationBuilder.CreateSearchIndex();
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_issues_labels",
                table: "issues");

            migrationBuilder.DropSearchIndex();
        }
    }
}
