using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.EntityFrameworkCore.Migrations.Operations;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application.Tests.Persistence;

public sealed class MigrationTests
{
    /// <summary>From before the rule; the changelog says to stop all servers.</summary>
    private static readonly string[] StoppingMigrations = ["EventCursors", "Claims"];

    [Theory]
    [InlineData(DatabaseProvider.Sqlite)]
    [InlineData(DatabaseProvider.PostgreSql)]
    [InlineData(DatabaseProvider.SqlServer)]
    public void The_migrations_hold_the_whole_model(Enum provider)
    {
        using KiketDbContext db = provider switch
        {
            DatabaseProvider.Sqlite => new SqliteDesignTimeFactory().CreateDbContext([]),
            DatabaseProvider.PostgreSql => new PostgreSqlDesignTimeFactory().CreateDbContext([]),
            _ => new SqlServerDesignTimeFactory().CreateDbContext([]),
        };

        Assert.NotEmpty(db.Database.GetMigrations());
        Assert.False(db.Database.HasPendingModelChanges(), $"Add a migration for {provider}.");
    }

    /// <summary>
    /// A new database would build each copy; the command <c>add-migration</c> removes them. SQL Server creates the indexes of an
    /// altered column again, which only the copy names.
    /// </summary>
    [Fact]
    public void Only_migrations_that_alter_columns_of_SQL_Server_carry_a_copy_of_the_model()
    {
        using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        using var postgreSql = new PostgreSqlDesignTimeFactory().CreateDbContext([]);
        using var sqlServer = new SqlServerDesignTimeFactory().CreateDbContext([]);

        var wrong =
            from db in new KiketDbContext[] { sqlite, postgreSql, sqlServer }
            let migrations = db.GetService<IMigrationsAssembly>()
            from entry in migrations.Migrations
            let migration = migrations.CreateMigration(entry.Value, db.Database.ProviderName!)
            let needsCopy = db == sqlServer && migration.UpOperations.OfType<AlterColumnOperation>().Any()
            where migration.TargetModel.GetEntityTypes().Any() != needsCopy
            select $"{db.Database.ProviderName}: {entry.Key}";

        Assert.Empty(wrong);
    }

    [Fact]
    public async Task A_new_database_is_not_searched_for_old_rows()
    {
        await using var database = new SqliteDatabase();
        var statements = database.Statements.Begin();

        await database.InitializeAsync();

        Assert.Contains(statements, s => s.Sql.Contains("data_upgrades", StringComparison.Ordinal));
        Assert.DoesNotContain(statements, s => s.Sql.Contains("FROM \"comments\"", StringComparison.Ordinal));
        await using var scope = database.Services.CreateAsyncScope();
        Assert.True(await scope.ServiceProvider.GetRequiredService<DatabaseSchema>().IsCurrentAsync(default));
    }

    /// <summary>Rebuilding a table leaves the transaction, so a killed process would leave it half done.</summary>
    [Fact]
    public void Each_upgrade_of_a_Sqlite_file_is_one_transaction()
    {
        using var db = new SqliteDesignTimeFactory().CreateDbContext([]);
        var (migrations, sql) = (db.GetService<IMigrationsAssembly>(), db.GetService<IMigrationsSqlGenerator>());

        var outside =
            from entry in migrations.Migrations
            let migration = migrations.CreateMigration(entry.Value, db.Database.ProviderName!)
            from command in (IEnumerable<MigrationCommand>)
                [.. sql.Generate(migration.UpOperations), .. sql.Generate(migration.DownOperations)]
            where command.TransactionSuppressed
            select $"{entry.Key}: {command.CommandText.Trim()}";

        Assert.Empty(outside);
    }

    /// <summary>
    /// While servers are upgraded one after the other, the old version works with the new schema
    /// (docs/decisions/0088-expand-then-contract.md).
    /// </summary>
    [Fact]
    public void Migrations_take_nothing_from_the_version_before()
    {
        using var sqlite = new SqliteDesignTimeFactory().CreateDbContext([]);
        using var postgreSql = new PostgreSqlDesignTimeFactory().CreateDbContext([]);
        using var sqlServer = new SqlServerDesignTimeFactory().CreateDbContext([]);

        var taking =
            from db in new KiketDbContext[] { sqlite, postgreSql, sqlServer }
            let migrations = db.GetService<IMigrationsAssembly>()
            from entry in migrations.Migrations
            let migration = migrations.CreateMigration(entry.Value, db.Database.ProviderName!)
            where migration.UpOperations.Any(TakesFromTheVersionBefore)
            select entry.Key[(entry.Key.IndexOf('_', StringComparison.Ordinal) + 1)..];

        Assert.Equal(StoppingMigrations.Order(), taking.Distinct().Order());
    }

    /// <summary>A column that is required and has no default cannot be left out by an old version either.</summary>
    private static bool TakesFromTheVersionBefore(MigrationOperation operation) =>
        operation
            is DropTableOperation
                or DropColumnOperation
                or RenameTableOperation
                or RenameColumnOperation
                or AddColumnOperation { IsNullable: false, DefaultValue: null, DefaultValueSql: null, ComputedColumnSql: null };
}
