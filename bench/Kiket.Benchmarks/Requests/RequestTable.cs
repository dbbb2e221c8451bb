using System.Globalization;

namespace Kiket.Benchmarks.Requests;

/// <summary>The cost of a request, including the later work and everything that the server does in the meantime.</summary>
internal sealed record RequestCost(
    LoadResult Load,
    double AppMicroseconds,
    double DatabaseMicroseconds,
    double Statements,
    double Resets,
    double AllocatedKiB,
    (long Now, long Peak) Memory
)
{
    public double Microseconds => AppMicroseconds + DatabaseMicroseconds;

    /// <summary>From the sums over all requests of a load.</summary>
    public static RequestCost Of(
        LoadResult load,
        double app,
        double database,
        StatementCount statements,
        double allocated,
        (long Now, long Peak) memory
    ) =>
        new(
            load,
            app / load.Requests,
            database / load.Requests,
            statements.Statements / load.Requests,
            statements.Resets / load.Requests,
            allocated / load.Requests / 1024,
            memory
        );

    public static RequestCost Mean(IReadOnlyList<RequestCost> rounds) =>
        new(
            rounds.Select(r => r.Load).Aggregate((a, b) => a + b),
            rounds.Average(r => r.AppMicroseconds),
            rounds.Average(r => r.DatabaseMicroseconds),
            rounds.Average(r => r.Statements),
            rounds.Average(r => r.Resets),
            rounds.Average(r => r.AllocatedKiB),
            rounds[^1].Memory
        );
}

/// <summary>A row for each operation. A cell with a slash shows the product before it and the floor after it.</summary>
internal static class RequestTable
{
    public static void PrintHead(string title)
    {
        Console.WriteLine($"\n### {title}\n");
        Console.WriteLine(
            "| operation | CPU µs, app + database | ratio | goal | statements | resets | KiB allocated | per second | p50 ms "
                + "| p99 ms | MB, peak |"
        );
        Console.WriteLine("| --- | --- | --- | --- | --- | --- | --- | --- | --- | --- | --- |");
    }

    /// <param name="floor">Null if there is nothing to compare with.</param>
    public static void Print(Operation operation, RequestCost product, RequestCost? floor = null)
    {
        var ratio = floor is null ? "" : Text(product.Microseconds / floor.Microseconds, "0.00");
        var goal = floor is null ? "" : Text(operation.Goal, "0.0");
        Console.WriteLine(
            $"| {operation.Name} "
                + $"| {Both(c => $"{Text(c.AppMicroseconds, "N0")} + {Text(c.DatabaseMicroseconds, "N0")}")} | {ratio} | {goal} "
                + $"| {Number(c => c.Statements, "0.0")} | {Number(c => c.Resets, "0.0")} | {Number(c => c.AllocatedKiB, "N0")} "
                + $"| {Number(c => c.Load.PerSecond, "N0")} | {Number(c => c.Load.Percentile(0.5), "0.0")} "
                + $"| {Number(c => c.Load.Percentile(0.99), "0.0")} | {Both(c => $"{c.Memory.Now}, {c.Memory.Peak}")} |"
        );

        string Number(Func<RequestCost, double> value, string format) => Both(c => Text(value(c), format));
        string Both(Func<RequestCost, string> cell) => floor is null ? cell(product) : $"{cell(product)} / {cell(floor)}";
    }

    private static string Text(double value, string format) => value.ToString(format, CultureInfo.InvariantCulture);
}
