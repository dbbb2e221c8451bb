using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Builds the model on another core while the server builds its services. EF Core keeps one for the process and the same options,
/// so the first context of the server finds it.
/// </summary>
internal static class ModelAhead
{
    /// <summary>Begins to build it. What fails here fails again, and is reported, where the model is needed.</summary>
    public static void Begin(DatabaseOptions database) =>
        _ = Task.Run(() =>
        {
            using KiketDbContext db = database.Provider switch
            {
                DatabaseProvider.Sqlite => new SqliteKiketDbContext(OptionsOf<SqliteKiketDbContext>()),
                DatabaseProvider.PostgreSql => new PostgreSqlKiketDbContext(OptionsOf<PostgreSqlKiketDbContext>()),
                _ => new SqlServerKiketDbContext(OptionsOf<SqlServerKiketDbContext>()),
            };
            return db.Model;

            DbContextOptions<T> OptionsOf<T>()
                where T : DbContext => DesignTime.Options<T>(database.Provider, database.Connection);
        });
}
