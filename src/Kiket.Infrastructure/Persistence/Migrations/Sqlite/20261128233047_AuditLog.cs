using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class AuditLog : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<byte[]>(
                name: "audit_chain",
                table: "organizations",
                type: "BLOB",
                maxLength: 32,
                nullable: false,
                defaultValue: new byte[] { 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0, 0 });

            migrationBuilder.AddColumn<long>(
                name: "last_audit_sequence",
                table: "organizations",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.CreateTable(
                name: "audit_anchors",
                columns: table => new
                {
                    id = table.Column<long>(type: "INTEGER", nullable: false)
                        .Annotation("Sqlite:Autoincrement", true),
                    organization_id = table.Column<long>(type: "INTEGER", nullable: false),
                    merkle_root = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    first_sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    leaf_count = table.Column<int>(type: "INTEGER", nullable: false),
                    first_record_at = table.Column<long>(type: "INTEGER", nullable: false),
                    last_record_at = table.Column<long>(type: "INTEGER", nullable: false),
                    key_id = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    signature = table.Column<string>(type: "TEXT", maxLength: 128, nullable: false),
                    created_at = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_anchors", x => x.id);
                    table.ForeignKey(
                        name: "fk_audit_anchors_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "audit_records",
                columns: table => new
                {
                    organization_id = table.Column<long>(type: "INTEGER", nullable: false),
                    sequence = table.Column<long>(type: "INTEGER", nullable: false),
                    at = table.Column<long>(type: "INTEGER", nullable: false),
                    action = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    actor_id = table.Column<long>(type: "INTEGER", nullable: true),
                    credential = table.Column<string>(type: "TEXT", maxLength: 64, nullable: false),
                    subject_type = table.Column<string>(type: "TEXT", maxLength: 32, nullable: true),
                    subject_id = table.Column<long>(type: "INTEGER", nullable: true),
                    details = table.Column<string>(type: "TEXT", nullable: false),
                    content_hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false),
                    chain_hash = table.Column<byte[]>(type: "BLOB", maxLength: 32, nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_audit_records", x => new { x.organization_id, x.sequence });
                    table.ForeignKey(
                        name: "fk_audit_records_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_audit_anchors_organization_id_created_at",
                table: "audit_anchors",
                columns: new[] { "organization_id", "created_at" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_anchors_organization_id_first_sequence",
                table: "audit_anchors",
                columns: new[] { "organization_id", "first_sequence" },
                unique: true);

            migrationBuilder.CreateIndex(
                name: "ix_audit_anchors_organization_id_merkle_root",
                table: "audit_anchors",
                columns: new[] { "organization_id", "merkle_root" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_records_organization_id_action_sequence",
                table: "audit_records",
                columns: new[] { "organization_id", "action", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_records_organization_id_actor_id_sequence",
                table: "audit_records",
                columns: new[] { "organization_id", "actor_id", "sequence" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_records_organization_id_at",
                table: "audit_records",
                columns: new[] { "organization_id", "at" });

            migrationBuilder.CreateIndex(
                name: "ix_audit_records_organization_id_subject_type_subject_id_sequence",
                table: "audit_records",
                columns: new[] { "organization_id", "subject_type", "subject_id", "sequence" });
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.DropTable(
                name: "audit_anchors");

            migrationBuilder.DropTable(
                name: "audit_records");

            migrationBuilder.Sql("ALTER TABLE organizations DROP COLUMN audit_chain;");

            migrationBuilder.Sql("ALTER TABLE organizations DROP COLUMN last_audit_sequence;");
        }
    }
}
