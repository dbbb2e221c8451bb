using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.PostgreSql
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
                type: "character varying(64)",
                maxLength: 64,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "previous_key_until",
                table: "extensions",
                type: "timestamp with time zone",
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

            migrationBuilder.DropColumn(
                name: "previous_key_hash",
                table: "extensions");

            migrationBuilder.DropColumn(
                name: "previous_key_until",
                table: "extensions");
        }
    }
}
