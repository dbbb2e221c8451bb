using System.Globalization;

namespace Kiket.Benchmarks.Requests;

/// <summary>
/// Measures the contention of many writers: creates in one project by few clients and by many, in turns, first on PostgreSQL and
/// then on Sqlite. Prints Markdown.
/// </summary>
internal static class WriterRun
{
    private const int Few = 8;
    private const int Many = 64;
    private const int Rounds = 2;
    private const double LeastThroughput = 0.9;
    private const double MostOfMean = 4;
    private static readonly TimeSpan WarmUp = TimeSpan.FromSeconds(5);
    private static readonly TimeSpan Duration = TimeSpan.FromSeconds(10);

    /// <returns>1 when a limit is missed.</returns>
    public static async Task<int> RunAsync()
    {
        if (BenchServer.Find() is not { } server)
            return 2;
        Console.WriteLine("| creates in one project | writers | per second | mean ms | p50 | p99 | p99 to mean | throughput |");
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- |");
        bool holds;
        await using (var database = await BenchDatabase.CreateAsync(server, 2_000))
        await using (var product = await BenchApp.StartProductAsync(database.ConnectionString))
            holds = await MeasureAsync("PostgreSQL", product);

        await using var onSqlite = await BenchApp.StartProductAsync(null);
        await BenchDatabase.AddProjectsAsync(onSqlite);
        return await MeasureAsync("Sqlite", onSqlite) && holds ? 0 : 1;
    }

    private static async Task<bool> MeasureAsync(string database, BenchApp app)
    {
        await Load.ForAsync(app, Operation.CreateInOneProject, Few, WarmUp);
        LoadResult few = new(0, []),
            many = new(0, []);
        for (var round = 0; round < Rounds; round++)
        {
            few += await Load.ForAsync(app, Operation.CreateInOneProject, Few, Duration);
            many += await Load.ForAsync(app, Operation.CreateInOneProject, Many, Duration);
        }

        Print(database, Few, few, few);
        Print(database, Many, many, few);
        return many.PerSecond >= LeastThroughput * few.PerSecond
            && many.Percentile(0.99) < MostOfMean * many.Milliseconds.Average();
    }

    private static void Print(string database, int writers, LoadResult load, LoadResult few)
    {
        var (mean, p99) = (load.Milliseconds.Average(), load.Percentile(0.99));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"| {database} | {writers} | {load.PerSecond:0} | {mean:0} | {load.Percentile(0.5):0} | {p99:0} "
                    + $"| {p99 / mean:0.0} | {load.PerSecond / few.PerSecond:0.00} |"
            )
        );
    }
}
