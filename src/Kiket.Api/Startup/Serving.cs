using Microsoft.AspNetCore.Connections;
using Microsoft.AspNetCore.Hosting.Server;
using Microsoft.AspNetCore.Hosting.Server.Features;
using Kiket.Api.Dashboard;
using Kiket.Api.Health;
using Kiket.Api.OpenApi;

namespace Kiket.Api.Startup;

/// <summary>What keeps the server from starting and is not its fault: one sentence for the operator.</summary>
internal sealed class StartupException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Runs the server from its first log entry to its last, and tells the operator on the console how it went.</summary>
internal static class Serving
{
    private static volatile bool isListening;

    /// <summary>The host logs a failed start with its stack trace; the operator gets one sentence instead.</summary>
    public static void QuietUntilListening(this ILoggingBuilder logging) =>
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => isListening && level >= LogLevel.Warning);

    /// <returns>The exit code of the process.</returns>
    public static async Task<int> ServeAsync(this WebApplication app)
    {
        await using (app)
        {
            string? adminToken = null;
            try
            {
                await app.PrepareAsync(keepToken: token => adminToken = token);
                await app.StartAsync();
            }
            catch (Exception failure)
            {
                // The administrator exists by now: a token that is not shown here is lost.
                if (adminToken is not null)
                    Console.WriteLine(TokenLine(adminToken));
                if (Explain(failure) is not { } sentence)
                    throw;
                await Console.Error.WriteLineAsync($"Kiket does not start: {sentence}");
                return 1;
            }

            isListening = true;
            Console.WriteLine(Greeting(app.Services.GetRequiredService<IServer>().Features.Get<IServerAddressesFeature>()?.Addresses ?? [], DashboardSetup.IsOpen(app.Configuration), adminToken));
            await app.WaitForShutdownAsync();
            return 0;
        }
    }

    private static string? Explain(Exception failure) => failure switch
    {
        StartupException => failure.Message,
        IOException { InnerException: AddressInUseException } => $"{failure.Message.TrimEnd('.')}. Another program listens there; choose another address with the setting Urls.",
        System.Net.Sockets.SocketException => $"it cannot listen ({failure.Message}). Choose another address with the setting Urls.",
        _ => null,
    };

    /// <summary>Written to the console and not to the log: a secret is shown once and never logged.</summary>
    private static string Greeting(IEnumerable<string> addresses, bool dashboardIsOpen, string? adminToken)
    {
        var dashboard = dashboardIsOpen ? "(any name, Dashboard:Token as the password)" : "(closed; set Dashboard:Token to open it)";
        var lines = new List<string> { "", $"Kiket {HealthEndpoints.Version} is running.", "" };
        foreach (var address in addresses.Select(Reachable))
        {
            lines.Add($"  API            {address}/api/v1");
            lines.Add($"  API reference  {address}{OpenApiSetup.UiPath}");
            lines.Add($"  Jobs           {address}{DashboardSetup.Path}   {dashboard}");
            lines.Add("");
        }

        if (adminToken is not null)
            lines.AddRange([TokenLine(adminToken), ""]);
        return string.Join(Environment.NewLine, lines);
    }

    private static string TokenLine(string token) => $"  Token of the first administrator, shown only this once:  {token}";

    /// <summary>An address that a browser can open: a server that listens everywhere is reached at localhost.</summary>
    private static string Reachable(string address) => System.Text.RegularExpressions.Regex.Replace(
        address.TrimEnd('/'), @"://(\[::\]|0\.0\.0\.0|\*|\+)(?=:|$)", "://localhost");
}
