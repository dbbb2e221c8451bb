using System.Collections.Concurrent;
using DotNet.Testcontainers.Builders;
using Hangfire;
using Hangfire.InMemory;
using Kiket.Application.Issues;
using Kiket.Application.Projects;
using Kiket.Application.Tests.Persistence;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Jobs;
using Kiket.Infrastructure.Persistence;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Data.Sqlite;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Npgsql;
using Testcontainers.MsSql;

[assembly: AssemblyFixture(typeof(SqliteDatabase))]
[assembly: AssemblyFixture(typeof(PostgreSqlDatabase))]
[assembly: AssemblyFixture(typeof(SqlServerDatabase))]

namespace Kiket.Application.Tests.Persistence;

/// <summary>A new, migrated database with the application's services. Tests share it; each has its own organization.</summary>
public abstract class TestDatabase : IAsyncLifetime
{
    private ServiceProvider? services;

    /// <summary>Why the database is not available here, or null when it is.</summary>
    public string? Unavailable { get; private set; }

    internal abstract DatabaseProvider Provider { get; }

    /// <summary>Its connection string.</summary>
    internal string Connection { get; private set; } = "";

    internal IServiceProvider Services => services ?? throw new InvalidOperationException($"There is no {Provider} here.");

    internal StatementLog Statements { get; } = new();

    /// <summary>Settings in addition to those of the database.</summary>
    protected virtual IReadOnlyDictionary<string, string?> Settings => new Dictionary<string, string?>();

    public async ValueTask InitializeAsync()
    {
        (var connection, Unavailable) = await StartAsync();
        if (connection is null)
            return;
        Connection = connection;
        services = KiketServices.Collect(Provider, connection, Settings, Statements).BuildServiceProvider(validateScopes: true);
        await using var scope = services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<DatabaseSchema>().MigrateAsync(default);
    }

    public async ValueTask DisposeAsync()
    {
        if (services is not null)
            await services.DisposeAsync();
        await StopAsync();
        GC.SuppressFinalize(this);
    }

    /// <summary>The connection string of an empty database, or the reason why there is none.</summary>
    protected abstract Task<(string? Connection, string? Unavailable)> StartAsync();

    protected abstract Task StopAsync();
}

public sealed class SqliteDatabase : TestDatabase
{
    private readonly string folder = Directory.CreateTempSubdirectory("kiket-sqlite-").FullName;

    internal override DatabaseProvider Provider => DatabaseProvider.Sqlite;

    protected override Task<(string? Connection, string? Unavailable)> StartAsync() =>
        Task.FromResult<(string?, string?)>(($"Data Source={Path.Combine(folder, "kiket.db")}", null));

    protected override Task StopAsync()
    {
        SqliteConnection.ClearAllPools();
        Directory.Delete(folder, recursive: true);
        return Task.CompletedTask;
    }
}

public class PostgreSqlDatabase : TestDatabase
{
    private const string Variable = "KIKET_TEST_POSTGRES";

    private readonly string? server = Environment.GetEnvironmentVariable(Variable);
    private readonly string name = $"kiket_test_{Guid.NewGuid():N}";

    internal override DatabaseProvider Provider => DatabaseProvider.PostgreSql;

    protected override async Task<(string? Connection, string? Unavailable)> StartAsync()
    {
        if (string.IsNullOrEmpty(server))
            return (
                null,
                $"{Variable} is not set; it holds the connection string of a PostgreSQL server on which databases can be made."
            );
        await OnServerAsync($"CREATE DATABASE {name}");
        return (await ConnectAsync(new NpgsqlConnectionStringBuilder(server) { Database = name }), null);
    }

    /// <summary>The connection string to the new database.</summary>
    protected virtual Task<string> ConnectAsync(NpgsqlConnectionStringBuilder database) => Task.FromResult(database.ToString());

    protected override Task StopAsync() =>
        string.IsNullOrEmpty(server) ? Task.CompletedTask : OnServerAsync($"DROP DATABASE {name} WITH (FORCE)");

    protected async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(server);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }
}

/// <summary>SQL Server in a container, where a Docker engine runs.</summary>
public sealed class SqlServerDatabase : TestDatabase
{
    private MsSqlContainer? container;

    internal override DatabaseProvider Provider => DatabaseProvider.SqlServer;

    protected override async Task<(string? Connection, string? Unavailable)> StartAsync()
    {
        try
        {
            container = new MsSqlBuilder("mcr.microsoft.com/mssql/server:2022-latest").Build();
            await container.StartAsync();
            return (container.GetConnectionString(), null);
        }
        catch (DockerUnavailableException reason)
        {
            container = null;
            return (null, $"SQL Server needs a Docker engine: {reason.Message.Split('\n')[0]}");
        }
    }

    protected override async Task StopAsync()
    {
        if (container is not null)
            await container.DisposeAsync();
    }
}

internal static class KiketServices
{
    /// <summary>One key ring for all, so that services on a copy of the database can decrypt its values.</summary>
    private static readonly IDataProtectionProvider Keys = new EphemeralDataProtectionProvider();

    /// <summary>
    /// Compiled queries, which have no state: to compile them for each provider of services takes longer than most tests.
    /// </summary>
    private static readonly Type[] Queries =
    [
        typeof(IssueReads),
        typeof(IssuePages),
        typeof(IssueLoads),
        typeof(OpenProjects),
        typeof(EventCursors),
    ];

    private static readonly ConcurrentDictionary<(DatabaseProvider, Type), object> Compiled = new();

    public static ServiceProvider On(DatabaseProvider provider, string connection, params IInterceptor[] interceptors) =>
        Collect(provider, connection, interceptors).BuildServiceProvider(validateScopes: true);

    public static IServiceCollection Collect(DatabaseProvider provider, string connection, params IInterceptor[] interceptors) =>
        Collect(provider, connection, new Dictionary<string, string?>(), interceptors);

    public static IServiceCollection Collect(
        DatabaseProvider provider,
        string connection,
        IReadOnlyDictionary<string, string?> settings,
        params IInterceptor[] interceptors
    )
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Database:Provider"] = provider.ToString(),
                    ["ConnectionStrings:Kiket"] = connection,
                }
            )
            .AddInMemoryCollection(settings)
            .Build();
        var services = new ServiceCollection().AddLogging().AddKiketInfrastructure(configuration);
        foreach (var type in Queries)
            services.AddSingleton(type, Compiled.GetOrAdd((provider, type), key => Activator.CreateInstance(key.Item2)!));
        services.AddSingleton(Keys);
        services.AddSingleton<TimeProvider>(Clock());
        services.AddSingleton<IBackgroundJobClient>(new BackgroundJobClient(new InMemoryStorage())); // the jobs do not run
        services.AddEventProcessing();
        services.ConfigureDbContext<SqliteKiketDbContext>(options => options.AddInterceptors(interceptors));
        services.ConfigureDbContext<PostgreSqlKiketDbContext>(options => options.AddInterceptors(interceptors));
        services.ConfigureDbContext<SqlServerKiketDbContext>(options => options.AddInterceptors(interceptors));
        return services;
    }

    /// <summary>Each read advances the clock by a second, so that later rows are newer.</summary>
    public static FakeTimeProvider Clock() =>
        new(new DateTimeOffset(2026, 3, 2, 9, 0, 0, TimeSpan.Zero)) { AutoAdvanceAmount = TimeSpan.FromSeconds(1) };
}
