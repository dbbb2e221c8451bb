using System.Globalization;

namespace Kiket.Benchmarks.Requests;

/// <summary>
/// Measures the cost of requests compared with the floor, in turns on the same database, and how lists grow with the number of
/// issues. Prints Markdown.
/// </summary>
internal static class RequestRun
{
    private const int Clients = 8;
    private const int Rounds = 2;
    private const int IssuesOnSqlite = 2_000;
    private static readonly int[] DefaultSizes = [10_000, 100_000, 1_000_000];
    private static readonly TimeSpan WarmUp = Seconds("KIKET_BENCH_WARM_UP", 5);
    private static readonly TimeSpan Duration = Seconds("KIKET_BENCH_SECONDS", 10);

    public static async Task<int> RunAsync(string[] arguments)
    {
        if (BenchServer.Find() is not { } server)
            return 2;
        var sizes = arguments.Length == 0 ? DefaultSizes : [.. arguments.Select(a => int.Parse(a, CultureInfo.InvariantCulture))];
        var growth = new GrowthTable();
        foreach (var size in sizes)
        {
            await using var database = await BenchDatabase.CreateAsync(server, size);
            if (!await database.IsDurableAsync())
            {
                await Console.Error.WriteLineAsync("fsync or synchronous_commit is off: writes would be faster than they are.");
                return 2;
            }

            await MeasureGrowthAsync(database, size, growth);
            await MeasureAsync(database, size);
        }

        await MeasureSqliteAsync();
        growth.Print();
        return 0;
    }

    /// <summary>In a process of its own: the solver of recommendations would count as memory of the operations.</summary>
    private static async Task MeasureGrowthAsync(BenchDatabase database, int size, GrowthTable growth)
    {
        await using var product = await BenchApp.StartProductAsync(database.ConnectionString);
        await growth.MeasureAsync(product, size);
    }

    private static async Task MeasureAsync(BenchDatabase database, int size)
    {
        await using var product = await BenchApp.StartProductAsync(database.ConnectionString);
        await using var floor = await BenchApp.StartFloorAsync(database.ConnectionString);
        var operations = await Operation.AllAsync(product);
        await SameWork.CheckAsync(database, product, floor, operations);

        RequestTable.PrintHead($"{size.ToString("N0", CultureInfo.InvariantCulture)} issues on PostgreSQL");
        foreach (var operation in operations)
        {
            List<RequestCost> ofProduct = [],
                ofFloor = [];
            for (var round = 0; round < Rounds; round++)
            {
                ofProduct.Add(await MeasureAsync(database, product, floor, operation, database.DrainAsync));
                ofFloor.Add(await MeasureAsync(database, floor, product, operation, database.StepOverAsync));
            }

            RequestTable.Print(operation, RequestCost.Mean(ofProduct), RequestCost.Mean(ofFloor));
        }
    }

    /// <summary>
    /// One turn of an application, while the other is suspended. The work that follows its writes is part of it.
    /// </summary>
    /// <param name="finish">Ends the work that follows its writes.</param>
    private static async Task<RequestCost> MeasureAsync(
        BenchDatabase database,
        BenchApp app,
        BenchApp other,
        Operation operation,
        Func<Task> finish
    )
    {
        await database.DrainAsync();
        await database.FreezeAsync(other);
        try
        {
            await database.TidyAsync();
            await Load.ForAsync(app, operation, Clients, WarmUp);
            await finish();

            var (statements, allocated) = (await database.CountStatementsAsync(), await app.AllocatedBytesAsync());
            var (ofApp, ofDatabase) = (app.CpuMicroseconds, await database.CpuMicrosecondsAsync());
            var load = await Load.ForAsync(app, operation, Clients, Duration);
            await finish();
            (ofApp, ofDatabase) = (app.CpuMicroseconds - ofApp, await database.CpuMicrosecondsAsync() - ofDatabase);
            statements = await database.CountStatementsAsync() - statements;
            allocated = await app.AllocatedBytesAsync() - allocated;
            return RequestCost.Of(load, ofApp, ofDatabase, statements, allocated, app.Memory);
        }
        finally
        {
            other.Thaw();
        }
    }

    private static async Task MeasureSqliteAsync()
    {
        await using var product = await BenchApp.StartProductAsync(null);
        await BenchDatabase.AddProjectsAsync(product);
        await Load.TimesAsync(product, Operation.Create, IssuesOnSqlite);
        RequestTable.PrintHead("Sqlite");
        foreach (var operation in await Operation.AllAsync(product))
        {
            await Load.ForAsync(product, operation, Clients, WarmUp);
            var (cpu, allocated) = (product.CpuMicroseconds, await product.AllocatedBytesAsync());
            var load = await Load.ForAsync(product, operation, Clients, Duration);
            cpu = product.CpuMicroseconds - cpu;
            allocated = await product.AllocatedBytesAsync() - allocated;
            RequestTable.Print(operation, RequestCost.Of(load, cpu, 0, default, allocated, product.Memory));
        }
    }

    private static TimeSpan Seconds(string variable, int otherwise) =>
        TimeSpan.FromSeconds(int.TryParse(Environment.GetEnvironmentVariable(variable), out var seconds) ? seconds : otherwise);
}
