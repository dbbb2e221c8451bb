using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Text.Json.Nodes;
using Kiket.Benchmarks.Requests;
using Npgsql;

namespace Kiket.Benchmarks.Fuzz;

/// <summary>
/// Sends generated requests to a separate server and expects that each is answered, that none causes a server error, that answers
/// match the OpenAPI document, and that memory does not grow.
/// </summary>
internal static class FuzzRun
{
    private const int Clients = 4;
    private const int Shown = 25;

    /// <summary>How much memory may grow in the second half of a run, in addition to a tenth.</summary>
    private const int MemoryMargin = 60;

    /// <param name="args">How many requests, and the seed.</param>
    /// <returns>1 when anything failed.</returns>
    public static async Task<int> RunAsync(string[] args)
    {
        var requests = args.Length > 0 ? int.Parse(args[0], CultureInfo.InvariantCulture) : 3_000;
        var seed = args.Length > 1 ? int.Parse(args[1], CultureInfo.InvariantCulture) : 1;
        var server = Environment.GetEnvironmentVariable(DeliveryRun.Variable);
        var database = string.IsNullOrEmpty(server) ? null : $"kiket_fuzz_{Guid.NewGuid():N}";
        if (database is not null)
            await OnServerAsync(server!, $"CREATE DATABASE {database}");
        try
        {
            var connection = database is null
                ? null
                : new NpgsqlConnectionStringBuilder(server) { Database = database }.ToString();
            await using var product = await BenchApp.StartProductAsync(connection, demo: true);
            return await RunAsync(product, requests, seed) ? 0 : 1;
        }
        finally
        {
            if (database is not null)
                await OnServerAsync(server!, $"DROP DATABASE {database} WITH (FORCE)");
        }
    }

    private static async Task<bool> RunAsync(BenchApp product, int requests, int seed)
    {
        var document = new ApiDocument(JsonNode.Parse(await product.Client.GetStringAsync(Path("openapi.json")))!.AsObject());
        var faults = new ConcurrentBag<FuzzFault>();
        var clients = Enumerable
            .Range(0, Clients)
            .Select(n => new Fuzzer(product.Client, document, (seed * 1_000) + n, faults.Add))
            .ToList();
        foreach (var client in clients)
            await client.PrepareAsync();
        var watch = Stopwatch.StartNew();
        await HalfAsync();
        var (half, _) = product.Memory;
        await HalfAsync();
        var (end, peak) = product.Memory;

        using var me = await product.Client.GetAsync(Path("me"));
        Show(faults);
        foreach (var error in product.LoggedErrors.Take(Shown))
            Console.Error.WriteLine(error);
        var statuses = clients.SelectMany(c => c.Statuses).GroupBy(s => s.Key, s => s.Value).OrderBy(g => g.Key);
        Console.WriteLine($"{requests} requests in {watch.Elapsed.TotalSeconds:0} s, seed {seed}, {faults.Count} faults.");
        Console.WriteLine(string.Join(", ", statuses.Select(g => $"{g.Key}: {g.Sum()}")));
        var never = document.Operations.Select(o => o.Name).Except(clients.SelectMany(c => c.Succeeded)).ToList();
        Console.WriteLine(
            $"Of {document.Operations.Count} operations, {never.Count} never succeeded: {string.Join(", ", never)}."
        );
        Console.WriteLine($"Memory in MB: {half} after half of them, {end} at the end, {peak} at the peak.");
        var isSteady = end <= (half * 1.1) + MemoryMargin;
        if (!isSteady)
            Console.Error.WriteLine("Memory grows.");
        if (!me.IsSuccessStatusCode)
            Console.Error.WriteLine("The run has lost its own token, so later requests have tested little.");
        return faults.IsEmpty && isSteady && me.IsSuccessStatusCode;

        Task HalfAsync() => Task.WhenAll(clients.Select(c => Task.Run(() => c.RunAsync(requests / 2 / Clients))));
    }

    /// <summary>One of each kind.</summary>
    private static void Show(IEnumerable<FuzzFault> faults)
    {
        foreach (var kind in faults.GroupBy(f => f.Kind).OrderByDescending(g => g.Count()).Take(Shown))
        {
            var fault = kind.MinBy(f => f.Body.Length)!;
            Console.Error.WriteLine($"{kind.Count()} times: {Short(fault.Request)}");
            Console.Error.WriteLine($"    {Short(fault.Body)}");
            Console.Error.WriteLine($"    {Short(fault.What)} (seed {fault.Seed}, request {fault.Number})");
        }
    }

    private static string Short(string text) => text.Length <= 700 ? text : text[..700] + "…";

    private static Uri Path(string name) => new($"/api/v1/{name}", UriKind.Relative);

    private static async Task OnServerAsync(string server, string sql)
    {
        await using var source = NpgsqlDataSource.Create(server);
        await using var command = source.CreateCommand(sql);
        await command.ExecuteNonQueryAsync();
    }
}
