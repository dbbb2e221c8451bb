using System.Collections.Concurrent;
using Hangfire;
using Hangfire.AspNetCore;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Organizations;
using MediatR;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Mvc.Testing;
using Microsoft.AspNetCore.TestHost;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;
using LogProvider = Hangfire.Logging.LogProvider;

[assembly: AssemblyFixture(typeof(KiketServer))]

namespace Kiket.Api.Tests.Infrastructure;

/// <summary>
/// The real server on a real port, with its own database: Sqlite, or PostgreSQL if <c>KIKET_TEST_POSTGRES</c> holds the
/// connection string of a server on which databases can be created. Tests share it; each has its own organization.
/// </summary>
public sealed class KiketServer : WebApplicationFactory<Program>, IAsyncLifetime
{
    /// <summary>An ordinary role of PostgreSQL, to which row-level security applies.</summary>
    internal const string Role = "kiket_ordinary";

    /// <summary>
    /// Fails harmlessly in all but one of the processes that create it at once. Tests of deadlocks choose which connection
    /// detects them.
    /// </summary>
    internal const string CreateRole = $"""
        DO $$ BEGIN CREATE ROLE {Role} LOGIN PASSWORD '{Role}'; GRANT SET ON PARAMETER deadlock_timeout TO {Role};
        EXCEPTION WHEN duplicate_object OR unique_violation THEN NULL; END $$
        """;

    private readonly string folder = Directory.CreateTempSubdirectory("kiket-tests-").FullName;
    private readonly string database = $"kiket_test_{Guid.NewGuid():N}";
    private static readonly ErrorLog Log = new();
    private int organizations;

    public static string? PostgresServer => Environment.GetEnvironmentVariable("KIKET_TEST_POSTGRES");

    /// <summary>Opens the dashboard of the jobs.</summary>
    public const string DashboardToken = "token-of-the-dashboard";

    public static bool IsPostgres => !string.IsNullOrEmpty(PostgresServer);

    public KiketServer() => UseKestrel(0);

    public async ValueTask InitializeAsync()
    {
        if (IsPostgres)
        {
            await OnServerAsync(CreateRole);
            await OnServerAsync($"CREATE DATABASE {database} OWNER {Role}");
        }

        StartServer();

        // Hangfire has one log provider for the whole process, that of the server that started last, which may have ended. Its
        // client gets a log when it is created, so it is created with our own.
        LogProvider.SetCurrentLogProvider(new AspNetCoreLogProvider(Services.GetRequiredService<ILoggerFactory>()));
        _ = Services.GetRequiredService<IBackgroundJobClient>();
    }

    /// <summary>The errors that servers of this process have logged, for the messages of tests that did not expect any.</summary>
    public static string Errors => string.Join('\n', Log.Logged);

    public Uri Address => ClientOptions.BaseAddress;

    /// <summary>Replacements of services in a separate server, such as a clock or a database listener.</summary>
    internal Action<IServiceCollection>? TestServices { get; init; }

    /// <summary>Additional settings of a separate server.</summary>
    internal IReadOnlyDictionary<string, string> Settings { get; init; } = new Dictionary<string, string>();

    /// <summary>A new organization for a test.</summary>
    public async Task<Tenant> NewTenantAsync()
    {
        await using var scope = Services.CreateAsyncScope();
        var name = $"Organization {Interlocked.Increment(ref organizations)} {Guid.NewGuid():N}";
        var founded = await scope
            .ServiceProvider.GetRequiredService<IMediator>()
            .Send(new CreateOrganizationCommand(name, "admin@example.com", "Ada Admin", null));
        return new Tenant(
            this,
            founded.Value.OrganizationId.Value,
            founded.Value.AdminId.Value,
            NewClient(founded.Value.Token),
            founded.Value.Token
        );
    }

    /// <summary>A client with this token, or with none.</summary>
    public HttpClient NewClient(string? token = null)
    {
        var client = new HttpClient { BaseAddress = Address };
        if (token is not null)
            client.DefaultRequestHeaders.Authorization = new("Bearer", token);
        return client;
    }

    public override async ValueTask DisposeAsync()
    {
        Hangfire.Logging.LogProvider.SetCurrentLogProvider(null);
        await base.DisposeAsync();
        if (IsPostgres)
            await OnServerAsync($"DROP DATABASE IF EXISTS {database} WITH (FORCE)");
        if (Directory.Exists(folder))
            Directory.Delete(folder, recursive: true);
    }

    protected override void ConfigureWebHost(IWebHostBuilder builder)
    {
        builder.UseEnvironment("Production");
        builder.UseSetting("Database:Provider", IsPostgres ? "PostgreSql" : "Sqlite");
        builder.UseSetting("Database:MigrateOnStart", "true");
        builder.UseSetting(
            "ConnectionStrings:Kiket",
            IsPostgres
                ? new NpgsqlConnectionStringBuilder(PostgresServer)
                {
                    Database = database,
                    Username = Role,
                    Password = Role,
                }.ToString()
                : $"Data Source={Path.Combine(folder, "kiket.db")}"
        );
        builder.UseSetting("Database:RowLevelSecurity", IsPostgres ? "true" : "false");
        builder.UseSetting("DataProtection:KeysPath", Path.Combine(folder, "keys"));
        builder.UseSetting("Bootstrap:AdminToken", "kpat_operator_of_the_tests");
        builder.UseSetting("Dashboard:Token", DashboardToken);
        builder.UseSetting("Kiket:Role", "Api");
        builder.UseSetting("Webhooks:AllowedNetworks:0", "127.0.0.1/32"); // the address of the tests' receivers
        builder.UseSetting("Workflows:Environment:ACTION_TOKEN", "token-of-the-operator");
        builder.UseSetting("RateLimits:UserRequests", "1000000"); // all tests have the same address, and some send many requests
        builder.UseSetting("RateLimits:ExtensionRequests", "1000000");
        foreach (var (name, value) in Settings)
            builder.UseSetting(name, value);
        builder.ConfigureLogging(logging => logging.AddProvider(Log));
        if (TestServices is not null)
            builder.ConfigureTestServices(TestServices);
    }

    internal static async Task OnServerAsync(string sql)
    {
        await using var connection = new NpgsqlConnection(PostgresServer);
        await connection.OpenAsync();
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private sealed class ErrorLog : ILoggerProvider, ILogger
    {
        public ConcurrentQueue<string> Logged { get; } = new();

        public ILogger CreateLogger(string categoryName) => this;

        public bool IsEnabled(LogLevel logLevel) => logLevel >= LogLevel.Error;

        public void Log<TState>(
            LogLevel logLevel,
            EventId eventId,
            TState state,
            Exception? exception,
            Func<TState, Exception?, string> formatter
        )
        {
            if (IsEnabled(logLevel))
                Logged.Enqueue($"{formatter(state, exception)} {exception}");
        }

        public IDisposable? BeginScope<TState>(TState state)
            where TState : notnull => null;

        public void Dispose() { }
    }
}
