using System.Globalization;
using System.Text.Json;

namespace Kiket.Benchmarks.Requests;

/// <summary>The cost of one request, independent of the machine: the means over many.</summary>
internal sealed record RequestCount(double Statements, double Resets, double AllocatedKiB);

/// <summary>
/// Counts the statements, connection resets and allocations of each operation and compares them with <c>bench/limits.json</c>.
/// Only of requests: the work that follows a write is done in batches, whose size depends on time.
/// </summary>
internal static class CountRun
{
    private const int Issues = 2_000;
    private const int WarmUps = 60;
    private const int Requests = 100;
    private const double AllocationMargin = 1.1;
    private static readonly JsonSerializerOptions Json = new(JsonSerializerDefaults.Web) { WriteIndented = true };
    private static readonly string LimitsFile = Path.Combine(Packs.Repository, "bench", "limits.json");

    /// <param name="isRecording">Whether the counts become the limits.</param>
    /// <returns>1 when a limit is exceeded.</returns>
    public static async Task<int> RunAsync(bool isRecording)
    {
        if (BenchServer.Find() is not { } server)
            return 2;
        await using var database = await BenchDatabase.CreateAsync(server, Issues);
        await using var product = await BenchApp.StartProductAsync(database.ConnectionString, role: "Api");
        var counts = new Dictionary<string, RequestCount>();
        foreach (var operation in await Operation.AllAsync(product))
            counts.Add(operation.Name, await CountAsync(database, product, operation));

        if (isRecording)
        {
            var limits = counts.ToDictionary(
                c => c.Key,
                c => c.Value with { AllocatedKiB = Math.Ceiling(c.Value.AllocatedKiB * AllocationMargin) }
            );
            await File.WriteAllTextAsync(LimitsFile, JsonSerializer.Serialize(limits, Json) + "\n");
        }

        return Compare(counts) ? 0 : 1;
    }

    /// <summary>Counts the requests of one client.</summary>
    private static async Task<RequestCount> CountAsync(BenchDatabase database, BenchApp app, Operation operation)
    {
        await Load.TimesAsync(app, operation, WarmUps);
        var first = await app.AllocatedBytesAsync();
        var bytes = await app.AllocatedBytesAsync();
        var ofReading = bytes - first;
        var before = await database.CountStatementsAsync();
        await Load.TimesAsync(app, operation, Requests);
        var sent = await database.CountStatementsAsync() - before;
        var allocated = await app.AllocatedBytesAsync() - bytes - ofReading;

        // Less than one per request belongs to batches that are written beside the requests; how many fall into a run depends
        // on time.
        return new(
            Math.Floor(sent.Statements / Requests),
            Math.Floor(sent.Resets / Requests),
            Math.Round(allocated / 1024 / Requests, 1)
        );
    }

    private static bool Compare(IReadOnlyDictionary<string, RequestCount> counts)
    {
        var limits = JsonSerializer.Deserialize<Dictionary<string, RequestCount>>(File.ReadAllText(LimitsFile), Json)!;
        Console.WriteLine("| operation | statements | resets | KiB allocated |");
        Console.WriteLine("| --- | --- | --- | --- |");
        List<string> exceeded = [];
        foreach (var (name, count) in counts)
        {
            var limit = limits[name];
            Console.WriteLine(
                $"| {name} | {Cell("statements", count.Statements, limit.Statements)} "
                    + $"| {Cell("resets", count.Resets, limit.Resets)} | {Cell("KiB", count.AllocatedKiB, limit.AllocatedKiB)} |"
            );

            string Cell(string unit, double value, double most)
            {
                var text = string.Create(CultureInfo.InvariantCulture, $"{value:0.#} (limit {most:0.#})");
                if (value > most)
                    exceeded.Add($"{name}: {unit} {text}");
                return text;
            }
        }

        foreach (var line in exceeded)
            Console.Error.WriteLine($"A request takes more than bench/limits.json allows. {line}");
        return exceeded.Count == 0;
    }
}
