using Microsoft.EntityFrameworkCore.Migrations;

namespace Kiket.Infrastructure.Persistence.Migrations;

/// <summary>
/// The index of searches on PostgreSQL, which needs the extension pg_trgm. Not every server has it or allows its creation; there,
/// searches give the same results, but read all issues for rare words.
/// </summary>
internal static class SearchIndexSteps
{
    public const string Index = "ix_issues_search_text";

    public static void CreateSearchIndex(this MigrationBuilder migration) =>
        migration.Sql(
            $"""
            DO $search$
            BEGIN
                CREATE EXTENSION IF NOT EXISTS pg_trgm;
                CREATE INDEX IF NOT EXISTS {Index} ON issues USING gin (search_text gin_trgm_ops)
                    WHERE deleted_at IS NULL;
            EXCEPTION WHEN insufficient_privilege OR undefined_file OR undefined_object OR feature_not_supported THEN
                RAISE WARNING 'Searches have no index: %', SQLERRM;
            END
            $search$
            """
        );

    public static void DropSearchIndex(this MigrationBuilder migration) => migration.Sql($"DROP INDEX IF EXISTS {Index}");
}
