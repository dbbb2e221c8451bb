using System.CommandLine;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Kiket.Infrastructure.Startup;

namespace Kiket.Api.Startup;

/// <summary><c>migrate</c>: brings the database up to date (architecture, section 3).</summary>
internal static class MigrateCommand
{
    /// <summary>A server running on a Sqlite file holds its lock; a starting server holds it only briefly.</summary>
    private static readonly TimeSpan LongestWait = TimeSpan.FromMinutes(1);

    public static Command Build() =>
        new Command("migrate", "Brings the database up to date.").Does(
            async (_, services, ct) =>
            {
                var applied = await Output.WhileAsync("Migrating", () => MigrateAsync(services, ct));
                return applied.Count == 0
                    ? "The database is already up to date."
                    : $"Applied to the database: {string.Join(", ", applied)}.";
            }
        );

    /// <summary>Applies pending migrations. If there are none, it takes no lock, so commands work beside a server.</summary>
    public static async Task<IReadOnlyList<string>> MigrateAsync(IServiceProvider services, CancellationToken ct)
    {
        var (schema, options, time) = (
            services.GetRequiredService<DatabaseSchema>(),
            services.GetRequiredService<DatabaseOptions>(),
            services.GetRequiredService<TimeProvider>()
        );
        await DatabaseReach.WaitAsync(options with { StartTimeoutSeconds = 0 }, _ => { }, time, ct);
        await schema.CreateDatabaseAsync(ct);
        if (await schema.IsCurrentAsync(ct))
            return [];
        await using var preparation =
            await DatabaseLock.AcquireAsync(options, LongestWait, () => { }, time, ct)
            ?? throw new SettingsException("a Kiket server of another version is running on this database. Stop it first.");
        return await schema.MigrateAsync(ct);
    }
}
