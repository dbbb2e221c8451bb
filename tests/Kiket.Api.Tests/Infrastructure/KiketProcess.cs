using System.Diagnostics;
using System.Text;
using System.Text.RegularExpressions;

namespace Kiket.Api.Tests.Infrastructure;

/// <summary>The server as an operator starts it: a process of its own, on a free port, with a Sqlite file in a folder of its own.</summary>
internal sealed partial class KiketProcess : IAsyncDisposable
{
    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(1);

    private readonly Process process;
    private readonly StringBuilder output = new();
    private readonly StringBuilder errors = new();

    private KiketProcess(string folder, IReadOnlyDictionary<string, string> settings)
    {
        Folder = folder;
        var start = new ProcessStartInfo("dotnet", [Path.Combine(AppContext.BaseDirectory, "Kiket.Api.dll")])
        {
            RedirectStandardOutput = true,
            RedirectStandardError = true,
            WorkingDirectory = folder,
        };
        var own = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Urls"] = "http://127.0.0.1:0",
            ["Database__Provider"] = "Sqlite",
            ["ConnectionStrings__Kiket"] = $"Data Source={Path.Combine(folder, "kiket.db")}",
        };
        foreach (var (name, value) in own.Concat(settings))
            start.Environment[name] = value;

        process = new Process { StartInfo = start };
        process.OutputDataReceived += (_, line) => Keep(output, line.Data);
        process.ErrorDataReceived += (_, line) => Keep(errors, line.Data);
        process.Start();
        process.BeginOutputReadLine();
        process.BeginErrorReadLine();
    }

    public string Folder { get; }

    public string Output => Read(output);

    public string Errors => Read(errors);

    /// <summary>Starts the server; a folder of an earlier one keeps its database.</summary>
    public static KiketProcess Start(string? folder = null, params (string Name, string Value)[] settings) =>
        new(folder ?? Directory.CreateTempSubdirectory("kiket-process-").FullName, settings.ToDictionary(s => s.Name, s => s.Value));

    /// <summary>Waits until it says where it listens.</summary>
    public async Task<HttpClient> ListeningAsync() => new() { BaseAddress = new Uri((await SaysAsync(Address())).Groups["address"].Value) };

    /// <summary>Waits until it writes something to the console.</summary>
    public async Task<Match> SaysAsync(Regex words)
    {
        for (var waited = Stopwatch.StartNew(); waited.Elapsed < Patience && !process.HasExited; await Task.Delay(50))
        {
            if (words.Match(Output) is { Success: true } match)
                return match;
        }

        throw new InvalidOperationException($"The server does not say {words}.\n{Output}\n{Errors}");
    }

    public async Task<int> ExitCodeAsync()
    {
        using var patience = new CancellationTokenSource(Patience);
        await process.WaitForExitAsync(patience.Token);
        return process.ExitCode;
    }

    public void Kill() => process.Kill();

    public async ValueTask DisposeAsync()
    {
        if (!process.HasExited)
            process.Kill();
        await process.WaitForExitAsync();
        process.Dispose();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    private static void Keep(StringBuilder kept, string? line)
    {
        lock (kept)
            kept.AppendLine(line);
    }

    private static string Read(StringBuilder kept)
    {
        lock (kept)
            return kept.ToString();
    }

    [GeneratedRegex(@"Jobs\s+(?<address>http://\S+)/hangfire")]
    private static partial Regex Address();
}
