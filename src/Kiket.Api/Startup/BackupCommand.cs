using System.CommandLine;
using Kiket.Infrastructure.Startup;

namespace Kiket.Api.Startup;

/// <summary><c>backup &lt;folder&gt;</c>: copies the database and its keys while a server runs.</summary>
internal static class BackupCommand
{
    public static Command Build()
    {
        var folder = new Argument<string>("folder") { Description = "A new or empty folder." };
        return new Command("backup", "Copies a Sqlite database and its keys to a folder; a server may be running.")
        {
            folder,
        }.Does(
            (parsed, services, ct) =>
                Output.WhileAsync(
                    "Copying",
                    () => services.GetRequiredService<SqliteBackup>().WriteAsync(parsed.GetRequiredValue(folder), ct)
                )
        );
    }
}
