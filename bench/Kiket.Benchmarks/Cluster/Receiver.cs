using System.Collections.Concurrent;
using System.Net;
using System.Text.Json;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Logging;

namespace Kiket.Benchmarks.Cluster;

/// <summary>A subscriber that accepts every event, and remembers which.</summary>
internal sealed class Receiver : IAsyncDisposable
{
    private readonly WebApplication app;
    private int requests;

    private Receiver(WebApplication app) => this.app = app;

    public string Address => app.Urls.Single();

    public int Requests => requests;

    /// <summary>The sequences of the events that have arrived, by their ids.</summary>
    public ConcurrentDictionary<string, long> Events { get; } = new(StringComparer.Ordinal);

    public static async Task<Receiver> StartAsync()
    {
        var builder = WebApplication.CreateSlimBuilder();
        builder.Logging.ClearProviders();
        builder.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var receiver = new Receiver(builder.Build());
        receiver.app.Run(receiver.TakeAsync);
        await receiver.app.StartAsync();
        return receiver;
    }

    public ValueTask DisposeAsync() => app.DisposeAsync();

    private async Task TakeAsync(HttpContext http)
    {
        using var body = await JsonDocument.ParseAsync(http.Request.Body);
        Events.TryAdd(body.RootElement.GetProperty("id").GetString()!, body.RootElement.GetProperty("sequence").GetInt64());
        Interlocked.Increment(ref requests);
        await http.Response.WriteAsync("{}");
    }
}
