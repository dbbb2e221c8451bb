using System.Globalization;
using System.Text.RegularExpressions;
using Hangfire.PostgreSql;
using Hangfire.SqlServer;
using Kiket.Infrastructure.Persistence.Migrations;
using Microsoft.Data.SqlClient;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Storage;
using Npgsql;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Brings the schema up to date, including that of the job storage, so that a server needs no permission to change either. The
/// caller must hold the database lock, for which the database must exist.
/// </summary>
internal sealed partial class DatabaseSchema(KiketDbContext db, RowPolicies policies, DatabaseOptions options)
{
    /// <summary>Creating an index on a large table takes minutes.</summary>
    private static readonly TimeSpan MigrationTimeout = TimeSpan.FromHours(2);

    /// <summary>
    /// PostgreSQL's default sample of 30,000 rows misses rare labels, so it may read all issues to find the few that have one.
    /// </summary>
    private const string SampleLabels = """
        DO $$ BEGIN
          IF (SELECT attstattarget FROM pg_attribute WHERE attrelid = 'issues'::regclass AND attname = 'labels')
            IS DISTINCT FROM 500 THEN
            ALTER TABLE issues ALTER COLUMN labels SET STATISTICS 500;
          END IF;
        END $$
        """;

    /// <summary>Creates the database if there is none, even if several processes do so at the same time.</summary>
    public async Task CreateDatabaseAsync(CancellationToken ct)
    {
        if (db.Database.IsSqlite())
            return; // opening the file creates it
        var creator = db.GetService<IRelationalDatabaseCreator>();
        try
        {
            if (!await creator.ExistsAsync(ct))
                await creator.CreateAsync(ct);
        }
        catch (PostgresException failure)
            when (failure.SqlState is PostgresErrorCodes.DuplicateDatabase or PostgresErrorCodes.UniqueViolation)
        {
            // Another process was faster.
        }
        catch (SqlException failure) when (failure.Number is 1801)
        {
            // Another process was faster.
        }
    }

    /// <summary>Applies the pending migrations.</summary>
    /// <returns>The migrations that were applied.</returns>
    public async Task<IReadOnlyList<string>> MigrateAsync(CancellationToken ct)
    {
        var pending = (await db.Database.GetPendingMigrationsAsync(ct)).ToList();
        if (pending.Count > 0)
        {
            var isNew = pending.Count == db.Database.GetMigrations().Count();
            await ForgetDeadMigrationAsync(ct);
            var timeout = db.Database.GetCommandTimeout();
            db.Database.SetCommandTimeout(MigrationTimeout);
            await db.Database.MigrateAsync(ct);
            db.Database.SetCommandTimeout(timeout);

            // Without a write-ahead log, commits fail during reads. The setting is stored in the file.
            if (db.Database.IsSqlite())
                await db.Database.ExecuteSqlRawAsync("PRAGMA journal_mode = WAL", ct);
            if (isNew)
                await new TextUpgrade(db).SkipAsync(ct);
        }

        // Converts old rows to the form of this version; a previous run may have been killed after its last migration.
        await new TextUpgrade(db).RunAsync(ct);
        if (!await HasJobStorageAsync(ct))
            await InstallJobStorageAsync(ct);
        await policies.ApplyAsync(ct);
        if (db.Database.IsNpgsql())
            await db.Database.ExecuteSqlRawAsync(SampleLabels, ct);
        return pending;
    }

    public async Task<bool> IsCurrentAsync(CancellationToken ct) =>
        !(await db.Database.GetPendingMigrationsAsync(ct)).Any()
        && await new TextUpgrade(db).IsDoneAsync(ct)
        && await HasJobStorageAsync(ct)
        && await policies.AreCurrentAsync(ct);

    /// <summary>Whether SQL Server lets readers read while others write, as the other databases do and Kiket expects.</summary>
    public async Task<bool> ReadsSnapshotsAsync(CancellationToken ct) =>
        !db.Database.IsSqlServer() || await SnapshotSetting(db).SingleAsync(ct);

