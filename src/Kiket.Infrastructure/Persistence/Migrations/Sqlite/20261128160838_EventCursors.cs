using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class EventCursors : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.CreateTable(
                name: "event_cursors",
                columns: table => new
                {
                    organization_id = table.Column<long>(type: "INTEGER", nullable: false),
                    consumer = table.Column<string>(type: "TEXT", maxLength: 32, nullable: false),
                    position = table.Column<long>(type: "INTEGER", nullable: false)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_event_cursors", x => new { x.organization_id, x.consumer });
                    table.ForeignKey(
                        name: "fk_event_cursors_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateTable(
                name: "postponed_events",
                columns: table => new
                {
                    event_id = table.Column<long>(type: "INTEGER", nullable: false),
                    organization_id = table.Column<long>(type: "INTEGER", nullable: false),
                    issue_id = table.Column<long>(type: "INTEGER", nullable: false),
                    attempts = table.Column<int>(type: "INTEGER", nullable: false),
                    next_attempt_at = table.Column<long>(type: "INTEGER", nullable: true),
                    last_error = table.Column<string>(type: "TEXT", maxLength: 2000, nullable: true)
                },
                constraints: table =>
                {
                    table.PrimaryKey("pk_postponed_events", x => x.event_id);
                    table.ForeignKey(
                        name: "fk_postponed_events_events_event_id",
                        column: x => x.event_id,
                        principalTable: "events",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                    table.ForeignKey(
                        name: "fk_postponed_events_organizations_organization_id",
                        column: x => x.organization_id,
                        principalTable: "organizations",
                        principalColumn: "id",
                        onDelete: ReferentialAction.Restrict);
                });

            migrationBuilder.CreateIndex(
                name: "ix_postponed_events_next_attempt_at",
                table: "postponed_events",
                column: "next_attempt_at");

            migrationBuilder.CreateIndex(
                name: "ix_postponed_events_organization_id_issue_id_event_id",
                table: "postponed_events",
                columns: new[] { "organization_id", "issue_id", "event_id" });

            migrationBuilder.SetCursors();

            migrationBuilder.DropIndex(
                name: "ix_events_fanned_out_at_id",
                table: "events");

            migrationBuilder.DropIndex(
                name: "ix_events_issue_id_processed_at_id",
                table: "events");

            migrationBuilder.DropIndex(
                name: "ix_events_processed_at_claimed_until",
                table: "events");

            // EF Core would rebuild the table outside of the transaction.
            foreach (var column in (string[])["attempts", "claim_id", "claimed_until", "fanned_out_at", "last_error", "processed_at"])
                migrationBuilder.Sql($"ALTER TABLE events DROP COLUMN {column};");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "attempts",
                table: "events",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "claim_id",
                table: "events",
                type: "TEXT",
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "claimed_until",
                table: "events",
                type: "INTEGER",
                nullable: false,
                defaultValue: 0L);

            migrationBuilder.AddColumn<long>(
                name: "fanned_out_at",
                table: "events",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "last_error",
                table: "events",
                type: "TEXT",
                maxLength: 2000,
                nullable: true);

            migrationBuilder.AddColumn<long>(
                name: "processed_at",
                table: "events",
                type: "INTEGER",
                nullable: true);

            migrationBuilder.CreateIndex(
                name: "ix_events_fanned_out_at_id",
                table: "events",
                columns: new[] { "fanned_out_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_events_issue_id_processed_at_id",
                table: "events",
                columns: new[] { "issue_id", "processed_at", "id" });

            migrationBuilder.CreateIndex(
                name: "ix_events_processed_at_claimed_until",
                table: "events",
                columns: new[] { "processed_at", "claimed_until" });

            migrationBuilder.MarkEvents();

            migrationBuilder.DropTable(
                name: "event_cursors");

            migrationBuilder.DropTable(
                name: "postponed_events");
        }
    }
}
