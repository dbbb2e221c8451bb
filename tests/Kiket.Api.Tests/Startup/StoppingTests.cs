using System.Net.Http.Headers;
using System.Net.Sockets;
using System.Text;
using System.Text.Json;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Startup;

/// <summary>How a server stops after SIGTERM, which orchestrators send.</summary>
[Trait("Database", "Sqlite")]
public sealed class StoppingTests
{
    private const string Token = "kpat_operator_who_stops_servers";

    [Fact]
    public async Task Streams_end_and_the_server_ends_in_order()
    {
        await using var server = await StartAsync();
        var client = await ClientAsync(server);
        List<Stream> streams = [];
        foreach (var _ in Enumerable.Range(0, 10))
            streams.Add(await client.GetStreamAsync("/api/v1/events/stream"));

        server.Terminate();

        foreach (var stream in streams)
            Assert.Contains("retry:", await new StreamReader(stream).ReadToEndAsync(), StringComparison.Ordinal);
        await EndedWellAsync(server);
    }

    [Fact]
    public async Task Requests_whose_bodies_still_arrive_are_answered()
    {
        await using var server = await StartAsync();
        var client = await ClientAsync(server);
        List<(TcpClient Connection, string Remainder)> running = [];
        for (var number = 1; number <= 5; number++)
        {
            var body = JsonSerializer.Serialize(new { project = new { name = "Late", project_key = $"LATE{number}" } });
            var connection = new TcpClient();
            await connection.ConnectAsync("127.0.0.1", client.BaseAddress!.Port);
            await connection
                .GetStream()
                .WriteAsync(
                    Encoding.ASCII.GetBytes(
                        $"POST /api/v1/projects HTTP/1.1\r\nHost: kiket\r\nAuthorization: Bearer "
                            + $"{Token}\r\nContent-Type: application/json\r\n"
                            + $"Content-Length: {body.Length}\r\n\r\n{body[..10]}"
                    )
                );
            running.Add((connection, body[10..]));
        }

        await Task.Delay(TimeSpan.FromSeconds(2)); // by now most of them wait for the rest of their body

        server.Terminate();
        await RefusesConnectionsAsync(client.BaseAddress!);
        foreach (var (connection, rest) in running)
        {
            await connection.GetStream().WriteAsync(Encoding.ASCII.GetBytes(rest));
            var answer = await new StreamReader(connection.GetStream()).ReadToEndAsync();
            Assert.True(answer.StartsWith("HTTP/1.1 201", StringComparison.Ordinal), $"{answer}\n{server.Output}");
            connection.Dispose();
        }

        await EndedWellAsync(server);
    }

    [Fact]
    public async Task A_request_that_never_ends_is_cut_off_when_the_time_is_over()
    {
        await using var server = await StartAsync(("Kiket__StopTimeoutSeconds", "2"));
        var client = await ClientAsync(server);
        using var connection = new TcpClient();
        await connection.ConnectAsync("127.0.0.1", client.BaseAddress!.Port);
        await using var wire = connection.GetStream();
        await wire.WriteAsync(
            Encoding.ASCII.GetBytes(
                $"POST /api/v1/projects HTTP/1.1\r\nHost: kiket\r\nAuthorization: Bearer {Token}\r\nContent-Type: "
                    + $"application/json\r\nContent-Length: 100\r\n\r\n{{"
            )
        );
        await client.GetAsync("/health/live").OkAsync();

        server.Terminate();

        await EndedWellAsync(server);
    }

    [Fact]
    public async Task Under_load_every_write_that_was_acknowledged_is_there_afterwards()
    {
        await using var server = await StartAsync();
        var client = await ClientAsync(server);
        await client
            .PostJsonAsync(
                "/api/v1/projects",
                new
                {
                    project = new
                    {
                        name = "Load",
                        project_key = "LOAD",
                        visibility = "team",
                    },
                }
            )
            .CreatedAsync();
        var acknowledged = 0;
        var writers = Enumerable
            .Range(0, 16)
            .Select(async _ =>
            {
                try
                {
                    while (true)
                    {
                        var answer = await client.PostJsonAsync(
                            "/api/v1/issues",
                            new { issue = new { title = "Load", project_key = "LOAD" } }
                        );
                        if (!answer.IsSuccessStatusCode)
                            return answer.StatusCode.ToString();
                        Interlocked.Increment(ref acknowledged);
                    }
                }
                catch (HttpRequestException)
                {
                    return null; // the server has ended
                }
            })
            .ToList();
        while (Volatile.Read(ref acknowledged) < 50)
            await Task.Delay(20);

        server.Terminate();

        Assert.All(await Task.WhenAll(writers), Assert.Null);
        await EndedWellAsync(server);
        await using var next = await StartAsync(server.Folder);
        var stored = await (await ClientAsync(next)).GetAsync("/api/v1/issues?project=LOAD&per_page=1").OkAsync();
        Assert.True(stored["meta"]!["total"]!.GetValue<int>() >= acknowledged);
    }

    private static Task<KiketProcess> StartAsync(params (string, string)[] settings) => StartAsync(null, settings);

    private static async Task<KiketProcess> StartAsync(string? folder, params (string, string)[] settings)
    {
        Assert.SkipWhen(OperatingSystem.IsWindows(), "Windows has no SIGTERM.");
        var server = KiketProcess.Start(
            folder,
            [("Bootstrap__AdminToken", Token), ("RateLimits__UserRequests", "1000000"), .. settings]
        );
        await server.ListeningAsync();
        return server;
    }

    private static async Task<HttpClient> ClientAsync(KiketProcess server)
    {
        var client = await server.ListeningAsync();
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", Token);
        return client;
    }

    private static async Task RefusesConnectionsAsync(Uri address)
    {
        while (true)
        {
            using var probe = new TcpClient();
            try
            {
                await probe.ConnectAsync(address.Host, address.Port);
                await Task.Delay(20);
            }
            catch (SocketException)
            {
                return;
            }
        }
    }

    private static async Task EndedWellAsync(KiketProcess server)
    {
        Assert.Equal(0, await server.ExitCodeAsync());
        Assert.Empty(server.Errors.Trim());
        Assert.DoesNotContain("Unhandled", server.Output, StringComparison.Ordinal);
    }
}
