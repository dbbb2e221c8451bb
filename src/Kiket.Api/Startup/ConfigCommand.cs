using System.CommandLine;
using Kiket.Infrastructure.Settings;

namespace Kiket.Api.Startup;

/// <summary><c>config</c>: shows the effective settings and where each comes from.</summary>
internal static class ConfigCommand
{
    public static Command Build()
    {
        var json = Output.Json();
        var command = new Command("config", "Shows the effective settings and where they come from, without secrets.") { json };
        command.SetAction(parsed =>
        {
            var configuration = CommandLine.CreateBuilder().Configuration;
            var settings = KiketSettings.Explain(configuration).OrderBy(s => s.Name, StringComparer.OrdinalIgnoreCase).ToList();
            Console.WriteLine(Output.Print(settings, parsed.GetValue(json), s => [s.Name, s.Value ?? "-", s.Source]));
            _ = KiketSettings.Read(configuration); // errors are reported as at a start
            return 0;
        });
        return command;
    }
}
