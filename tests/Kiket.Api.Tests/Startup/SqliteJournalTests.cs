using Kiket.Api.Tests.Infrastructure;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Startup;

[Trait("Database", "Sqlite")]
public sealed class SqliteJournalTests(KiketServer server)
{
    [Fact]
    public async Task A_server_on_Sqlite_writes_ahead_so_that_no_reader_makes_a_commit_fail()
    {
        Assert.SkipWhen(KiketServer.IsPostgres, "This server runs on PostgreSQL.");
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();

        Assert.Equal("wal", (await db.Database.SqlQueryRaw<string>("PRAGMA journal_mode").ToListAsync())[0]);
    }
}
