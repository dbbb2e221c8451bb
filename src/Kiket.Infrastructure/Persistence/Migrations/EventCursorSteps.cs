using Microsoft.EntityFrameworkCore.Migrations;

namespace Kiket.Infrastructure.Persistence.Migrations;

/// <summary>What was marked on each event moves to cursors, and back; the same on all databases.</summary>
internal static class EventCursorSteps
{
    /// <summary>
    /// Events were handed out in the order of their numbers, so the cursor goes before the first that was not. Reactions ran in
    /// the order of each issue, so the cursor goes to the end, and what still waits is postponed. What was given up stays so.
    /// </summary>
    public static void SetCursors(this MigrationBuilder migration)
    {
        migration.Sql(
            """
            INSERT INTO event_cursors (organization_id, consumer, position)
            SELECT o.id, 'hand_out', COALESCE(
                (SELECT MIN(e.sequence) - 1 FROM events e WHERE e.organization_id = o.id AND e.fanned_out_at IS NULL),
                o.last_event_sequence)
            FROM organizations o
            """
        );
        migration.Sql(
            """
            INSERT INTO event_cursors (organization_id, consumer, position)
            SELECT o.id, 'reactions', o.last_event_sequence FROM organizations o
            """
        );
        migration.Sql(
            """
            INSERT INTO postponed_events (event_id, organization_id, issue_id, attempts, next_attempt_at, last_error)
            SELECT e.id, e.organization_id, e.issue_id, e.attempts,
                CASE WHEN e.processed_at IS NULL THEN e.claimed_until END, e.last_error
            FROM events e
            WHERE e.issue_id IS NOT NULL AND (e.processed_at IS NULL OR e.last_error IS NOT NULL)
            """
        );
    }

    /// <summary>Marks each event as the cursors say.</summary>
    public static void MarkEvents(this MigrationBuilder migration)
    {
        migration.Sql(
            """
            UPDATE events SET fanned_out_at = occurred_at
            WHERE sequence <= (SELECT c.position FROM event_cursors c
                WHERE c.organization_id = events.organization_id AND c.consumer = 'hand_out')
            """
        );
        migration.Sql(
            """
            UPDATE events SET processed_at = occurred_at
            WHERE issue_id IS NULL
                OR sequence <= (SELECT c.position FROM event_cursors c
                    WHERE c.organization_id = events.organization_id AND c.consumer = 'reactions')
                AND NOT EXISTS (SELECT 1 FROM postponed_events p WHERE p.event_id = events.id AND p.next_attempt_at IS NOT NULL)
            """
        );
    }
}
