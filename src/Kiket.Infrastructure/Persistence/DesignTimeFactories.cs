using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Design;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// The options of a context without services, to build its model: for <c>dotnet ef migrations add … --context …</c>, without a
/// database, and for <see cref="ModelAhead"/>.
/// </summary>
internal static class DesignTime
{
    public static DbContextOptions<T> Options<T>(DatabaseProvider provider, string connection)
        where T : DbContext
    {
        var builder = new DbContextOptionsBuilder<T>();
        DatabaseSetup.Use(builder, provider, connection);
        return builder.Options;
    }
}

internal sealed class SqliteDesignTimeFactory : IDesignTimeDbContextFactory<SqliteKiketDbContext>
{
    public SqliteKiketDbContext CreateDbContext(string[] args) =>
        new(DesignTime.Options<SqliteKiketDbContext>(DatabaseProvider.Sqlite, "Data Source=:memory:"));
}

internal sealed class PostgreSqlDesignTimeFactory : IDesignTimeDbContextFactory<PostgreSqlKiketDbContext>
{
    public PostgreSqlKiketDbContext CreateDbContext(string[] args) =>
        new(DesignTime.Options<PostgreSqlKiketDbContext>(DatabaseProvider.PostgreSql, "Host=none"));
}

internal sealed class SqlServerDesignTimeFactory : IDesignTimeDbContextFactory<SqlServerKiketDbContext>
{
    public SqlServerKiketDbContext CreateDbContext(string[] args) =>
        new(DesignTime.Options<SqlServerKiketDbContext>(DatabaseProvider.SqlServer, "Server=none"));
}
