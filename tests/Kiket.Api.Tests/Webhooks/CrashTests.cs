using System.Collections.Concurrent;
using System.Net.Http.Headers;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Npgsql;

namespace Kiket.Api.Tests.Webhooks;

/// <summary>
/// Servers are killed in the middle of their work. No acknowledged change gets lost on the way to a subscriber.
/// </summary>
public sealed class CrashTests
{
    private const string Token = "kpat_operator_of_the_crash_tests";
    private const int Rounds = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(90);

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_server_that_is_killed_again_and_again_loses_no_event()
    {
        await using var receiver = await Receiver.StartAsync();
        List<KiketProcess> processes = [];
        try
        {
            var folder = Directory.CreateTempSubdirectory("kiket-crash-").FullName;
            var load = new Load();
            for (var round = 0; round < Rounds; round++)
            {
                var process = KiketProcess.Start(folder, Settings("All"));
                processes.Add(process);
                var client = await ClientAsync(process);
                if (round == 0)
                    await PrepareAsync(client, receiver);
                await load.RunAsync(client, process, TimeSpan.FromMilliseconds(Random.Shared.Next(500, 2_000)));
            }

            processes.Add(KiketProcess.Start(folder, Settings("All")));
            await CheckAsync(await ClientAsync(processes[^1]), receiver, load);
        }
        finally
        {
            await EndAsync(processes);
        }
    }

    [Fact]
    public async Task Either_of_two_workers_may_be_killed_and_none_attempts_what_the_other_attempts()
    {
        if (!KiketServer.IsPostgres)
            Assert.Skip("Two workers need a database server; KIKET_TEST_POSTGRES is not set.");
        var database = $"kiket_crash_{Guid.NewGuid():N}";
        var connection = new NpgsqlConnectionStringBuilder(KiketServer.PostgresServer) { Database = database }.ToString();
        await ExecuteAsync(KiketServer.PostgresServer!, $"CREATE DATABASE {database}");
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = async (http, _) =>
        {
            await Task.Delay(20); // long enough for two attempts to overlap, if they could
            await http.Response.BodyWriter.WriteAsync("{}"u8.ToArray());
        };
        List<KiketProcess> processes = [];
        try
        {
            var folder = Directory.CreateTempSubdirectory("kiket-crash-").FullName;
            (string, string)[] settings =
            [
                ("Database__Provider", "PostgreSql"),
                ("ConnectionStrings__Kiket", connection),
                ("Database__MigrateOnStart", "true"),
            ];
            var api = KiketProcess.Start(folder, [.. Settings("Api"), .. settings]);
            processes.Add(api);
            var client = await ClientAsync(api);
            await PrepareAsync(client, receiver);
            KiketProcess[] workers =
            [
                .. Enumerable.Range(0, 2).Select(_ => KiketProcess.Start(folder, [.. Settings("Worker"), .. settings])),
            ];
            processes.AddRange(workers);
            foreach (var worker in workers)
                await worker.ListeningAsync();

            var load = new Load();
            for (var round = 0; round < Rounds; round++)
            {
                var victim = Random.Shared.Next(2);
                await load.RunAsync(client, workers[victim], TimeSpan.FromMilliseconds(Random.Shared.Next(500, 2_000)));
                workers[victim] = KiketProcess.Start(folder, [.. Settings("Worker"), .. settings]);
                processes.Add(workers[victim]);
            }

            await CheckAsync(client, receiver, load);
            Assert.Equal(
                0,
                await ExecuteAsync(
                    connection,
                    """
                    SELECT COUNT(*) FROM webhook_attempts a JOIN webhook_attempts b ON b.delivery_id = a.delivery_id
                        AND b.id > a.id AND b.drain_id <> a.drain_id
                    WHERE b.at < a.at + a.duration_ms * interval '1 millisecond'
                    """
                )
            );
        }
        finally
        {
            await EndAsync(processes);
            await ExecuteAsync(KiketServer.PostgresServer!, $"DROP DATABASE {database} WITH (FORCE)");
        }
    }

    private static (string, string)[] Settings(string role) =>
        [
            ("Kiket__Role", role),
            ("Bootstrap__AdminToken", Token),
            ("Webhooks__AllowedNetworks__0", "127.0.0.1/32"),
            ("Webhooks__LeaseSeconds", "5"),
            ("RateLimits__UserRequests", "1000000"),
            ("DataProtection__KeysPath", "keys"),
        ];

