using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class FoldTexts : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "sort_key",
                table: "workflows",
                type: "TEXT",
                maxLength: 255,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "sort_key",
                table: "users",
                type: "TEXT",
                maxLength: 255,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "sort_key",
                table: "projects",
                type: "TEXT",
                maxLength: 255,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "sort_key",
                table: "milestones",
                type: "TEXT",
                maxLength: 255,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "sort_key",
                table: "issues",
                type: "TEXT",
                maxLength: 255,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "type_key",
                table: "issues",
                type: "TEXT",
                maxLength: 64,
                nullable: false,
                defaultValue: "");

            migrationBuilder.AddColumn<string>(
                name: "sort_key",
                table: "access_tokens",
                type: "TEXT",
                maxLength: 255,
                nullable: false,
                defaultValue: "");

            migrationBuilder.CreateTable(
                name: "data_upgrades",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    name = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    last_id = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_data_upgrades", x => x.id);
                });

            migrationBuilder.CreateIndex(
                name: "ix_data_upgrades_name",
                table: "data_upgrades",
                column: "name",
                unique: true);

            // Spaces at the end of a text get a mark behind them, see CustomValues.
            migrationBuilder.Sql("UPDATE custom_record_values SET value = value || char(127) WHERE value LIKE '=%' AND substr(value, -1) IN (' ', char(127));");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "data_upgrades");

            migrationBuilder.Sql("ALTER TABLE workflows DROP COLUMN sort_key;");

            migrationBuilder.Sql("ALTER TABLE users DROP COLUMN sort_key;");

            migrationBuilder.Sql("ALTER TABLE projects DROP COLUMN sort_key;");

            migrationBuilder.Sql("ALTER TABLE milestones DROP COLUMN sort_key;");

            migrationBuilder.Sql("ALTER TABLE issues DROP COLUMN sort_key;");

            migrationBuilder.Sql("ALTER TABLE issues DROP COLUMN type_key;");

            migrationBuilder.Sql("ALTER TABLE access_tokens DROP COLUMN sort_key;");
        }
    }
}
