using System.Diagnostics;

namespace Kiket.Benchmarks.Requests;

/// <summary>The latencies of clients, in milliseconds, sorted.</summary>
internal sealed record LoadResult(double Seconds, IReadOnlyList<double> Milliseconds)
{
    public int Requests => Milliseconds.Count;

    public double PerSecond => Requests / Seconds;

    public double Percentile(double share) => Milliseconds[(int)(share * (Requests - 1))];

    public static LoadResult operator +(LoadResult a, LoadResult b) =>
        new(a.Seconds + b.Seconds, [.. a.Milliseconds.Concat(b.Milliseconds).Order()]);
}

/// <summary>Clients that send one request after the other.</summary>
internal static class Load
{
    public static Task<LoadResult> ForAsync(BenchApp app, Operation operation, int clients, TimeSpan duration) =>
        RunAsync(app, operation, clients, (watch, _) => watch.Elapsed < duration);

    /// <summary>One client, so that the counts do not depend on time.</summary>
    public static Task<LoadResult> TimesAsync(BenchApp app, Operation operation, int times) =>
        RunAsync(app, operation, 1, (_, done) => done < times);

    private static async Task<LoadResult> RunAsync(
        BenchApp app,
        Operation operation,
        int clients,
        Func<Stopwatch, int, bool> goesOn
    )
    {
        var watch = Stopwatch.StartNew();
        var times = await Task.WhenAll(Enumerable.Range(0, clients).Select(_ => Task.Run(ClientAsync)));
        return new(watch.Elapsed.TotalSeconds, [.. times.SelectMany(t => t).Order()]);

        async Task<List<double>> ClientAsync()
        {
            var own = new List<double>();
            while (goesOn(watch, own.Count))
            {
                using var request = operation.Next();
                var begun = Stopwatch.GetTimestamp();
                using var response = await app.Client.SendAsync(request);
                await response.Content.LoadIntoBufferAsync();
                own.Add(Stopwatch.GetElapsedTime(begun).TotalMilliseconds);
                if (!response.IsSuccessStatusCode)
                {
                    var body = await response.Content.ReadAsStringAsync();
                    throw new InvalidOperationException(
                        $"{app.Name} answered {request.Method} {request.RequestUri} with {(int)response.StatusCode}: {body}"
                    );
                }
            }

            return own;
        }
    }
}
