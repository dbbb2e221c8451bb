using Hangfire;
using Hangfire.InMemory;
using Hangfire.PostgreSql;
using Kiket.Infrastructure.Outbox;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Sla;
using Kiket.Infrastructure.Webhooks;
using Kiket.Infrastructure.Workflows;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure.Jobs;

/// <summary>Which part of the work a node does: <c>Kiket:Role</c>.</summary>
public enum NodeRole
{
    All,
    Api,
    Worker,
}

public static class JobSetup
{
    public static IServiceCollection AddKiketJobs(this IServiceCollection services, IConfiguration configuration)
    {
        var database = configuration.GetSection(DatabaseOptions.Section).Get<DatabaseOptions>() ?? new();
        services.AddHangfire(hangfire =>
        {
            hangfire.SetDataCompatibilityLevel(CompatibilityLevel.Version_180).UseSimpleAssemblyNameTypeSerializer().UseRecommendedSerializerSettings();
            if (database.Provider is DatabaseProvider.Sqlite)
            {
                // Rows are the truth and are picked up again at start, so jobs need not outlive the process.
                hangfire.UseInMemoryStorage(new InMemoryStorageOptions { MaxExpirationTime = TimeSpan.FromDays(1) });
            }
            else if (database.Provider is DatabaseProvider.PostgreSql)
            {
                var connection = DatabaseSetup.ConnectionOf(database, configuration);
                hangfire.UsePostgreSqlStorage(
                    options => options.UseNpgsqlConnection(connection),
                    new PostgreSqlStorageOptions { EnableLongPolling = false, QueuePollInterval = TimeSpan.FromSeconds(1) });
            }
            else
            {
                hangfire.UseSqlServerStorage(DatabaseSetup.ConnectionOf(database, configuration));
            }
        });
        if (RunsJobs(configuration))
        {
            services.AddHangfireServer((provider, server) =>
            {
                server.ServerName = ServerName;
                server.WorkerCount = provider.GetRequiredService<WebhookOptions>().Workers;
            });
            services.AddHostedService<OutboxWorker>();
            services.AddHostedService<WebhookWorker>();
        }

        return services;
    }

    /// <summary>Name of this node's job server; the storage appends an id to it.</summary>
    public static string ServerName { get; } = $"{Environment.MachineName}:{Environment.ProcessId}";

    /// <summary>Whether this node has a job server.</summary>
    public static bool RunsJobs(IConfiguration configuration) => configuration.GetValue("Kiket:Role", NodeRole.All) is not NodeRole.Api;

    /// <summary>Plans the recurring jobs; planning them again changes nothing.</summary>
    public static void PlanRecurringJobs(IRecurringJobManager jobs)
    {
        jobs.AddOrUpdate<PruneJob>("prune", job => job.RunAsync(CancellationToken.None), Cron.Hourly);
        jobs.AddOrUpdate<WebhookSweepJob>("webhooks", job => job.RunAsync(CancellationToken.None), Cron.Minutely);
        jobs.AddOrUpdate<KeyRotationJob>("signing-keys", job => job.RunAsync(CancellationToken.None), Cron.Hourly);
        jobs.AddOrUpdate<EscalationJob>("escalations", job => job.RunAsync(CancellationToken.None), Cron.Minutely);
        jobs.AddOrUpdate<OutboxJob>("outbox", job => job.RunAsync(CancellationToken.None), Cron.Minutely);
        jobs.AddOrUpdate<SlaJob>("sla", job => job.RunAsync(CancellationToken.None), Cron.Minutely);
    }
}
