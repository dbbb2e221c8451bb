using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class ExtensionKeyRotation : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "previous_key_hash",
                table: "extensions",
                type: "TEXT",
                maxLength: 64,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "previous_key_until",
                table: "extensions",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_extensions_previous_key_hash",
                table: "extensions",
                column: "previous_key_hash");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropIndex(
                name: "ix_extensions_previous_key_hash",
                table: "extensions");

            migrationBuilder.Sql("ALTER TABLE extensions DROP COLUMN previous_key_hash;");

            migrationBuilder.Sql("ALTER TABLE extensions DROP COLUMN previous_key_until;");
        }
    }
}
