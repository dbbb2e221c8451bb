using System.Text.RegularExpressions;

namespace Kiket.Api.Tests.Infrastructure;

/// <summary>
/// The server as an operator starts it: a separate process, on a free port, with a Sqlite file in its own folder.
/// </summary>
internal sealed partial class KiketProcess : RunningProgram
{
    private KiketProcess(string folder, string[] arguments, IEnumerable<KeyValuePair<string, string>> settings)
        : base("dotnet", [Path.Combine(AppContext.BaseDirectory, "Kiket.Api.dll"), .. arguments], folder, settings) =>
        Folder = folder;

    public string Folder { get; }

    /// <summary>Starts the server; a folder of an earlier one keeps its database.</summary>
    /// <param name="settings">Environment variables; one without a value removes the default.</param>
    public static KiketProcess Start(string? folder = null, params (string Name, string Value)[] settings) =>
        Run([], folder, settings);

    /// <summary>Runs the executable with arguments.</summary>
    public static KiketProcess Run(string[] arguments, string? folder = null, params (string Name, string Value)[] settings)
    {
        folder ??= Directory.CreateTempSubdirectory("kiket-process-").FullName;
        var own = new Dictionary<string, string>
        {
            ["ASPNETCORE_ENVIRONMENT"] = "Production",
            ["Urls"] = "http://127.0.0.1:0",
            ["Database__Provider"] = "Sqlite",
            ["ConnectionStrings__Kiket"] = $"Data Source={Path.Combine(folder, "kiket.db")}",
        };
        foreach (var (name, value) in settings)
        {
            if (value.Length > 0)
                own[name] = value;
            else
                own.Remove(name);
        }

        return new(folder, arguments, own);
    }

    /// <summary>Waits until it prints its address.</summary>
    public async Task<HttpClient> ListeningAsync() =>
        new() { BaseAddress = new Uri((await SaysAsync(Address())).Groups["address"].Value) };

    public override async ValueTask DisposeAsync()
    {
        await base.DisposeAsync();
        if (Directory.Exists(Folder))
            Directory.Delete(Folder, recursive: true);
    }

    /// <summary>A worker names only its health.</summary>
    [GeneratedRegex(@"(Jobs\s+(?<address>http://\S+)/hangfire|health: (?<address>http://\S+)/health/ready)")]
    private static partial Regex Address();
}
