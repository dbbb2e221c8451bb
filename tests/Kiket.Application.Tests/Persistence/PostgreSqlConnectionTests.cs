using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Npgsql;

namespace Kiket.Application.Tests.Persistence;

/// <summary>The additional statements of a connection to PostgreSQL.</summary>
public sealed class PostgreSqlConnectionTests
{
    [Fact]
    public void A_connection_returns_to_the_pool_without_a_reset() => Assert.True(Used("Host=db").NoResetOnClose);

    [Fact]
    public void A_connection_string_can_ask_for_resets() => Assert.False(Used("Host=db;No Reset On Close=false").NoResetOnClose);

    private static NpgsqlConnectionStringBuilder Used(string connection)
    {
        var options = new DbContextOptionsBuilder<PostgreSqlKiketDbContext>();
        DatabaseSetup.Use(options, DatabaseProvider.PostgreSql, connection);
        using var db = new PostgreSqlKiketDbContext(options.Options);
        return new(db.Database.GetConnectionString());
    }
}
