using Microsoft.Data.SqlClient;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kiket.Infrastructure.Persistence;

internal static class DatabaseSetup
{
    /// <summary>
    /// Leaves room, among PostgreSQL's default of 100 connections, for the jobs of this node and for another node.
    /// </summary>
    private const int PostgresPoolSize = 40;

    public static IServiceCollection AddKiketDatabase(this IServiceCollection services, DatabaseOptions options)
    {
        services.AddSingleton(options);
        services.AddScoped<DatabaseSchema>().AddScoped<RowPolicies>();
        services.AddSingleton<MemoryRefresh>();
        services.AddSingleton<WriteMetrics>();
        var connection = ConnectionOf(options);
        services.AddSingleton<IssueCounter>().AddHostedService<IssueCountSums>();
        var queue = new SqliteWriteQueue(TimeSpan.FromSeconds(options.BusyTimeoutSeconds));
        _ = options.Provider switch
        {
            DatabaseProvider.Sqlite => services.AddPool<SqliteKiketDbContext>(builder =>
                Use(builder, options.Provider, connection)
                    .AddInterceptors(queue, new SqliteFunctions(), new SqliteQueryTime(options.QueryTimeout))
                    .LogTo((id, _) => id == RelationalEventId.TransactionDisposed, queue.TransactionDisposed)
            ),
            DatabaseProvider.PostgreSql => services.AddPool<PostgreSqlKiketDbContext>(builder =>
                Use(builder, options.Provider, connection)
                    .AddInterceptors(options.RowLevelSecurity ? [new RowLevelSecurity()] : Array.Empty<IInterceptor>())
            ),
            _ => services.AddPool<SqlServerKiketDbContext>(builder => Use(builder, options.Provider, connection)),
        };
        if (options.Provider is DatabaseProvider.PostgreSql)
            services.AddHostedService(provider => ActivatorUtilities.CreateInstance<PostgreSqlCommitRelay>(provider, connection));
        return services;
    }

    private static string ConnectionOf(DatabaseOptions options)
    {
        if (options.Provider is DatabaseProvider.PostgreSql)
            return WithPostgresDefaults(options);
        if (options.Provider is DatabaseProvider.SqlServer)
            return WithSqlServerDefaults(options);

        var sqlite = new SqliteConnectionStringBuilder(options.Connection) { ForeignKeys = true };
        if (!sqlite.ShouldSerialize("Default Timeout"))
            sqlite.DefaultTimeout = options.BusyTimeoutSeconds; // how long the driver polls while another process holds the file
        return sqlite.ToString();
    }

    public static DbContextOptionsBuilder Use(DbContextOptionsBuilder builder, DatabaseProvider provider, string connection)
    {
        _ = provider switch
        {
            DatabaseProvider.Sqlite => builder.UseSqlite(connection),
            DatabaseProvider.PostgreSql => builder.UseNpgsql(WithoutRepetition(connection)),
            _ => builder.UseSqlServer(connection),
        };
        return builder.UseSnakeCaseNamingConvention().ConfigureWarnings(Quieten);
    }

    /// <summary>
    /// With an exhausted pool, requests get a 503 in time, and the server is not asked for more connections than it accepts.
    /// </summary>
    private static string WithPostgresDefaults(DatabaseOptions options)
    {
        var postgres = new NpgsqlConnectionStringBuilder(options.Connection);
        if (!postgres.ShouldSerialize("Maximum Pool Size"))
            postgres.MaxPoolSize = Math.Max(PostgresPoolSize, postgres.MinPoolSize);
        if (!postgres.ShouldSerialize("Timeout"))
            postgres.Timeout = options.BusyTimeoutSeconds;
        if (!postgres.ShouldSerialize("Command Timeout"))
            postgres.CommandTimeout = options.QueryTimeoutSeconds;
        return postgres.ToString();
    }

    private static string WithSqlServerDefaults(DatabaseOptions options)
    {
        var server = new SqlConnectionStringBuilder(options.Connection);
        if (!server.ShouldSerialize("Command Timeout"))
            server.CommandTimeout = options.QueryTimeoutSeconds;
        return server.ToString();
    }

    /// <summary>
    /// EF Core does not log failures: the code that catches them decides whether they are errors, and logs these once with their
    /// request. A test ensures that the migrations match the model; comparing both would be a large part of a start on a new
    /// database.
    /// </summary>
    private static void Quieten(WarningsConfigurationBuilder warnings) =>
        warnings
            .Ignore(RelationalEventId.PendingModelChangesWarning)
            .Log(
                (RelationalEventId.CommandError, LogLevel.Debug),
                (RelationalEventId.ConnectionError, LogLevel.Debug),
                (RelationalEventId.TransactionError, LogLevel.Debug),
                (CoreEventId.SaveChangesFailed, LogLevel.Debug),
                (CoreEventId.QueryIterationFailed, LogLevel.Debug)
            );

    /// <summary>
    /// Lets the driver prepare frequent statements, so that the database does not parse and plan each of them. A pooler that
    /// cannot keep prepared statements needs <c>Max Auto Prepare=0</c> in the connection string. Connections return to the pool
    /// without a reset, which would cost more than most queries: no statement of this context changes session state. Code that
    /// must (<c>SET</c>, <c>LISTEN</c>, temporary tables, locks of a session) needs its own connection outside the pool.
    /// </summary>
    private static string WithoutRepetition(string connection)
    {
        var postgres = new NpgsqlConnectionStringBuilder(connection);
        if (!postgres.ShouldSerialize("Max Auto Prepare"))
            (postgres.MaxAutoPrepare, postgres.AutoPrepareMinUsages) = (100, 2);
        if (!postgres.ShouldSerialize("No Reset On Close"))
            postgres.NoResetOnClose = true;
        return postgres.ToString();
    }

    /// <summary>
    /// The lease of a scope returns its context to the pool, once. A context of the pool's factory would return itself whenever
    /// it is disposed of, which a scope does for each service by which it was found: also when another scope has it already.
    /// </summary>
    private static IServiceCollection AddPool<TContext>(this IServiceCollection services, Action<DbContextOptionsBuilder> use)
        where TContext : KiketDbContext
    {
        services.AddDbContextPool<TContext>(
            (provider, builder) =>
            {
                use(builder);
                builder.AddInterceptors(
                    provider.GetRequiredService<IssueCounter>(),
                    provider.GetRequiredService<MemoryRefresh>()
                );
            }
        );
        services.AddScoped<KiketDbContext>(provider =>
        {
            var db = provider.GetRequiredService<TContext>();
            db.BeginUse(provider.GetRequiredService<CurrentActor>());
            return db;
        });
        return services;
    }
}
