using System;
using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.PostgreSql
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
                    organization_id = table.Column<long>(type: "bigint", nullable: false),
                    consumer = table.Column<string>(type: "character varying(32)", maxLength: 32, nullable: false, collation: "C"),
                    position = table.Column<long>(type: "bigint", nullable: false)
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
                    event_id = table.Column<long>(type: "bigint", nullable: false),
                    organization_id = table.Column<long>(type: "bigint", nullable: false),
                    issue_id = table.Column<long>(type: "bigint", nullable: false),
                    attempts = table.Column<int>(type: "integer", nullable: false),
                    next_attempt_at = table.Column<DateTimeOffset>(type: "timestamp with time zone", nullable: true),
                    last_error = table.Column<string>(type: "character varying(2000)", maxLength: 2000, nullable: true, collation: "C")
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

            migrationBuilder.DropColumn(
                name: "attempts",
                table: "events");

            migrationBuilder.DropColumn(
                name: "claim_id",
                table: "events");

            migrationBuilder.DropColumn(
                name: "claimed_until",
                table: "events");

            migrationBuilder.DropColumn(
                name: "fanned_out_at",
                table: "events");

            migrationBuilder.DropColumn(
                name: "last_error",
                table: "events");

            migrationBuilder.DropColumn(
                name: "processed_at",
                table: "events");
        }

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder)
        {
            migrationBuilder.AddColumn<int>(
                name: "attempts",
                table: "events",
                type: "integer",
                nullable: false,
                defaultValue: 0);

            migrationBuilder.AddColumn<Guid>(
                name: "claim_id",
                table: "events",
                type: "uuid",
                nullable: true);

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "claimed_until",
                table: "events",
                type: "timestamp with time zone",
                nullable: false,
                defaultValue: new DateTimeOffset(new DateTime(1, 1, 1, 0, 0, 0, 0, DateTimeKind.Unspecified), new TimeSpan(0, 0, 0, 0, 0)));

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "fanned_out_at",
                table: "events",
                type: "timestamp with time zone",
                nullable: true);

            migrationBuilder.AddColumn<string>(
                name: "last_error",
                table: "events",
                type: "character varying(2000)",
                maxLength: 2000,
                nullable: true,
                collation: "C");

            migrationBuilder.AddColumn<DateTimeOffset>(
                name: "processed_at",
                table: "events",
                type: "timestamp with time zone",
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
