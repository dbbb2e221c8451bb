using System.CommandLine;
using System.Globalization;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Settings;
using Kiket.Infrastructure.Startup;
using Kiket.Infrastructure.Webhooks;
using StackExchange.Redis;

namespace Kiket.Api.Startup;

/// <summary>What the doctor has found.</summary>
/// <param name="Status"><c>ok</c>, <c>warning</c> or <c>failed</c>.</param>
/// <param name="Message">The state or, if something is wrong, what to do.</param>
internal sealed record Finding(string Check, string Status, string Message);

/// <summary><c>doctor</c>: checks what a server needs, beside a running one or before the first start.</summary>
internal static class DoctorCommand
{
    private const string Ok = "ok";
    private const string Warning = "warning";
    private const string Failed = "failed";

    /// <summary>Deliveries are retried for days, but a backlog this old deserves attention.</summary>
    private static readonly TimeSpan OldBacklog = TimeSpan.FromHours(1);

    private static readonly TimeSpan RedisTimeout = TimeSpan.FromSeconds(2);

    public static Command Build()
    {
        var json = Output.Json();
        var command = new Command(
            "doctor",
            "Checks settings, database, keys, Redis and backlog, and says what to do. Exits with 1 if something failed."
        )
        {
            json,
        };
        command.SetAction(
            async (parsed, ct) =>
            {
                var builder = CommandLine.CreateBuilder();
                builder.Logging.ClearProviders();
                builder.Services.AddKiketInfrastructure(builder.Configuration);
                await using var app = builder.Build();
                await using var scope = app.Services.CreateAsyncScope();
                var findings = await ExamineAsync(scope.ServiceProvider, ct);
                Console.WriteLine(Output.Print(findings, parsed.GetValue(json), f => [f.Status, f.Check, f.Message]));
                return findings.Any(f => f.Status == Failed) ? 1 : 0;
            }
        );
        return command;
    }

    private static async Task<List<Finding>> ExamineAsync(IServiceProvider services, CancellationToken ct)
    {
        var settings = services.GetRequiredService<KiketSettings>();
        List<Finding> findings = [new("settings", Ok, "All settings are valid; the command config shows them.")];
        findings.Add(
            settings.PublicUrl is null
                ? new("links", Warning, "Kiket:PublicUrl is not set, so links in deliveries lead to this machine only. Set it.")
                : new("links", Ok, settings.PublicUrl)
        );
        findings.Add(ExamineKeys(settings));
        if (settings.Redis is { } redis)
            findings.Add(await ExamineRedisAsync(redis));
        findings.AddRange(await ExamineDatabaseAsync(services, settings.Database, ct));
        return findings;
    }

    private static Finding ExamineKeys(KiketSettings settings)
    {
        const string check = "keys";
        try
        {
            KeyFolder.Check(settings.KeyRing.Folder);
        }
        catch (SettingsException failure)
        {
            return new(check, Failed, failure.Message);
        }

        return settings.KeyRing.IsEncrypted
            ? new(check, Ok, $"{settings.KeyRing.Folder}, encrypted")
            : new(
                check,
                Warning,
                $"{settings.KeyRing.Folder} is not encrypted. Set DataProtection:CertificatePath or DataProtection:Passphrase."
            );
    }

    private static async Task<Finding> ExamineRedisAsync(ConfigurationOptions redis)
    {
        var options = redis.Clone();
        (options.AbortOnConnectFail, options.ConnectTimeout) = (false, (int)RedisTimeout.TotalMilliseconds);
        await using var connection = await ConnectionMultiplexer.ConnectAsync(options);
        return connection.IsConnected
            ? new("redis", Ok, "Nodes count requests together.")
            : new("redis", Failed, "Redis does not answer, so each node counts by itself. Check ConnectionStrings:Redis.");
    }

    private static async Task<List<Finding>> ExamineDatabaseAsync(
        IServiceProvider services,
        DatabaseOptions options,
        CancellationToken ct
    )
    {
        var (time, schema) = (services.GetRequiredService<TimeProvider>(), services.GetRequiredService<DatabaseSchema>());
        try
        {
            await DatabaseReach.WaitAsync(options with { StartTimeoutSeconds = 0 }, _ => { }, time, ct);
            if (!await services.GetRequiredService<KiketDbContext>().Database.CanConnectAsync(ct))
                return [new("database", Failed, "The database does not exist. Run the command migrate.")];
        }
        catch (DatabaseAwayException failure)
        {
            return [new("database", Failed, failure.Message)];
        }

        List<Finding> findings = [new("database", Ok, $"{options.Provider} at {DatabaseReach.PlaceOf(options)}")];
        if (!await schema.IsCurrentAsync(ct))
            return [.. findings, new("migrations", Failed, "The database is not up to date. Run the command migrate.")];
        findings.Add(new("migrations", Ok, "The database is up to date."));
        if (!await schema.ReadsSnapshotsAsync(ct))
            findings.Add(new("snapshots", Warning, "Turn on READ_COMMITTED_SNAPSHOT, or readers and writers block each other."));
        if (!await schema.HasSearchIndexAsync(ct))
            findings.Add(new("search", Warning, "Searches have no index; docs/performance.md says how to add pg_trgm."));
        findings.Add(await ExamineBacklogAsync(services, ct));
        return findings;
    }

    private static async Task<Finding> ExamineBacklogAsync(IServiceProvider services, CancellationToken ct)
    {
        await ActivatorUtilities.CreateInstance<EventBacklog>(services).RefreshAsync(ct);
        if (services.GetRequiredService<WebhookMetrics>().Backlog is not { } backlog)
            return new("backlog", Failed, "The backlog could not be counted.");
        var message = string.Create(
            CultureInfo.InvariantCulture,
            $"{backlog.Events} events wait for hand-out, {backlog.Unreacted} for actions, {backlog.Postponed} failed and wait; "
                + $"{backlog.Pending} deliveries wait, the oldest for {backlog.OldestAge:d\\.hh\\:mm\\:ss}; "
                + $"{backlog.Paused} endpoints are paused."
        );
        return backlog.OldestAge < OldBacklog && backlog.Paused + backlog.Postponed == 0
            ? new("backlog", Ok, message)
            : new("backlog", Warning, $"{message} Look at /api/v1/webhook_deliveries and at the log of the workers.");
    }
}
