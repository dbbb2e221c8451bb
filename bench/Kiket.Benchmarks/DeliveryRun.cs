using System.Collections.Concurrent;
using System.Diagnostics;
using System.Globalization;
using System.Net;
using Kiket.Application.Issues;
using Kiket.Application.Organizations;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Jobs;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.AspNetCore.Builder;
using Microsoft.AspNetCore.Hosting;
using Microsoft.AspNetCore.Http;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Hosting;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kiket.Benchmarks;

/// <summary>
/// Measures the deliveries per second of a worker, the latency to their first byte, and whether a hanging endpoint delays another
/// one. A complete worker runs, with job server, fan-out and drains, on a durable PostgreSQL; the receiver is in the same
/// process.
/// </summary>
internal sealed class DeliveryRun : IAsyncDisposable
{
    public const string Variable = "KIKET_BENCH_POSTGRES";

    private const int Endpoints = 10;
    private const int Events = 2_000;
    private const int LeastPerSecond = 1_000;
    private const int FairnessEvents = 1_000;
    private const int FairnessRounds = 9;
    private const double MostDelay = 1.2;
    private const int Templates = 50;
    private static readonly TimeSpan Hang = TimeSpan.FromSeconds(10);

    /// <summary>From the commit to the first byte, for 99 of 100 events.</summary>
    private static readonly (string Load, int PerSecond, int Events, TimeSpan Limit)[] Latencies =
    [
        ("idle", 5, 200, TimeSpan.FromMilliseconds(100)),
        ("busy", 200, 3_000, TimeSpan.FromSeconds(1)),
    ];

    private static readonly TimeSpan Patience = TimeSpan.FromMinutes(5);

    private readonly IHost worker;
    private readonly WebApplication receiver;
    private readonly NpgsqlDataSource database;
    private readonly ConcurrentDictionary<string, Arrivals> arrivals = new();
    private readonly ConcurrentDictionary<long, long> firstBytes = new(); // timestamps by delivery

    private DeliveryRun(IHost worker, WebApplication receiver, NpgsqlDataSource database) =>
        (this.worker, this.receiver, this.database) = (worker, receiver, database);

