using Microsoft.EntityFrameworkCore.Migrations;

#nullable disable

namespace Kiket.Infrastructure.Persistence.Migrations.Sqlite
{
    /// <inheritdoc />
    public partial class Claims : Migration
    {
        /// <inheritdoc />
        protected override void Up(MigrationBuilder migrationBuilder) =>
            // EF Core would rebuild the tables outside of the transaction. Claims last seconds, so none is kept.
            migrationBuilder.Sql(
                """
                ALTER TABLE webhooks DROP COLUMN drained_until;
                ALTER TABLE webhooks RENAME COLUMN drain_id TO claim_id;
                ALTER TABLE webhooks DROP COLUMN queued_until;
                ALTER TABLE webhooks ADD COLUMN queued_until INTEGER;
                ALTER TABLE webhooks ADD COLUMN claimed_until INTEGER;
                ALTER TABLE sla_timers DROP COLUMN claimed_until;
                ALTER TABLE sla_timers ADD COLUMN claimed_until INTEGER;
                """
            );

        /// <inheritdoc />
        protected override void Down(MigrationBuilder migrationBuilder) =>
            migrationBuilder.Sql(
                """
                ALTER TABLE webhooks DROP COLUMN claimed_until;
                ALTER TABLE webhooks RENAME COLUMN claim_id TO drain_id;
                ALTER TABLE webhooks DROP COLUMN queued_until;
                ALTER TABLE webhooks ADD COLUMN queued_until INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE webhooks ADD COLUMN drained_until INTEGER NOT NULL DEFAULT 0;
                ALTER TABLE sla_timers DROP COLUMN claimed_until;
                ALTER TABLE sla_timers ADD COLUMN claimed_until INTEGER NOT NULL DEFAULT 0;
                """
            );
    }
}