    /// <summary>Whether PostgreSQL has the index of searches, for which it needs an extension.</summary>
    public async Task<bool> HasSearchIndexAsync(CancellationToken ct) =>
        !db.Database.IsNpgsql()
        || await db
            .Database.SqlQueryRaw<bool>($"SELECT to_regclass('{SearchIndexSteps.Index}') IS NOT NULL AS \"Value\"")
            .SingleAsync(ct);

    internal static IQueryable<bool> SnapshotSetting(KiketDbContext db) =>
        db.Database.SqlQueryRaw<bool>(
            "SELECT is_read_committed_snapshot_on AS Value FROM sys.databases WHERE database_id = DB_ID()"
        );

    /// <summary>
    /// On Sqlite, EF locks a migration with a row. It outlives a killed process, and EF would then wait for it forever.
    /// </summary>
    private async Task ForgetDeadMigrationAsync(CancellationToken ct)
    {
        const string table = "__EFMigrationsLock";
        if (!db.Database.IsSqlite())
            return;
        if (
            await db
                .Database.SqlQueryRaw<int>("SELECT COUNT(*) AS Value FROM sqlite_master WHERE name = {0}", table)
                .SingleAsync(ct) > 0
        )
            await db.Database.ExecuteSqlRawAsync($"DELETE FROM \"{table}\"", ct);
    }

    private async Task<bool> HasJobStorageAsync(CancellationToken ct)
    {
        if (db.Database.IsSqlite())
            return true; // jobs are in memory on Sqlite
        var (table, version) = db.Database.IsSqlServer()
            ? ("SELECT OBJECT_ID('HangFire.Schema', 'U') AS Value", "SELECT MAX([Version]) AS Value FROM [HangFire].[Schema]")
            : (
                "SELECT to_regclass('hangfire.schema')::oid::int AS \"Value\"",
                "SELECT MAX(version) AS \"Value\" FROM hangfire.schema"
            );
        return await db.Database.SqlQueryRaw<int?>(table).SingleAsync(ct) is not null
            && await db.Database.SqlQueryRaw<int?>(version).SingleAsync(ct) >= JobStorageVersion;
    }

    /// <summary>The version that the job storage requires, which is only in its install scripts.</summary>
    private int JobStorageVersion => db.Database.IsSqlServer() ? SqlServerVersion() : PostgreSqlVersion();

    private static int SqlServerVersion()
    {
        using var script = new StreamReader(
            typeof(SqlServerStorage).Assembly.GetManifestResourceStream("Hangfire.SqlServer.Install.sql")!
        );
        return int.Parse(TargetVersion().Match(script.ReadToEnd()).Groups["version"].Value, CultureInfo.InvariantCulture);
    }

    private static int PostgreSqlVersion() =>
        typeof(PostgreSqlStorage)
            .Assembly.GetManifestResourceNames()
            .Select(name => ScriptVersion().Match(name))
            .Where(match => match.Success)
            .Max(match => int.Parse(match.Groups["version"].Value, CultureInfo.InvariantCulture));

    [GeneratedRegex(@"SET @TARGET_SCHEMA_VERSION = (?<version>\d+)")]
    private static partial Regex TargetVersion();

    [GeneratedRegex(@"\.Install\.v(?<version>\d+)\.sql$")]
    private static partial Regex ScriptVersion();

    private async Task InstallJobStorageAsync(CancellationToken ct)
    {
        if (db.Database.IsSqlServer())
        {
            await using var server = new SqlConnection(options.Connection);
            await server.OpenAsync(ct);
            SqlServerObjectsInstaller.Install(server, schema: null, enableHeavyMigrations: true);
            return;
        }

        await using var connection = new NpgsqlConnection(options.Connection);
        await connection.OpenAsync(ct);
        PostgreSqlObjectsInstaller.Install(connection);
    }
}
