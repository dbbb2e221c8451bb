using System.Diagnostics.CodeAnalysis;
using System.Net.Sockets;
using Kiket.Api.Dashboard;
using Kiket.Api.Health;
using Kiket.Api.Http;
using Kiket.Api.OpenApi;
using Kiket.Api.Operations;
using Kiket.Api.SignIn;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Kiket.Infrastructure.Startup;
using Microsoft.AspNetCore.Connections;

namespace Kiket.Api.Startup;

/// <summary>Why the server cannot start, other than by a bug: one sentence for the operator.</summary>
internal sealed class StartupException(string message, Exception? cause = null) : Exception(message, cause);

/// <summary>Runs the server from its first log entry to its last, and reports to the operator on the console.</summary>
internal static class Serving
{
    /// <summary>
    /// Exit code when a setting is wrong, so that a supervisor does not try again: <c>EX_CONFIG</c> of sysexits.h.
    /// </summary>
    public const int WrongSettings = 78;

    private const string Kestrel = "Microsoft.AspNetCore.Server.Kestrel.Core";
    private static volatile bool isListening;

    /// <summary>Reads and checks the settings before anything else happens.</summary>
    /// <returns>Whether the server can be built; if not, the reason has been printed.</returns>
    public static bool TryBegin(
        string[] args,
        [NotNullWhen(true)] out WebApplicationBuilder? builder,
        [NotNullWhen(true)] out KiketSettings? settings
    )
    {
        (builder, settings) = (null, null);
        try
        {
            builder = WebApplication.CreateBuilder(
                new WebApplicationOptions { Args = args, ContentRootPath = AppContext.BaseDirectory }
            );
            settings = KiketSettings.Read(builder.Configuration);
            ModelAhead.Begin(settings.Database);
            ListenAddresses.Configure(builder);
            ServerLimits.Configure(builder);
            KeyFolder.Check(settings.KeyRing.Folder);
            return true;
        }
        catch (Exception failure) when (ExitCodeOf(failure) is WrongSettings)
        {
            Console.Error.WriteLine(Refusal(Explain(failure)!));
            return false;
        }
    }

    /// <summary>The host logs a failed start with its stack trace; the operator gets one sentence instead.</summary>
    public static void QuietUntilListening(this ILoggingBuilder logging) =>
        logging.AddFilter("Microsoft.Extensions.Hosting.Internal.Host", level => isListening && level >= LogLevel.Warning);

    /// <returns>The exit code of the process.</returns>
    public static async Task<int> ServeAsync(this WebApplication app)
    {
        await using (app)
        {
            Prepared? prepared = null;
            try
            {
                app.BuildEndpointsAhead();
                prepared = await app.PrepareAsync();
                await app.StartAsync();
                isListening = true;
                var settings = app.Services.GetRequiredService<KiketSettings>();
                Console.WriteLine(Greeting(Links.AddressesOf(app.Services), settings));
                if (prepared.IsNew && settings.Bootstrap.AdminToken is null && settings.Role is not NodeRole.Worker)
                    Console.WriteLine(await app.PasswordLinkAsync());
                await app.StopWhenAskedAsync();
                return 0;
            }
            catch (Exception failure) when (!isListening && Explain(failure) is { } sentence)
            {
                await app.StopAsync(); // workers that have already started would fail because their services are gone
                await Console.Error.WriteLineAsync(Refusal(sentence));
                return ExitCodeOf(failure);
            }
            finally
            {
                if (prepared?.Lock is { } held)
                    await held.DisposeAsync();
            }
        }
    }

    /// <summary>
    /// Compiles on another core what builds the endpoints, while the database is prepared; otherwise the first request waits for
    /// it.
    /// </summary>
    private static void BuildEndpointsAhead(this IEndpointRouteBuilder app) =>
        _ = Task.Run(() => app.DataSources.SelectMany(source => source.Endpoints).Count());

    /// <summary>The exit code of a failure: wrong settings, or anything else.</summary>
    public static int ExitCodeOf(Exception failure) =>
        failure is SettingsException or InvalidDataException or InvalidOperationException { Source: Kestrel } ? WrongSettings : 1;

    /// <summary>Waits for the signal to stop. A stop is not a failure, even if requests had to be interrupted.</summary>
    [SuppressMessage("Design", "CA1031", Justification = "Work that did not finish must not keep the process from ending.")]
    private static async Task StopWhenAskedAsync(this WebApplication app)
    {
        try
        {
            await app.WaitForShutdownAsync();
        }
        catch (Exception failure)
        {
            app.Logger.LogWarning(
                failure,
                "Some of the work did not finish within Kiket:StopTimeoutSeconds and was interrupted."
            );
        }
    }

    private static string Refusal(string sentence) => SettingsReader.OneLine($"Kiket does not start: {sentence}");

    private static string? Explain(Exception failure) =>
        failure switch
        {
            StartupException or SettingsException or DatabaseAwayException => failure.Message,
            InvalidDataException =>
                $"appsettings.json cannot be read ({(failure.InnerException ?? failure).Message.TrimEnd('.')}).",
            IOException { InnerException: AddressInUseException } =>
                $"{failure.Message.TrimEnd('.')}. Another program listens there; choose another address with the setting Urls.",
            InvalidOperationException { Source: Kestrel } =>
                $"it cannot listen on the addresses of Urls and Kestrel ({failure.Message.Split('\n')[0].TrimEnd('.', '\r')}).",
            SocketException => $"it cannot listen ({failure.Message}). Choose another address with the setting Urls.",
            _ => null,
        };

    private static string Greeting(IEnumerable<string> addresses, KiketSettings settings)
    {
        if (settings.Role is NodeRole.Worker)
        {
            var health = string.Join(", ", addresses.Select(a => $"{a}/health/ready"));
            return $"Kiket {HealthEndpoints.Version} works. Its health: {health}";
        }

        var dashboard = settings.DashboardToken is not null
            ? "(sign in, or any name and Dashboard:Token as the password)"
            : "(sign in)";
        var lines = new List<string> { "", $"Kiket {HealthEndpoints.Version} is running.", "" };
        foreach (var address in addresses)
        {
            lines.Add($"  API            {address}/api/v1");
            lines.Add($"  API reference  {address}{OpenApiSetup.UiPath}");
            lines.Add($"  Sign in        {address}{SignInPages.Path}");
            lines.Add($"  Operations     {address}{OperationsPages.Path}");
            lines.Add($"  Jobs           {address}{DashboardSetup.Path}   {dashboard}");
            lines.Add("");
        }

        return string.Join(Environment.NewLine, lines);
    }
}