    private static async Task<HttpClient> ClientAsync(KiketProcess process)
    {
        var client = await process.ListeningAsync();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    private static async Task PrepareAsync(HttpClient client, Receiver receiver)
    {
        await client
            .PostJsonAsync(
                "/api/v1/projects",
                new
                {
                    project = new
                    {
                        name = "Crash",
                        project_key = "CRASH",
                        visibility = "team",
                    },
                }
            )
            .CreatedAsync();
        await client
            .PostJsonAsync(
                "/api/v1/extensions",
                new
                {
                    manifest = new
                    {
                        model_version = "1.0",
                        extension = new
                        {
                            id = "com.example.crash",
                            name = "Crash",
                            version = "1.0.0",
                            delivery = "http",
                            callback = new { url = receiver.Url },
                            permissions = new[] { "issues:read" },
                            hooks = new[] { new { @event = "issue.created" }, new { @event = "issue.status_changed" } },
                        },
                    },
                }
            )
            .CreatedAsync();
    }

    /// <summary>Waits until everything is delivered, and compares the acknowledged changes, the log and the deliveries.</summary>
    private static async Task CheckAsync(HttpClient client, Receiver receiver, Load load)
    {
        var log = await ReadLogAsync(client);
        for (var deadline = DateTime.UtcNow + Patience; DateTime.UtcNow < deadline; await Task.Delay(200))
        {
            log = await ReadLogAsync(client);
            if (
                log.Select(e => (string)e["id"]!)
                    .All(id => receiver.Requests.Any(r => r.Body.Contains(id, StringComparison.Ordinal)))
            )
                break;
        }

        Assert.NotEmpty(load.Created);
        Assert.Equal(Enumerable.Range(1, log.Count).Select(n => (long)n), log.Select(e => (long)e["sequence"]!));
        var told = log.ToLookup(e => (string)e["event"]!, e => (long)e["issue_id"]!);
        Assert.Empty(load.Created.Except(told["issue.created"]));
        Assert.Empty(load.Moved.Except(told["issue.status_changed"]));

        var got = receiver
            .Requests.Select(r =>
                (Id: (string)r.Json["id"]!, Sequence: (long)r.Json["sequence"]!, Delivery: r.Header("X-Kiket-Delivery"))
            )
            .ToList();
        Assert.Equal(log.Select(e => (string)e["id"]!).Order(), got.Select(g => g.Id).Distinct().Order());
        Assert.All(got.GroupBy(g => g.Sequence), same => Assert.Single(same.Select(g => (g.Id, g.Delivery)).Distinct()));
    }

    private static async Task<List<JsonNode>> ReadLogAsync(HttpClient client)
    {
        List<JsonNode> log = [];
        while (true)
        {
            var page = await client
                .GetAsync($"/api/v1/events?limit=200&after={(log.Count == 0 ? 0 : (long)log[^1]["sequence"]!)}")
                .OkAsync();
            log.AddRange(page["data"]!.AsArray().Select(e => e!));
            if (page["data"]!.AsArray().Count < 200)
                return log;
        }
    }

    private static async Task<long> ExecuteAsync(string connectionString, string sql)
    {
        await using var connection = new NpgsqlConnection(connectionString);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        return await command.ExecuteScalarAsync() as long? ?? 0;
    }

    private static async Task EndAsync(List<KiketProcess> processes)
    {
        foreach (var process in processes.AsEnumerable().Reverse())
            await process.DisposeAsync();
    }

    /// <summary>Clients that open and move issues until the server is killed, and remember the acknowledged changes.</summary>
    private sealed class Load
    {
        public ConcurrentBag<long> Created { get; } = [];

        public ConcurrentBag<long> Moved { get; } = [];

        public async Task RunAsync(HttpClient client, KiketProcess victim, TimeSpan time)
        {
            using var end = new CancellationTokenSource();
            var clients = Enumerable.Range(0, 4).Select(_ => Task.Run(() => WorkAsync(client, end.Token))).ToList();
            var (before, deadline) = (Moved.Count, DateTime.UtcNow + Patience);
            await Task.Delay(time);
            while (Moved.Count == before && DateTime.UtcNow < deadline)
                await Task.Delay(50); // a busy machine has not begun yet
            victim.Kill();
            await victim.ExitCodeAsync();
            await end.CancelAsync();
            await Task.WhenAll(clients);
        }

        private async Task WorkAsync(HttpClient client, CancellationToken end)
        {
            while (!end.IsCancellationRequested)
            {
                try
                {
                    var issue = await client
                        .PostJsonAsync("/api/v1/issues", new { project_key = "CRASH", issue = new { title = "Survive" } })
                        .CreatedAsync();
                    Created.Add((long)issue["id"]!);
                    await client.PostJsonAsync($"/api/v1/issues/{issue["id"]}/transition", new { to = "in_progress" }).OkAsync();
                    Moved.Add((long)issue["id"]!);
                }
                catch (HttpRequestException)
                {
                    return; // it has been killed
                }
            }
        }
    }
}
