using System.CommandLine;
using Kiket.Infrastructure.Settings;

namespace Kiket.Api.Startup;

/// <summary><c>config</c>: which settings hold and where each comes from.</summary>
internal static class ConfigCommand
{
    public static Command Build()
    {
        var json = Output.Json();
        var command = new Command("config", "Shows the settings that hold and where they come from, without secrets.") { json };
        command.SetAction(parsed =>
        {
            var configuration = CommandLine.CreateBuilder().Configuration;
            var settings = KiketSettings.Explain(configuration).OrderBy(s => s.Name, StringComparer.OrdinalIgnoreCase).ToList();
            Console.WriteLine(Output.Print(settings, parsed.GetValue(json), s => [s.Name, s.Value ?? "-", s.Source]));
            _ = KiketSettings.Read(configuration); // what is wrong is reported as a start reports it
            return 0;
        });
        return command;
    }
}
