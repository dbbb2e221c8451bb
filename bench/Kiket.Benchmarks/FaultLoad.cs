using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net.Http.Headers;
using System.Net.Http.Json;
using System.Text.Json.Nodes;

namespace Kiket.Benchmarks;

/// <summary>
/// Sends requests from many clients while something goes wrong with the server, and checks the guarantees for clients: no 500,
/// every 429 and 503 with <c>Retry-After</c>, and every write that was acknowledged is there afterwards, once.
/// </summary>
internal sealed class FaultLoad(Uri address, string token, int clients, double writeShare, TimeSpan duration)
{
    private const int KeyedOneIn = 3;
    private static readonly TimeSpan Patience = TimeSpan.FromSeconds(60);

    private readonly ConcurrentDictionary<int, int> statuses = new();
    private readonly ConcurrentBag<long> latencies = [];
    private readonly ConcurrentDictionary<long, string> created = new();
    private readonly ConcurrentQueue<string> errors = new();
    private int broken;
    private int writes;

    /// <summary>Arguments: address, token, clients, percentage of writes, seconds.</summary>
    public static async Task<int> RunAsync(IReadOnlyList<string> arguments)
    {
        var (clients, share, seconds) = (Number(arguments[2]), Number(arguments[3]) / 100.0, Number(arguments[4]));
        return await new FaultLoad(new(arguments[0]), arguments[1], clients, share, TimeSpan.FromSeconds(seconds)).RunAsync()
            ? 0
            : 1;
    }

    private async Task<bool> RunAsync()
    {
        using var handler = new SocketsHttpHandler { MaxConnectionsPerServer = clients + 10 };
        using var client = new HttpClient(handler) { BaseAddress = address, Timeout = Patience };
        client.DefaultRequestHeaders.Authorization = new AuthenticationHeaderValue("Bearer", token);
        var project = await client.PostAsJsonAsync(
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
        );
        project.EnsureSuccessStatusCode();

        var end = Stopwatch.StartNew();
        await Task.WhenAll(
            Enumerable
                .Range(0, clients)
                .Select(number =>
                    Task.Run(async () =>
                    {
                        for (var turn = 0; end.Elapsed < duration; turn++)
                            await TurnAsync(client, number, turn);
                    })
                )
        );

        var lost = await CheckAsync(client);
        Report(lost);
        return errors.IsEmpty && lost == 0 && !created.IsEmpty;
    }

    private async Task TurnAsync(HttpClient client, int number, int turn)
    {
        var title = $"Issue {number}.{turn}";
        var isWrite = Random.Shared.NextDouble() < writeShare;
        var isChange = isWrite && turn % 4 == 3 && !created.IsEmpty;
        using var request =
            !isWrite ? new HttpRequestMessage(HttpMethod.Get, "/api/v1/issues?project_key=LOAD&per_page=10")
            : isChange
                ? new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/issues/{created.Keys.First()}")
                {
                    Content = JsonContent.Create(new { issue = new { priority = "high" } }),
                }
            : new HttpRequestMessage(HttpMethod.Post, "/api/v1/issues")
            {
                Content = JsonContent.Create(new { project_key = "LOAD", issue = new { title } }),
            };
        if (isWrite && turn % KeyedOneIn == 0)
            request.Headers.Add("Idempotency-Key", $"{number}.{turn}");
        var begin = Stopwatch.GetTimestamp();
        try
        {
            using var response = await client.SendAsync(request);
            latencies.Add((long)Stopwatch.GetElapsedTime(begin).TotalMilliseconds);
            statuses.AddOrUpdate((int)response.StatusCode, 1, (_, count) => count + 1);
            var body = await response.Content.ReadAsStringAsync();
            if (isWrite)
                Interlocked.Increment(ref writes);
            if ((int)response.StatusCode is 429 or 503)
            {
                if (response.Headers.RetryAfter is null)
                    errors.Enqueue($"{(int)response.StatusCode} without Retry-After: {request.Method} {request.RequestUri}");
                await Task.Delay(Random.Shared.Next(200, 1_000));
            }
            else if ((int)response.StatusCode >= 500)
            {
                errors.Enqueue($"{(int)response.StatusCode}: {request.Method} {request.RequestUri} {body}");
            }
            else if (response.IsSuccessStatusCode && isWrite && !isChange)
            {
                created[(long)JsonNode.Parse(body)!["id"]!] = title;
            }
        }
        catch (Exception failure) when (failure is HttpRequestException or TaskCanceledException)
        {
            Interlocked.Increment(ref broken);
            errors.Enqueue($"no answer: {request.Method} {request.RequestUri} {failure.GetBaseException().Message}");
        }
    }

    /// <returns>The number of acknowledged writes that are missing or duplicated.</returns>
    private async Task<int> CheckAsync(HttpClient client)
    {
        var stored = new Dictionary<long, string>();
        for (var page = 1; ; page++)
        {
            var list = await ReadAsync(client, $"/api/v1/issues?project_key=LOAD&sort=id&per_page=100&page={page}");
            foreach (var issue in list["data"]!.AsArray())
                stored[(long)issue!["id"]!] = (string)issue["title"]!;
            if (list["data"]!.AsArray().Count < 100)
                break;
        }

        var titles = stored.Values.ToLookup(t => t);
        return created.Count(c => stored.GetValueOrDefault(c.Key) != c.Value) + created.Values.Count(t => titles[t].Count() > 1);
    }

    /// <summary>The server may need another moment.</summary>
    private static async Task<JsonNode> ReadAsync(HttpClient client, string path)
    {
        for (var waited = Stopwatch.StartNew(); ; await Task.Delay(500))
        {
            using var response = await client.GetAsync(path);
            if (response.IsSuccessStatusCode || waited.Elapsed > Patience)
                return JsonNode.Parse(await response.EnsureSuccessStatusCode().Content.ReadAsStringAsync())!;
        }
    }

    private void Report(int lost)
    {
        var sorted = latencies.Order().ToList();
        long At(double share) => sorted.Count == 0 ? 0 : sorted[(int)((sorted.Count - 1) * share)];
        var counts = string.Join(", ", statuses.OrderBy(s => s.Key).Select(s => $"{s.Key}: {s.Value}"));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {clients} clients, {duration.TotalSeconds} s, {sorted.Count} answers ({counts}), {writes} of them writes"
            )
        );
        Console.WriteLine($"  answered within {At(0.5)} ms (half), {At(0.99)} ms (99 %), {At(1)} ms (all); no answer: {broken}");
        Console.WriteLine($"  {created.Count} creations acknowledged, {lost} of them lost or doubled; {errors.Count} errors");
        foreach (var error in errors.Take(10))
            Console.WriteLine($"  FAULT {error[..Math.Min(error.Length, 300)]}");
    }

    private static int Number(string text) => int.Parse(text, CultureInfo.InvariantCulture);
}
