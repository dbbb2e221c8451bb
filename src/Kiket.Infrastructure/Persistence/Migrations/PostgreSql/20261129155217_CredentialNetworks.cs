using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.PostgreSql
{
    /// <inheritdoc />
    public partial class CredentialNetworks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string[]>(
                name: "allowed_networks",
                table: "oauth_applications",
                type: "text[]",
                nullable: true);

            migrationBuilder.AddColumn<string[]>(
                name: "allowed_networks",
                table: "extensions",
                type: "text[]",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropColumn(
                name: "allowed_networks",
                table: "oauth_applications");

            migrationBuilder.DropColumn(
                name: "allowed_networks",
                table: "extensions");
        }
    }
}
