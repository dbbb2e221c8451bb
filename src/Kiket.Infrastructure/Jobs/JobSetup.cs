using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Hangfire.SqlServer;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Kiket.Infrastructure.Webhooks;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kiket.Infrastructure.Jobs;

internal static class JobSetup
{
    /// <summary>
    /// After this time, a Hangfire lock in PostgreSQL, which is a row, is considered abandoned by a killed process.
    /// </summary>
    private static readonly TimeSpan LongestLock = TimeSpan.FromMinutes(1);

    /// <summary>
    /// Queuing a job wakes a worker of the same node, which has workers. So polling only finds jobs that were started on the
    /// dashboard of another node, or left by a killed node.
    /// </summary>
    private static readonly TimeSpan QueuePoll = TimeSpan.FromSeconds(30);

    /// <summary>No job is scheduled more often.</summary>
    private static readonly TimeSpan PlanPoll = TimeSpan.FromMinutes(1);

    /// <summary>Workers hold a connection only while they fetch or complete a job, so several can share one.</summary>
    private const int PostgresPoolSize = 5;

    public static IServiceCollection AddKiketJobs(this IServiceCollection services, IConfiguration configuration)
    {
        var settings = KiketSettings.Read(configuration);
        services.AddHangfire(hangfire =>
        {
            hangfire
                .SetDataCompatibilityLevel(CompatibilityLevel.Version_180)
                .UseSimpleAssemblyNameTypeSerializer()
                .UseRecommendedSerializerSettings();
            var connection = settings.Database.Connection;
            _ = settings.Database.Provider switch
            {
                // The database rows are authoritative and are picked up again at start, so jobs need not outlive the process.
                DatabaseProvider.Sqlite => (object)
                    hangfire.UseInMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromDays(1) }),
                DatabaseProvider.PostgreSql => hangfire.UsePostgreSqlStorage(
                    options => options.UseNpgsqlConnection(ForJobs(connection)),
                    new PostgreSqlStorageOptions
                    {
                        EnableLongPolling = false,
                        QueuePollInterval = QueuePoll,
                        DistributedLockTimeout = LongestLock,
                        PrepareSchemaIfNecessary = false, // DatabaseSchema does
                    }
                ),
                _ => hangfire.UseSqlServerStorage(
                    connection,
                    new SqlServerStorageOptions { PrepareSchemaIfNecessary = false, QueuePollInterval = QueuePoll }
                ),
            };
        });
        services.AddEventProcessing();
        if (settings.RunsJobs)
        {
            services.AddHangfireServer(
                (provider, server) =>
                {
                    server.ServerName = ServerName;
                    server.SchedulePollingInterval = PlanPoll;
                    server.WorkerCount = provider.GetRequiredService<WebhookOptions>().Workers;
                }
            );
            services.AddHostedService<OutboxWorker>();
            services.AddHostedService<WebhookWorker>();
            services.AddHostedService<RecurringWork>();
            services.AddHostedService<RecurringJobPlanner>();
        }

        return services;
    }

    /// <summary>What follows from events. It queues jobs, which commands of the executable do not.</summary>
    public static IServiceCollection AddEventProcessing(this IServiceCollection services)
    {
        services.AddSingleton<OutboxProcessor>();
        services.AddSingleton<WebhookSchedule>();
        services.AddSingleton<WebhookFanOut>();
        return services;
    }

    /// <summary>Name of this node's job server; the storage appends an id to it.</summary>
    public static string ServerName { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>
    /// Jobs have their own small pool, so that a starting node does not open a connection for each worker at once.
    /// </summary>
    private static string ForJobs(string connection)
    {
        var postgres = new NpgsqlConnectionStringBuilder(connection);
        postgres.MaxPoolSize = Math.Min(postgres.MaxPoolSize, PostgresPoolSize);
        postgres.MinPoolSize = Math.Min(postgres.MinPoolSize, postgres.MaxPoolSize);
        postgres.NoResetOnClose = true; // Hangfire leaves no session state, and each reset costs more than its statement
        return postgres.ToString();
    }
}
