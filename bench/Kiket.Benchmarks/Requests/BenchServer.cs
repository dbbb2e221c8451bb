namespace Kiket.Benchmarks.Requests;

/// <summary>The PostgreSQL to measure on.</summary>
internal static class BenchServer
{
    /// <summary>Its connection string, or null, with a message on standard error, if none is set.</summary>
    public static string? Find()
    {
        var server = Environment.GetEnvironmentVariable(DeliveryRun.Variable);
        if (string.IsNullOrEmpty(server))
            Console.Error.WriteLine($"{DeliveryRun.Variable} is not set. bench/requests starts a PostgreSQL and sets it.");
        return string.IsNullOrEmpty(server) ? null : server;
    }
}
