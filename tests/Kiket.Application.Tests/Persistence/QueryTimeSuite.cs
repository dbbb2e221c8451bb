using System.Diagnostics;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application.Tests.Persistence;

/// <summary>A query ends with its request, and after <c>Database:QueryTimeoutSeconds</c>, on every database.</summary>
/// <param name="endless">A query that runs for a minute or longer.</param>
public abstract class QueryTimeSuite(TestDatabase database, string endless)
{
    private static readonly TimeSpan Soon = TimeSpan.FromSeconds(10);

    [Fact]
    public async Task A_query_that_takes_too_long_ends_and_the_database_counts_as_unavailable()
    {
        await using var services = Start();
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var clock = Stopwatch.StartNew();

        var failure = await Assert.ThrowsAnyAsync<Exception>(() => db.Database.SqlQueryRaw<int>(endless).ToListAsync());

        Assert.True(DatabaseFailure.IsUnavailable(failure), failure.ToString());
        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.9), Soon);
        await IsUsableAsync(services);
    }

    [Fact]
    public async Task A_query_ends_with_its_request()
    {
        await using var services = Start("600");
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        using var request = new CancellationTokenSource(TimeSpan.FromSeconds(0.5));
        var clock = Stopwatch.StartNew();

        await Assert.ThrowsAnyAsync<Exception>(() =>
            Task.Run(() => db.Database.SqlQueryRaw<int>(endless).ToListAsync(request.Token), CancellationToken.None)
        );

        Assert.InRange(clock.Elapsed, TimeSpan.FromSeconds(0.4), Soon);
        await IsUsableAsync(services);
    }

    private ServiceProvider Start(string seconds = "1")
    {
        Assert.SkipWhen(database.Unavailable is not null, database.Unavailable ?? "");
        var settings = new Dictionary<string, string?> { ["Database:QueryTimeoutSeconds"] = seconds };
        return KiketServices.Collect(database.Provider, database.Connection, settings).BuildServiceProvider(validateScopes: true);
    }

    /// <summary>The connection, which has returned to the pool, reads any number of rows.</summary>
    private static async Task IsUsableAsync(ServiceProvider services)
    {
        await using var scope = services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        const string Many = "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 100000) SELECT i FROM n";
        Assert.Equal(100_000, (await db.Database.SqlQueryRaw<int>(Many).ToListAsync()).Count);
    }
}

public sealed class SqliteQueryTimeTests(SqliteDatabase database)
    : QueryTimeSuite(
        database,
        "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT i FROM n WHERE i < 0"
    );

public sealed class PostgreSqlQueryTimeTests(PostgreSqlDatabase database)
    : QueryTimeSuite(database, "SELECT 1 AS i FROM pg_sleep(60)");
