using System.CommandLine;
using Kiket.Infrastructure.Startup;

namespace Kiket.Api.Startup;

/// <summary><c>restore &lt;folder&gt;</c>: restores what <c>backup</c> has written.</summary>
internal static class RestoreCommand
{
    public static Command Build()
    {
        var folder = new Argument<string>("folder") { Description = "The folder that backup has written." };
        return new Command("restore", "Puts a backup in place of a database that does not exist; all servers must be stopped.")
        {
            folder,
        }.Does(
            (parsed, services, _) =>
                Task.FromResult(services.GetRequiredService<SqliteBackup>().Restore(parsed.GetRequiredValue(folder)))
        );
    }
}
