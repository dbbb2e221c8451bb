using System.Net.Http.Json;
using Npgsql;

namespace Kiket.Benchmarks.Requests;

/// <summary>Calls of statements, without those of connection resets, and connection resets.</summary>
internal readonly record struct StatementCount(double Statements, double Resets)
{
    public static StatementCount operator -(StatementCount a, StatementCount b) =>
        new(a.Statements - b.Statements, a.Resets - b.Resets);
}

internal readonly record struct RowCount(long Issues, long Changes, long Comments, long Events, long Audit)
{
    public static RowCount operator -(RowCount a, RowCount b) =>
        new(a.Issues - b.Issues, a.Changes - b.Changes, a.Comments - b.Comments, a.Events - b.Events, a.Audit - b.Audit);
}

/// <summary>A separate database on a PostgreSQL that does nothing else, with the product's schema and many issues.</summary>
internal sealed class BenchDatabase : IAsyncDisposable
{
    public const int Projects = 20;

    // What the driver sends before the first statement of a connection that had another user. Its last part counts as the reset.
    private const string ResetParts =
        "^(SET SESSION AUTHORIZATION DEFAULT|RESET ALL|CLOSE ALL|UNLISTEN|SELECT pg_advisory_unlock_all|DISCARD)";

    private readonly NpgsqlDataSource maintenance;
    private readonly NpgsqlDataSource own;
    private readonly string name;

    private BenchDatabase(string server, string name)
    {
        this.name = name;
        ConnectionString = new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString();

        // The benchmark's own statements are not counted.
        (maintenance, own) = (Uncounted(server), Uncounted(ConnectionString));

        static NpgsqlDataSource Uncounted(string connection) =>
            NpgsqlDataSource.Create(
                new NpgsqlConnectionStringBuilder(connection) { Options = "-c pg_stat_statements.track=none", CommandTimeout = 0 }
            );
    }

    public string ConnectionString { get; }

    /// <summary>Creates the database: the schema and the projects with the product, the issues with SQL.</summary>
    public static async Task<BenchDatabase> CreateAsync(string server, int issues)
    {
        var database = new BenchDatabase(server, $"kiket_bench_{Guid.NewGuid():N}");
        await RunAsync(database.maintenance, "CREATE EXTENSION IF NOT EXISTS pg_stat_statements");
        await RunAsync(database.maintenance, "SELECT pg_stat_statements_reset()"); // when it is full, it drops our statements
        await RunAsync(database.maintenance, $"CREATE DATABASE {database.name}");
        await using (var product = await BenchApp.StartProductAsync(database.ConnectionString))
        {
            await AddProjectsAsync(product);
            await database.DrainAsync();
        }

        await database.SeedAsync(issues);
        return database;
    }

    public static async Task AddProjectsAsync(BenchApp product)
    {
        for (var number = 1; number <= Projects; number++)
        {
            var body = new { project = new { name = $"Bench {number}", project_key = $"BENCH{number}" } };
            using var response = await product.Client.PostAsJsonAsync("/api/v1/projects", body);
            response.EnsureSuccessStatusCode();
        }
    }

    /// <summary>Whether commits are durable; otherwise the duration of a write is meaningless.</summary>
    public Task<bool> IsDurableAsync() =>
        ScalarAsync<bool>(
            maintenance,
            "SELECT bool_and(setting = 'on') FROM pg_settings WHERE name IN ('fsync', 'synchronous_commit', 'full_page_writes')"
        );

    /// <summary>CPU of all processes of PostgreSQL.</summary>
    public async Task<double> CpuMicrosecondsAsync() =>
        Linux.TreeCpuMicroseconds(Linux.ParentOf(await ScalarAsync<int>(maintenance, "SELECT pg_backend_pid()")));

    /// <summary>The statements that the applications have sent to this database so far.</summary>
    public async Task<StatementCount> CountStatementsAsync()
    {
        const string sql = $"""
            SELECT coalesce(sum(calls) FILTER (WHERE query !~* '{ResetParts}'), 0)::float8,
              coalesce(sum(calls) FILTER (WHERE query ~* '^DISCARD (ALL|TEMP)'), 0)::float8
            FROM pg_stat_statements s JOIN pg_database d ON d.oid = s.dbid WHERE d.datname = $1
            """;
        await using var command = maintenance.CreateCommand(sql);
        command.Parameters.Add(new() { Value = name });
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new(reader.GetDouble(0), reader.GetDouble(1));
    }

