using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using System.Net.Sockets;

namespace Kiket.Benchmarks.Requests;

/// <summary>The product or the floor in a separate process.</summary>
internal sealed class BenchApp : IAsyncDisposable
{
    private const string Token = "wksp_benchmark0000000000000000000000000";
    private const string MetricsToken = "metrics-of-the-benchmark";
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(2);

    private readonly Process process;
    private readonly string folder;
    private readonly ConcurrentQueue<string?> output = new();

    private BenchApp(string name, string assembly, Dictionary<string, string> settings)
    {
        Name = name;
        folder = Directory.CreateTempSubdirectory("kiket-bench-").FullName;
        var address = $"http://127.0.0.1:{FreePort()}";
        var start = new ProcessStartInfo("dotnet", [assembly, "--urls", address])
        {
            WorkingDirectory = folder,
            RedirectStandardOutput = true,
            RedirectStandardError = true,
        };
        foreach (var (key, value) in settings)
            start.Environment[key] = value;
        process = Process.Start(start)!;
        process.OutputDataReceived += (_, line) => output.Enqueue(line.Data);
        process.ErrorDataReceived += (_, line) => output.Enqueue(line.Data);
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
        Client = new(new SocketsHttpHandler { UseProxy = false }) { BaseAddress = new(address), Timeout = Patience };
        Client.DefaultRequestHeaders.Authorization = new("Bearer", Token);
    }

    public string Name { get; }

    public HttpClient Client { get; }

    public double CpuMicroseconds => Linux.CpuMicroseconds(process.Id);

    /// <summary>The logged errors, one JSON object each.</summary>
    public IEnumerable<string> LoggedErrors =>
        output.OfType<string>().Where(line => line.Contains("\"level\":\"error\"", StringComparison.Ordinal));

    public (long Now, long Peak) Memory => Linux.Memory(process.Id);

    /// <param name="database">Connection string of a PostgreSQL database, or null for a new file of Sqlite.</param>
    /// <param name="demo">Whether it has the demo project.</param>
    public static Task<BenchApp> StartProductAsync(string? database, string role = "All", bool demo = false) =>
        StartAsync(
            "product",
            "src/Kiket.Api",
            new()
            {
                ["Bootstrap__AdminToken"] = Token,
                ["ConnectionStrings__Kiket"] = database ?? "Data Source=kiket.db",
                ["DataProtection__KeysPath"] = "keys",
                ["Database__MigrateOnStart"] = "true",
                ["Kiket__PublicUrl"] = "http://127.0.0.1:5080", // as on the floor
                ["Database__Provider"] = database is null ? "Sqlite" : "PostgreSql",
                ["Kiket__Role"] = role,
                ["Bootstrap__Demo"] = demo ? "true" : "false",
                ["Metrics__Token"] = MetricsToken,
                ["RateLimits__UserRequests"] = "1000000000",
            }
        );

    public static Task<BenchApp> StartFloorAsync(string database) =>
        StartAsync("floor", "bench/Kiket.Floor", new() { ["ConnectionStrings__Kiket"] = database });

    /// <summary>Bytes allocated since the start, as the runtime counts them.</summary>
    public async Task<double> AllocatedBytesAsync()
    {
        const string counter = "dotnet_gc_heap_total_allocated_bytes_total";
        using var request = new HttpRequestMessage(HttpMethod.Get, "/metrics");
        request.Headers.Authorization = new("Bearer", MetricsToken);
        using var response = await Client.SendAsync(request);
        var text = await response.Content.ReadAsStringAsync();
        var line =
            text.Split('\n').FirstOrDefault(l => l.StartsWith(counter, StringComparison.Ordinal))
            ?? throw new InvalidOperationException($"{Name} does not report {counter}.");
        return double.Parse(line.Split(' ')[1], CultureInfo.InvariantCulture);
    }

    /// <summary>Suspends the process, so that its work does not affect the measurement of another one.</summary>
    public void Freeze() => Linux.Signal(process.Id, "STOP");

    public void Thaw() => Linux.Signal(process.Id, "CONT");

    public async ValueTask DisposeAsync()
    {
        Client.Dispose();
        if (!process.HasExited)
            await StopAsync();
        process.Dispose();
        Directory.Delete(folder, recursive: true);
    }

    private async Task StopAsync()
    {
        Linux.Signal(process.Id, "TERM");
        using var timeout = new CancellationTokenSource(TimeSpan.FromSeconds(20));
        try
        {
            await process.WaitForExitAsync(timeout.Token);
        }
        catch (OperationCanceledException)
        {
            process.Kill();
        }
    }

    private static async Task<BenchApp> StartAsync(string name, string project, Dictionary<string, string> settings)
    {
        var app = new BenchApp(name, AssemblyOf(project), settings);
        var watch = Stopwatch.StartNew();
        while (!await app.IsReadyAsync())
        {
            if (app.process.HasExited || watch.Elapsed > Patience)
            {
                await app.DisposeAsync();
                throw new InvalidOperationException($"{name} did not start: {string.Join('\n', app.output)}");
            }

            await Task.Delay(100);
        }

        return app;
    }

    private async Task<bool> IsReadyAsync()
    {
        try
        {
            using var response = await Client.GetAsync(new Uri("/health/ready", UriKind.Relative));
            return response.IsSuccessStatusCode;
        }
        catch (HttpRequestException)
        {
            return false;
        }
    }

    /// <summary>Where bench/requests published it, or else where the build of this configuration put it.</summary>
    private static string AssemblyOf(string project)
    {
        var name = Path.GetFileName(project);
        var published = Environment.GetEnvironmentVariable("KIKET_BENCH_APPS");
        var configuration = new DirectoryInfo(AppContext.BaseDirectory).Parent!.Name;
        var folder = published is null
            ? Path.Combine(Packs.Repository, project, "bin", configuration, "net10.0")
            : Path.Combine(published, name);
        return Path.Combine(folder, $"{name}.dll");
    }

    private static int FreePort()
    {
        using var listener = new TcpListener(IPAddress.Loopback, 0);
        listener.Start();
        return ((IPEndPoint)listener.LocalEndpoint).Port;
    }
}
