using Hangfire;
using Kiket.Api.Tests.Infrastructure;
using Microsoft.Data.Sqlite;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Health;

public sealed class HealthTests(KiketServer server)
{
    [Fact]
    public async Task The_api_says_that_it_answers_and_which_version_it_is()
    {
        var health = await server.NewClient().GetAsync("/api/v1/health").OkAsync();

        Assert.Equal("ok", (string?)health["status"]);
        Assert.Matches(@"^\d+\.\d+\.\d+", (string?)health["version"]);
        Assert.InRange(
            DateTimeOffset.Parse((string)health["time"]!, null),
            DateTimeOffset.UtcNow.AddMinutes(-1),
            DateTimeOffset.UtcNow.AddMinutes(1)
        );
    }

    [Fact]
    public async Task A_node_without_a_job_server_is_ready_and_says_whether_another_has_one()
    {
        const string worker = "worker-1:4711";
        var connection = server.Services.GetRequiredService<JobStorage>().GetConnection();

        var alone = await server.NewClient().GetAsync("/health/ready").OkAsync();
        connection.AnnounceServer(worker, new() { Queues = ["default"], WorkerCount = 1 });
        var together = await server.NewClient().GetAsync("/health/ready").OkAsync();
        connection.RemoveServer(worker);
        var live = await server.NewClient().GetAsync("/health/live").OkAsync();

        Assert.Equal(["database", "migrations", "workers"], alone["checks"]!.AsObject().Select(c => c.Key));
        Assert.Equal(("degraded", "degraded"), ((string?)alone["status"], (string?)alone["checks"]!["workers"]!["status"]));
        Assert.Equal(("ok", "ok"), ((string?)together["status"], (string?)together["checks"]!["workers"]!["status"]));
        Assert.Equal("ok", (string?)live["status"]);
    }

    [Fact]
    public async Task A_node_that_is_not_ready_names_what_is_missing_and_no_connection()
    {
        await using var process = KiketProcess.Start();
        var client = await process.ListeningAsync();
        await ReadyAsync(client);
        var file = Path.Combine(process.Folder, "kiket.db");

        await using (var connection = new SqliteConnection($"Data Source={file};Pooling=false"))
        {
            await connection.OpenAsync();
            await using var command = connection.CreateCommand();
            command.CommandText = """DELETE FROM "__EFMigrationsHistory" """;
            await command.ExecuteNonQueryAsync();
        }

        var unmigrated = await client.GetAsync("/health/ready").ReadAsync(System.Net.HttpStatusCode.ServiceUnavailable);

        Assert.Equal("failed", (string?)unmigrated["status"]);
        Assert.Equal("ok", (string?)unmigrated["checks"]!["database"]!["status"]);
        Assert.Equal("failed", (string?)unmigrated["checks"]!["migrations"]!["status"]);

        Directory.Delete(process.Folder, recursive: true);
        var unreachable = await client.GetAsync("/health/ready").ReadAsync(System.Net.HttpStatusCode.ServiceUnavailable);
        var live = await client.GetAsync("/health/live").OkAsync();

        Assert.Equal("failed", (string?)unreachable["checks"]!["database"]!["status"]);
        Assert.False(string.IsNullOrEmpty((string?)unreachable["checks"]!["database"]!["message"]));
        Assert.Equal("ok", (string?)unreachable["checks"]!["job_server"]!["status"]);
        Assert.DoesNotContain("kiket.db", unreachable.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal("ok", (string?)live["status"]);
    }

    [Fact]
    public async Task A_worker_answers_probes_and_nothing_else()
    {
        await using var worker = KiketProcess.Start(settings: ("Kiket__Role", "worker"));
        var address = (await worker.SaysAsync(new(@"Its health: (\S+/)health/ready"))).Groups[1].Value;
        using var client = new HttpClient { BaseAddress = new(address) };
        await ReadyAsync(client);
        await using var probe = KiketProcess.Run(["health", "--url", address]);

        await client.GetAsync("/api/v1/health").OkAsync();
        foreach (var path in (string[])["/api/v1/issues", "/sign-in", "/hangfire", "/healthy"])
            Assert.Equal(System.Net.HttpStatusCode.NotFound, (await client.GetAsync(path)).StatusCode);
        Assert.True(await probe.ExitCodeAsync() == 0, probe.Errors);
        Assert.Contains("\"job_server\":{\"status\":\"ok\"", probe.Output, StringComparison.Ordinal);
        Assert.DoesNotContain("set the first administrator's password", worker.Output, StringComparison.Ordinal);
    }

    /// <summary>The job server reports for the first time a moment after the start.</summary>
    private static async Task ReadyAsync(HttpClient client)
    {
        for (var attempt = 0; attempt < 100; attempt++)
        {
            if ((await client.GetAsync("/health/ready")).IsSuccessStatusCode)
                return;
            await Task.Delay(100);
        }

        await client.GetAsync("/health/ready").OkAsync();
    }
}
