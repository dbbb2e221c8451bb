using System.Net;
using System.Net.Sockets;
using System.Text.RegularExpressions;
using Hangfire;
using Hangfire.Common;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Infrastructure.Jobs;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging.Abstractions;
using Npgsql;

namespace Kiket.Api.Tests.Startup;

/// <summary>Any number of servers may start at any time, whatever a killed server has left behind.</summary>
public sealed partial class StartingTests
{
    [Fact]
    public async Task Five_servers_that_start_at_once_found_one_organization_and_print_one_token()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        var folder = Directory.CreateTempSubdirectory("kiket-process-").FullName;
        List<KiketProcess> servers = [.. Enumerable.Range(0, 5).Select(_ => KiketProcess.Start(folder, database.Settings))];
        try
        {
            foreach (var server in servers)
                await (await server.ListeningAsync()).GetAsync("/health/ready").OkAsync();

            Assert.Single(servers.SelectMany(s => Token().Matches(s.Output)));
            Assert.All(servers, s => Assert.Empty(s.Errors.Trim()));
            Assert.Equal(1L, await database.ScalarAsync("SELECT COUNT(*) FROM organizations"));
        }
        finally
        {
            await EndAsync(servers);
        }
    }

    [Fact]
    public async Task No_lock_of_the_job_storage_holds_up_a_start()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var first = KiketProcess.Start(settings: database.Settings);
        await first.ListeningAsync();
        first.Kill();
        await first.ExitCodeAsync();
        foreach (var job in new[] { "prune", "signing-keys", "webhooks", "escalations", "outbox", "sla" })
        {
            await database.ScalarAsync(
                $"INSERT INTO hangfire.lock (resource, acquired) VALUES ('hangfire:lock:recurring-job:{job}', "
                    + $"now()), ('hangfire:recurring-job:{job}', now()) ON CONFLICT DO NOTHING"
            );
        }

        await using var second = KiketProcess.Start(first.Folder, database.Settings);

        await (await second.ListeningAsync()).GetAsync("/health/ready").OkAsync();
    }

    [Fact]
    public async Task A_node_of_the_api_plans_no_jobs()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        await using var api = KiketProcess.Start(settings: [.. database.Settings, ("Kiket__Role", "api")]);
        await api.ListeningAsync();
        await using var worker = KiketProcess.Start(settings: [.. database.Settings, ("Kiket__Role", "api")]);
        await worker.ListeningAsync();

        Assert.Equal(0L, await database.ScalarAsync("SELECT COUNT(*) FROM hangfire.set"));
        Assert.Equal(0L, await database.ScalarAsync("SELECT COUNT(*) FROM hangfire.server"));
    }

    [Fact]
    public async Task A_server_that_does_not_migrate_starts_where_the_command_has_made_both_schemas()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        (string, string)[] settings = [.. database.Settings, ("Database__MigrateOnStart", "false")];
        await using var early = KiketProcess.Start(settings: settings);
        Assert.Equal(1, await early.ExitCodeAsync());
        Assert.Contains("migrate", early.Errors, StringComparison.Ordinal);
        await using var migration = KiketProcess.Run(["migrate"], settings: settings);
        Assert.Equal(0, await migration.ExitCodeAsync());
        await database.ScalarAsync("DROP TABLE hangfire.lock CASCADE; DROP SCHEMA hangfire CASCADE");

        await using var incomplete = KiketProcess.Start(settings: settings);
        Assert.Equal(1, await incomplete.ExitCodeAsync());
        await using var again = KiketProcess.Run(["migrate"], settings: settings);
        Assert.Equal(0, await again.ExitCodeAsync());
        await using var server = KiketProcess.Start(settings: settings);

        await (await server.ListeningAsync()).GetAsync("/health/ready").OkAsync();
    }

    [Fact]
    public async Task A_server_waits_for_a_database_that_is_away_and_says_so()
    {
        await using var database = await PostgresDatabase.CreateAsync();
        using var road = new TcpListener(IPAddress.Loopback, 0);
        road.Start();
        var port = ((IPEndPoint)road.LocalEndpoint).Port;
        road.Stop();
        await using var server = KiketProcess.Start(
            settings:
            [
                .. database.Settings,
                (
                    "ConnectionStrings__Kiket",
                    new NpgsqlConnectionStringBuilder(database.Connection) { Host = "127.0.0.1", Port = port }.ToString()
                ),
            ]
        );
        await server.SaysAsync(new($"Waiting for the database at .*{port}"));

        using var opened = new TcpListener(IPAddress.Loopback, port);
        opened.Start();
        var forwarding = ForwardAsync(opened, new NpgsqlConnectionStringBuilder(database.Connection));

        await (await server.ListeningAsync()).GetAsync("/health/ready").OkAsync();
        server.Kill();
        opened.Stop();
        await forwarding;
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_second_server_on_a_Sqlite_file_says_so_and_ends_until_the_first_one_has()
    {
        await using var first = KiketProcess.Start();
        var client = await first.ListeningAsync();
        var link = Path.Combine(first.Folder, "link.db");
        File.CreateSymbolicLink(link, Path.Combine(first.Folder, "kiket.db"));

        await using var second = KiketProcess.Start(first.Folder);
        await using var linked = KiketProcess.Start(first.Folder, ("ConnectionStrings__Kiket", $"Data Source={link}"));

        foreach (var refused in new[] { second, linked })
        {
            Assert.Equal(78, await refused.ExitCodeAsync());
            Assert.Contains(
                "another Kiket server is running",
                Assert.Single(refused.Errors.Trim().Split('\n')),
                StringComparison.Ordinal
            );
        }

        await client.GetAsync("/health/ready").OkAsync();
        first.Kill();
        await first.ExitCodeAsync();
        await using var third = KiketProcess.Start(first.Folder);
        await (await third.ListeningAsync()).GetAsync("/health/ready").OkAsync();
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Commands_work_beside_a_server_on_a_Sqlite_file()
    {
        await using var server = KiketProcess.Start();
        var client = await server.ListeningAsync();

        await using var command = KiketProcess.Run(["token", "create", "--user", "admin@kiket.local"], server.Folder);

        Assert.Equal(0, await command.ExitCodeAsync());
        client.DefaultRequestHeaders.Authorization = new("Bearer", command.Output.Trim().Split('\n')[^1].Trim());
        await client.GetAsync("/api/v1/projects").OkAsync();
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_migration_that_was_killed_does_not_hold_up_the_next_start()
    {
        var folder = Directory.CreateTempSubdirectory("kiket-process-").FullName;
        await using (var connection = new SqliteConnection($"Data Source={Path.Combine(folder, "kiket.db")};Pooling=False"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = """
                CREATE TABLE "__EFMigrationsLock" ("Id" INTEGER NOT NULL CONSTRAINT "PK___EFMigrationsLock" PRIMARY KEY,
                    "Timestamp" TEXT NOT NULL);
                INSERT INTO "__EFMigrationsLock" VALUES (1, '2026-01-01 00:00:00');
                """;
            await command.ExecuteNonQueryAsync();
        }

        await using var server = KiketProcess.Start(folder);

        await (await server.ListeningAsync()).GetAsync("/health/ready").OkAsync();
    }

    [Fact]
    public async Task Recurring_jobs_are_planned_even_when_the_job_storage_failed_at_first()
    {
        var storage = new StorageThatFailsAtFirst(failures: 3);
        using var planner = new RecurringJobPlanner(storage, new HurriedTime(), NullLogger<RecurringJobPlanner>.Instance);

        await planner.StartAsync(TestContext.Current.CancellationToken);
        await ((BackgroundService)planner).ExecuteTask!;

        Assert.Equal(["audit-anchors", "prune", "signing-keys"], storage.Planned.Order());
    }

    private static async Task EndAsync(IEnumerable<KiketProcess> servers)
    {
        foreach (var server in servers)
            await server.DisposeAsync();
    }

    private static async Task ForwardAsync(TcpListener listener, NpgsqlConnectionStringBuilder target)
    {
        List<Task> running = [];
        try
        {
            while (true)
                running.Add(CarryAsync(await listener.AcceptTcpClientAsync(), target));
        }
        catch (Exception failure) when (failure is SocketException or ObjectDisposedException or InvalidOperationException)
        {
            await Task.WhenAll(running);
        }
    }

    private static async Task CarryAsync(TcpClient from, NpgsqlConnectionStringBuilder target)
    {
        using (from)
        using (var to = new TcpClient())
        {
            try
            {
                await to.ConnectAsync(target.Host!, target.Port);
                await Task.WhenAny(from.GetStream().CopyToAsync(to.GetStream()), to.GetStream().CopyToAsync(from.GetStream()));
            }
            catch (Exception failure) when (failure is IOException or SocketException)
            {
                // One side has closed.
            }
        }
    }

    [GeneratedRegex(@"Token of the first administrator, shown only once:\s+\S+")]
    private static partial Regex Token();

    private sealed class StorageThatFailsAtFirst(int failures) : IRecurringJobManager
    {
        private int left = failures;

        public HashSet<string> Planned { get; } = [];

        public void AddOrUpdate(string recurringJobId, Job job, string cronExpression, RecurringJobOptions options)
        {
            if (left-- > 0)
                throw new InvalidOperationException("The job storage is unavailable.");
            Planned.Add(recurringJobId);
        }

        public void Trigger(string recurringJobId) => throw new NotSupportedException();

        public void RemoveIfExists(string recurringJobId) => Planned.Remove(recurringJobId);
    }

    /// <summary>Every pause ends immediately.</summary>
    private sealed class HurriedTime : TimeProvider
    {
        public override ITimer CreateTimer(TimerCallback callback, object? state, TimeSpan dueTime, TimeSpan period) =>
            base.CreateTimer(callback, state, TimeSpan.Zero, period);
    }
}

/// <summary>A separate database on the PostgreSQL of the tests, for servers in separate processes.</summary>
internal sealed class PostgresDatabase : IAsyncDisposable
{
    private readonly string name = $"kiket_process_{Guid.NewGuid():N}";

    public string Connection => new NpgsqlConnectionStringBuilder(KiketServer.PostgresServer) { Database = name }.ToString();

    public (string Name, string Value)[] Settings =>
        [("Database__Provider", "PostgreSql"), ("ConnectionStrings__Kiket", Connection), ("Database__MigrateOnStart", "true")];

    /// <summary>Skips the test if there is no such server. The servers create the database themselves.</summary>
    public static Task<PostgresDatabase> CreateAsync()
    {
        Assert.SkipUnless(KiketServer.IsPostgres, "Several servers need PostgreSQL; KIKET_TEST_POSTGRES is not set.");
        return Task.FromResult(new PostgresDatabase());
    }

    public Task<object?> ScalarAsync(string sql) => ScalarAsync(Connection, sql);

    public async ValueTask DisposeAsync() =>
        await ScalarAsync(KiketServer.PostgresServer!, $"DROP DATABASE IF EXISTS {name} WITH (FORCE)");

    private static async Task<object?> ScalarAsync(string connection, string sql)
    {
        await using var opened = new NpgsqlConnection(
            new NpgsqlConnectionStringBuilder(connection) { Pooling = false }.ToString()
        );
        await opened.OpenAsync();
        await using var command = new NpgsqlCommand(sql, opened);
        return await command.ExecuteScalarAsync();
    }
}
