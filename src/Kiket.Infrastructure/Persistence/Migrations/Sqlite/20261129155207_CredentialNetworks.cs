using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class CredentialNetworks : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<string>(
                name: "allowed_networks",
                table: "oauth_applications",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "allowed_networks",
                table: "extensions",
                type: "TEXT",
                nullable: true);
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.Sql("ALTER TABLE oauth_applications DROP COLUMN allowed_networks;");

            migrationBuilder.Sql("ALTER TABLE extensions DROP COLUMN allowed_networks;");
        }
    }
}