    /// <summary>Waits until every event is fanned out and its reactions have run.</summary>
    public async Task DrainAsync()
    {
        const string waiting = """
            SELECT EXISTS (SELECT FROM organizations o WHERE o.last_event_sequence > 0
              AND (SELECT count(*) FROM event_cursors c
                WHERE c.organization_id = o.id AND c.position >= o.last_event_sequence) < 2)
            """;
        while (await ScalarAsync<bool>(own, waiting))
            await Task.Delay(200);
    }

    /// <summary>
    /// Marks every event as fanned out and reacted to, because the events of the floor are not the product's work.
    /// </summary>
    public Task StepOverAsync() =>
        RunAsync(
            own,
            """
            UPDATE event_cursors c SET position = o.last_event_sequence FROM organizations o WHERE o.id = c.organization_id
            """
        );

    /// <summary>
    /// Removes dead rows and writes all pages, so that a turn pays neither for the leftovers of an earlier one nor for the first
    /// change of a page after a checkpoint.
    /// </summary>
    public async Task TidyAsync()
    {
        await RunAsync(own, "VACUUM ANALYZE");
        await RunAsync(own, "CHECKPOINT");
    }

    /// <summary>Suspends an application while it holds no transaction and therefore no lock.</summary>
    public async Task FreezeAsync(BenchApp app)
    {
        const string busy = """
            SELECT count(*) FROM pg_stat_activity
            WHERE datname = current_database() AND pid <> pg_backend_pid() AND state <> 'idle'
            """;
        app.Freeze();
        while (await ScalarAsync<long>(own, busy) > 0)
        {
            app.Thaw();
            await Task.Delay(50);
            app.Freeze();
        }
    }

    public async Task<RowCount> CountRowsAsync()
    {
        const string sql = """
            SELECT (SELECT count(*) FROM issues), (SELECT count(*) FROM issue_changes), (SELECT count(*) FROM comments),
              (SELECT count(*) FROM events), (SELECT count(*) FROM audit_records)
            """;
        await using var command = own.CreateCommand(sql);
        await using var reader = await command.ExecuteReaderAsync();
        await reader.ReadAsync();
        return new(reader.GetInt64(0), reader.GetInt64(1), reader.GetInt64(2), reader.GetInt64(3), reader.GetInt64(4));
    }

    public async ValueTask DisposeAsync()
    {
        await own.DisposeAsync();
        await RunAsync(maintenance, $"DROP DATABASE {name} WITH (FORCE)");
        await maintenance.DisposeAsync();
    }

    private async Task SeedAsync(int issues)
    {
        // Creating the indexes at the end is faster.
        const string indexes = """
            SELECT array_agg(i.indexrelid::regclass::text), array_agg(pg_get_indexdef(i.indexrelid)) FROM pg_index i
            WHERE i.indrelid IN ('issues'::regclass, 'issue_changes'::regclass, 'comments'::regclass, 'events'::regclass)
              AND NOT EXISTS (SELECT FROM pg_constraint c WHERE c.conindid = i.indexrelid)
            """;
        string[] names,
            definitions;
        await using (var command = own.CreateCommand(indexes))
        await using (var reader = await command.ExecuteReaderAsync())
        {
            await reader.ReadAsync();
            (names, definitions) = (reader.GetFieldValue<string[]>(0), reader.GetFieldValue<string[]>(1));
        }

        // A vacuum takes seconds of CPU, which would count for the turn that it happens to fall into.
        const string withoutVacuum = """
            DO $$ DECLARE t regclass; BEGIN
              FOR t IN SELECT oid FROM pg_class WHERE relkind = 'r' AND relnamespace = 'public'::regnamespace LOOP
                EXECUTE format('ALTER TABLE %s SET (autovacuum_enabled = off)', t);
              END LOOP;
            END $$
            """;
        await RunAsync(own, withoutVacuum);
        var seed = await File.ReadAllTextAsync(Path.Combine(AppContext.BaseDirectory, "Requests", "Seed.sql"));
        await RunAsync(own, string.Join(';', names.Select(index => $"DROP INDEX {index}")));
        await RunAsync(own, seed.Replace("{issues}", $"{issues}", StringComparison.Ordinal));
        await RunAsync(own, string.Join(';', definitions));
        await TidyAsync();
    }

    private static async Task RunAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<T> ScalarAsync<T>(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return (T)(await command.ExecuteScalarAsync())!;
    }
}
