using System.Net;
using System.Net.Sockets;
using Kiket.Api.Tests.Infrastructure;
using StackExchange.Redis;

namespace Kiket.Api.Tests.RateLimits;

/// <summary>
/// A Redis on a free port of this machine, as Debian's <c>redis-server</c> runs it. Tests that need one are skipped where the
/// program is not installed.
/// </summary>
internal sealed class RedisServer : IAsyncDisposable
{
    private readonly string folder = Directory.CreateTempSubdirectory("kiket-redis-").FullName;
    private RunningProgram? process;

    private RedisServer(int port) => Port = port;

    public int Port { get; }

    public string Connection => $"127.0.0.1:{Port}";

    public static async Task<RedisServer> StartAsync()
    {
        var isInstalled = (Environment.GetEnvironmentVariable("PATH") ?? "")
            .Split(Path.PathSeparator)
            .Any(folder => File.Exists(Path.Combine(folder, "redis-server")));
        Assert.SkipUnless(isInstalled, "redis-server is not installed.");
        var server = new RedisServer(FreePort());
        await server.RunAsync();
        return server;
    }

    public async Task RunAsync()
    {
        string[] arguments = ["--port", $"{Port}", "--bind", "127.0.0.1", "--save", "", "--appendonly", "no"];
        process = new("redis-server", arguments, folder, []);
        await process.SaysAsync(new("Ready to accept connections"));
    }

    /// <summary>Removes all its data.</summary>
    public async Task ForgetAsync()
    {
        await using var connection = await ConnectionMultiplexer.ConnectAsync($"{Connection},allowAdmin=true");
        await connection.GetServer(Connection).FlushAllDatabasesAsync();
    }

    public async Task StopAsync()
    {
        if (process is not null)
            await process.DisposeAsync();
        process = null;
    }

    public async ValueTask DisposeAsync()
    {
        await StopAsync();
        Directory.Delete(folder, recursive: true);
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