    public static async Task<int> RunAsync()
    {
        if (Environment.GetEnvironmentVariable(Variable) is not { Length: > 0 } server)
        {
            await Console.Error.WriteLineAsync(
                $"{Variable} holds the connection string of a PostgreSQL on which a database can be made; "
                    + "bench/deliveries starts one."
            );
            return 2;
        }

        var name = $"kiket_bench_{Guid.NewGuid():N}";
        await using var maintenance = NpgsqlDataSource.Create(server);
        foreach (var setting in (string[])["fsync", "synchronous_commit", "full_page_writes"])
        {
            if (await ScalarAsync(maintenance, $"SHOW {setting}") is not "on")
            {
                await Console.Error.WriteLineAsync($"{setting} is off, so the measured writes would not be durable.");
                return 2;
            }
        }

        await ScalarAsync(maintenance, $"CREATE DATABASE {name}");
        try
        {
            await using var run = await StartAsync(new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString());
            await run.WarmUpAsync();
            var isFast = await run.MeasureThroughputAsync(WebhookKind.Subscription);
            isFast &= await run.MeasureThroughputAsync(WebhookKind.Extension);
            foreach (var (load, perSecond, events, limit) in Latencies)
                isFast &= await run.MeasureLatencyAsync(load, perSecond, events, limit);
            return await run.MeasureFairnessAsync() && isFast ? 0 : 1;
        }
        finally
        {
            await ScalarAsync(maintenance, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    public async ValueTask DisposeAsync()
    {
        await worker.StopAsync();
        worker.Dispose();
        await receiver.DisposeAsync();
        await database.DisposeAsync();
    }

    private static async Task<DeliveryRun> StartAsync(string connection)
    {
        var builder = Host.CreateApplicationBuilder();
        builder.Logging.ClearProviders();
        builder.Logging.AddConsole().SetMinimumLevel(LogLevel.Warning);
        builder.Configuration.AddInMemoryCollection(
            new Dictionary<string, string?>
            {
                ["Database:Provider"] = "PostgreSql",
                ["ConnectionStrings:Kiket"] = connection,
                ["Kiket:Role"] = "Worker",
                ["Webhooks:AllowedNetworks:0"] = "127.0.0.1/32",
                ["DataProtection:KeysPath"] = Directory.CreateTempSubdirectory("kiket-bench-").FullName,
            }
        );
        builder.Services.AddKiketInfrastructure(builder.Configuration);
        builder.Services.AddKiketJobs(builder.Configuration);
        var worker = builder.Build();
        await using (var scope = worker.Services.CreateAsyncScope())
            await scope.ServiceProvider.GetRequiredService<DatabaseSchema>().MigrateAsync(CancellationToken.None);

        var web = WebApplication.CreateSlimBuilder();
        web.Logging.ClearProviders();
        web.WebHost.ConfigureKestrel(kestrel => kestrel.Listen(IPAddress.Loopback, 0));
        var run = new DeliveryRun(worker, web.Build(), NpgsqlDataSource.Create(connection));
        run.receiver.Run(run.TakeAsync);
        await run.receiver.StartAsync();
        await worker.StartAsync();
        return run;
    }

    private async Task TakeAsync(HttpContext http)
    {
        if (long.TryParse(http.Request.Headers["X-Kiket-Delivery"], CultureInfo.InvariantCulture, out var delivery))
            firstBytes.TryAdd(delivery, Stopwatch.GetTimestamp());
        await http.Request.Body.CopyToAsync(Stream.Null);
        var path = http.Request.Path.Value!;
        if (path.StartsWith("/hang", StringComparison.Ordinal))
            await Task.Delay(Hang);
        await http.Response.WriteAsync("{}");
        if (arrivals.TryGetValue(path.Split('/')[1], out var expected))
            expected.Count();
    }

    private async Task WarmUpAsync()
    {
        await TimeOfFastAsync("fast");
        await TimeOfFastAsync("fast");
    }

    private async Task<bool> MeasureThroughputAsync(WebhookKind kind)
    {
        Console.WriteLine($"Throughput: {Events} events to {Endpoints} endpoints of the kind {kind}, each delivery signed.");
        var stage = await StageAsync(kind, [.. Enumerable.Range(0, Endpoints).Select(_ => "fast")]);
        var before = Process.GetCurrentProcess().TotalProcessorTime;
        var watch = await stage.BeginAsync(Events);
        List<string> rates = [];
        var (last, lastAt) = (0L, TimeSpan.Zero);
        while (last < Events * Endpoints)
        {
            if (watch.Elapsed > Patience)
                throw new TimeoutException($"Only {last} of {Events * Endpoints} were delivered.");
            await Task.Delay(TimeSpan.FromSeconds(2));
            var (done, at) = (await stage.CountAsync("delivered"), watch.Elapsed);
            rates.Add(((done - last) / (at - lastAt).TotalSeconds).ToString("0", CultureInfo.InvariantCulture));
            (last, lastAt) = (done, at);
        }

        // Exact to the row: the instant of the last recorded attempt, not of this query.
        var seconds = await stage.SecondsAsync();
        var attempts = (long)
            (
                await ScalarAsync(
                    database,
                    $"SELECT COUNT(*) FROM webhook_attempts WHERE organization_id = {stage.OrganizationId}"
                )
            )!;
        var perSecond = Events * Endpoints / seconds;
        var cpu = (Process.GetCurrentProcess().TotalProcessorTime - before).TotalMilliseconds / (Events * Endpoints);
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  every 2 s, per second: {string.Join(' ', rates)}"));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  {Events * Endpoints} delivered in {seconds:0.0} s, hand-out included: {perSecond:0} per second "
                    + $"(limit {LeastPerSecond}); {attempts} attempts recorded; {cpu:0.00} ms of CPU each, receiver included"
            )
        );
        return perSecond >= LeastPerSecond && attempts == Events * Endpoints;
    }

    private async Task<bool> MeasureLatencyAsync(string load, int perSecond, int events, TimeSpan limit)
    {
        var stage = await StageAsync(WebhookKind.Subscription, "fast");
        var committed = new Dictionary<long, long>();
        var watch = await stage.BeginAsync(0);
        stage.Fast.Expect(events);
        for (var i = 0; i < events; i++)
        {
            var wait = TimeSpan.FromSeconds((double)i / perSecond) - watch.Elapsed;
            if (wait > TimeSpan.Zero)
                await Task.Delay(wait);
            committed[await stage.AddAsync()] = Stopwatch.GetTimestamp();
            worker.Services.GetRequiredService<OutboxSignal>().Wake();
        }

        var reached = events / watch.Elapsed.TotalSeconds;
        await stage.Fast.AllArrived.WaitAsync(Patience);
        var times = (await stage.EventsByDeliveryAsync())
            .Select(e => Stopwatch.GetElapsedTime(committed[e.Value], firstBytes[e.Key]).TotalMilliseconds)
            .Order()
            .ToList();
        var p99 = times[(int)(times.Count * 0.99)];
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"Latency, {load}: {events} events, {reached:0} per second, from the commit to the first byte: "
                    + $"p50 {times[times.Count / 2]:0} ms, p99 {p99:0} ms (limit {limit.TotalMilliseconds:0} ms), "
                    + $"most {times[^1]:0} ms"
            )
        );
        return times.Count == events && p99 <= limit.TotalMilliseconds;
    }

    private async Task<bool> MeasureFairnessAsync()
    {
        Console.WriteLine(
            $"Fairness: {FairnessEvents} events to one endpoint alone, and beside one that hangs for "
                + $"{Hang.TotalSeconds} s. Median of {FairnessRounds}."
        );
        List<double> alone = [],
            prompt = [],
            beside = [];
        for (var round = 0; round < FairnessRounds; round++)
        {
            alone.Add(await TimeOfFastAsync("fast"));
            prompt.Add(await TimeOfFastAsync("prompt", "fast"));
            beside.Add(await TimeOfFastAsync("hang", "fast"));
        }

        var (without, with) = (Median(alone), Median(beside));
        Console.WriteLine(string.Create(CultureInfo.InvariantCulture, $"  alone {without:0.00} s ({Join(alone)})"));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  beside one that answers at once {Median(prompt):0.00} s ({Join(prompt)})"
            )
        );
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"  beside one that hangs {with:0.00} s ({Join(beside)}): {with / without:0.00} times (limit {MostDelay:0.00})"
            )
        );
        return with <= without * MostDelay;

        static double Median(List<double> values) => values.Order().ElementAt(values.Count / 2);
        static string Join(List<double> values) =>
            string.Join(' ', values.Select(v => v.ToString("0.00", CultureInfo.InvariantCulture)));
    }

    /// <summary>Seconds until the fast endpoint has all events.</summary>
    private async Task<double> TimeOfFastAsync(params string[] manners)
    {
        var stage = await StageAsync(WebhookKind.Subscription, manners);
        var watch = await stage.BeginAsync(FairnessEvents);
        await stage.Fast.AllArrived.WaitAsync(Patience);
        var seconds = watch.Elapsed.TotalSeconds;
        await stage.EndAsync();
        return seconds;
    }

    /// <summary>A separate organization with endpoints of different behavior, and events to copy.</summary>
    private async Task<Stage> StageAsync(WebhookKind kind, params string[] manners)
    {
        await using var scope = worker.Services.CreateAsyncScope();
        var (mediator, db, actor) = (
            scope.ServiceProvider.GetRequiredService<IMediator>(),
            scope.ServiceProvider.GetRequiredService<KiketDbContext>(),
            scope.ServiceProvider.GetRequiredService<CurrentActor>()
        );
        var name = $"b{Guid.NewGuid():N}";
        var founded = (await mediator.Send(new CreateOrganizationCommand(name, "admin@example.com", null, null))).Value;
        actor.SignIn(new(founded.OrganizationId, founded.AdminId, OrganizationRole.Admin), []);
        var project = (
            await mediator.Send(new CreateProjectCommand("BENCH", new() { Name = "Bench", Visibility = ProjectVisibility.Team }))
        ).Value;
        for (var i = 0; i < Templates; i++)
        {
            var title = string.Create(CultureInfo.InvariantCulture, $"Review the contract of customer {i}");
            if (
                (
                    await mediator.Send(
                        new CreateIssueCommand(
                            ProjectRef.Of(project.Id),
                            new() { Title = title, Description = new string('x', 400) },
                            null
                        )
                    )
                ).Error is
                { } error
            )
                throw new InvalidOperationException(error.Message);
        }

        var arrived = arrivals.GetOrAdd(name, _ => new());
        foreach (var manner in manners)
            await AddEndpointAsync(
                db,
                scope.ServiceProvider,
                founded,
                kind,
                $"{receiver.Urls.Single()}/{(manner == "fast" ? name : manner)}"
            );
        return new(this, founded.OrganizationId.Value, arrived);
    }

    private static async Task AddEndpointAsync(
        KiketDbContext db,
        IServiceProvider services,
        FoundedOrganization founded,
        WebhookKind kind,
        string url
    )
    {
        var now = DateTimeOffset.UtcNow; // later than the templates, which it must not receive
        var key = TokenSecret.Generate(Extension.KeyLabel);
        var manifest = new ExtensionManifest
        {
            Id = $"com.example.e{key.Hash[..8]}",
            Name = "Bench",
            Permissions = ["read:issues"],
        };
        var user = User.ForExtension(founded.OrganizationId, manifest.Name, now);
        db.Users.Add(user);
        await db.SaveChangesAsync();
        var extension = Extension.Install(user, null, manifest, url, key, founded.AdminId, now);
        db.Extensions.Add(extension);
        await db.SaveChangesAsync();
        var secret = services
            .GetRequiredService<ISecretProtector>()
            .Protect(ISecretProtector.WebhookPurpose, WebhookSecret.Generate());
        var target = new WebhookTarget(
            url,
            kind is WebhookKind.Subscription,
            new Dictionary<string, string>(),
            SignatureScheme.Timestamp,
            DeliveryOrdering.None,
            Webhook.MaxTimeoutMs
        );
        db.Webhooks.Add(
            Webhook.For(founded.OrganizationId, null, extension.Id, kind, target, [new("issue.created")], secret, now)
        );
        await db.SaveChangesAsync();
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        return await command.ExecuteScalarAsync();
    }

    private sealed record Stage(DeliveryRun Run, long OrganizationId, Arrivals Fast)
    {
        private DateTimeOffset begun;

        /// <summary>
        /// Adds copies of the organization's events to the log, as if they had just happened, and wakes the worker as their
        /// commit would.
        /// </summary>
        public async Task<Stopwatch> BeginAsync(int count)
        {
            // The measurement starts when the worker has processed the templates.
            while (
                (long)
                    (
                        await ScalarAsync(
                            Run.database,
                            """
                            SELECT COUNT(*) FROM organizations o WHERE o.last_event_sequence > 0
                              AND (SELECT COUNT(*) FROM event_cursors c
                                WHERE c.organization_id = o.id AND c.position >= o.last_event_sequence) < 2
                            """
                        )
                    )! > 0
            )
                await Task.Delay(100);
            Fast.Expect(count);
            begun = DateTimeOffset.UtcNow;
            await ScalarAsync(
                Run.database,
                $"""
                INSERT INTO events (organization_id, sequence, event_id, name, project_id, issue_id, actor_id, cause, facts,
                    occurred_at)
                SELECT e.organization_id, n + {Templates}, 'evt_' || md5(e.organization_id || '-' || n), e.name, e.project_id,
                    e.issue_id, e.actor_id, e.cause, e.facts, now()
                FROM generate_series(1, {count}) n JOIN events e ON e.organization_id = {OrganizationId}
                    AND e.name = 'issue.created' AND e.sequence = 1 + n % {Templates};
                UPDATE organizations SET last_event_sequence = {Templates} + {count} WHERE id = {OrganizationId}
                """
            );
            var watch = Stopwatch.StartNew();
            Run.worker.Services.GetRequiredService<OutboxSignal>().Wake();
            return watch;
        }

        /// <summary>Commits one more event.</summary>
        /// <returns>Its number in the log.</returns>
        public async Task<long> AddAsync() =>
            (long)
                (
                    await ScalarAsync(
                        Run.database,
                        $"""
                        WITH log AS (UPDATE organizations SET last_event_sequence = last_event_sequence + 1
                          WHERE id = {OrganizationId} RETURNING last_event_sequence AS n)
                        INSERT INTO events (organization_id, sequence, event_id, name, project_id, issue_id, actor_id, cause,
                          facts, occurred_at)
                        SELECT e.organization_id, n, 'evt_' || md5(e.organization_id || '-' || n), e.name, e.project_id,
                          e.issue_id, e.actor_id, e.cause, e.facts, now()
                        FROM log JOIN events e ON e.organization_id = {OrganizationId} AND e.name = 'issue.created'
                          AND e.sequence = 1 + n % {Templates}
                        RETURNING sequence
                        """
                    )
                )!;

        public async Task<Dictionary<long, long>> EventsByDeliveryAsync()
        {
            await using var command = Run.database.CreateCommand(
                "SELECT d.id, e.sequence FROM webhook_deliveries d JOIN events e ON e.id = d.logged_event_id "
                    + $"WHERE d.organization_id = {OrganizationId}"
            );
            await using var rows = await command.ExecuteReaderAsync();
            Dictionary<long, long> events = [];
            while (await rows.ReadAsync())
                events[rows.GetInt64(0)] = rows.GetInt64(1);
            return events;
        }

        public async Task<long> CountAsync(string state) =>
            (long)
                (
                    await ScalarAsync(
                        Run.database,
                        $"SELECT COUNT(*) FROM webhook_deliveries WHERE organization_id = {OrganizationId} AND state = '{state}'"
                    )
                )!;

        public async Task<double> SecondsAsync()
        {
            var end = (DateTime)
                (
                    await ScalarAsync(
                        Run.database,
                        $"SELECT MAX(completed_at) FROM webhook_deliveries WHERE organization_id = {OrganizationId}"
                    )
                )!;
            return (end - begun.UtcDateTime).TotalSeconds;
        }

        /// <summary>Stops the endpoints, so that hanging requests do not affect the next round.</summary>
        public async Task EndAsync()
        {
            await ScalarAsync(Run.database, $"UPDATE webhooks SET active = false WHERE organization_id = {OrganizationId}");
            while (
                (long)
                    (
                        await ScalarAsync(
                            Run.database,
                            $"SELECT COUNT(*) FROM webhook_deliveries WHERE organization_id = {OrganizationId} AND "
                                + "state = 'pending'"
                        )
                    )! > 0
            )
                await Task.Delay(100);
        }
    }

    private sealed class Arrivals
    {
        private TaskCompletionSource whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
        private int missing = int.MaxValue;

        public Task AllArrived => whole.Task;

        public void Expect(int count)
        {
            whole = new(TaskCreationOptions.RunContinuationsAsynchronously);
            Volatile.Write(ref missing, count);
        }

        public void Count()
        {
            if (Interlocked.Decrement(ref missing) == 0)
                whole.TrySetResult();
        }
    }
}
