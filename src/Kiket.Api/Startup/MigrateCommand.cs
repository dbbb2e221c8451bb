using System.CommandLine;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Api.Startup;

/// <summary><c>migrate</c>: brings the database up to date (architecture, section 3).</summary>
internal static class MigrateCommand
{
    public static Command Build() => new Command("migrate", "Brings the database up to date.").Does(
        (_, services, ct) => MigrateAsync(services.GetRequiredService<KiketDbContext>(), ct));

    private static async Task<Result<string>> MigrateAsync(KiketDbContext db, CancellationToken ct)
    {
        var pending = (await db.Database.GetPendingMigrationsAsync(ct)).ToList();
        await db.MigrateAsync(ct);
        return pending.Count == 0 ? "The database was up to date." : $"Applied to the database: {string.Join(", ", pending)}.";
    }
}
