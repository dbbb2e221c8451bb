using System.Collections.Concurrent;
using System.Diagnostics;

namespace Kiket.Benchmarks.Cluster;

/// <summary>Sends more requests with one credential than its limit allows, over all nodes.</summary>
internal sealed class LimitedLoad(ClusterClient client, Stopwatch time, TimeSpan duration)
{
    public const int Limit = 100;
    public static readonly TimeSpan Window = TimeSpan.FromSeconds(10);
    private const int Clients = 3;

    /// <summary>How many requests each window has accepted, by its end in Unix seconds.</summary>
    private readonly ConcurrentDictionary<long, int> accepted = new();

    public Task RunAsync() => Task.WhenAll(Enumerable.Range(0, Clients).Select(_ => Task.Run(SendAllAsync)));

    /// <returns>The accepted requests of each window in which Redis was not away.</returns>
    public IReadOnlyList<int> AcceptedBesides(IReadOnlyList<Outage> outages) =>
        [.. accepted.Where(w => !outages.Any(o => o.IsOfRedis && Affects(o, w.Key))).Select(w => w.Value)];

    private static bool Affects(Outage outage, long windowEnd)
    {
        var end = DateTimeOffset.FromUnixTimeSeconds(windowEnd);
        return outage.Touches(end - Window, end);
    }

    private async Task SendAllAsync()
    {
        while (time.Elapsed < duration)
        {
            if (await client.TryGetAsync("/api/v1/issues?per_page=1") is { IsAccepted: true, WindowEnd: var end })
                accepted.AddOrUpdate(end, 1, (_, count) => count + 1);
            await Task.Delay(30);
        }
    }
}
