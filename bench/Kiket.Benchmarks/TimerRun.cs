using System.Diagnostics;
using System.Globalization;
using Kiket.Application.Definitions;
using Kiket.Application.Issues;
using Kiket.Application.Organizations;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Users;
using Kiket.Infrastructure;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Sla;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Logging;
using Npgsql;

namespace Kiket.Benchmarks;

/// <summary>
/// The cost of a pass over the due SLA timers among many others: it claims and handles 1,000 of 10,000 open ones, and then 1,000
/// of 1,000,000.
/// </summary>
internal static class TimerRun
{
    private const string OtherVariable = "KIKET_TEST_POSTGRES";
    private const int Issues = 10_000;
    private const int Due = 1_000;
    private const int Few = 10_000;
    private const int Many = 1_000_000;
    private const int Rounds = 5;
    private const double MostTimes = 2;

    private const string Workflow = """
        workflow: { id: main, name: Main }
        states: { open: { type: initial, sla: { breach: 1h } }, done: { type: final } }
        transitions: [{ from: open, to: done }]
        """;

    public static async Task<int> RunAsync()
    {
        var server =
            Environment.GetEnvironmentVariable(DeliveryRun.Variable) ?? Environment.GetEnvironmentVariable(OtherVariable);
        if (string.IsNullOrEmpty(server))
        {
            await Console.Error.WriteLineAsync(
                $"{DeliveryRun.Variable} or {OtherVariable} holds the connection string of a PostgreSQL on which a "
                    + "database can be made."
            );
            return 2;
        }

        var name = $"kiket_bench_{Guid.NewGuid():N}";
        await using var maintenance = NpgsqlDataSource.Create(server);
        if (await ScalarAsync(maintenance, "SHOW fsync") is not "on")
        {
            await Console.Error.WriteLineAsync("fsync is off, so the measured writes would not be durable.");
            return 2;
        }

        await ScalarAsync(maintenance, $"CREATE DATABASE {name}");
        try
        {
            return await MeasureAsync(new NpgsqlConnectionStringBuilder(server) { Database = name }.ToString());
        }
        finally
        {
            await ScalarAsync(maintenance, $"DROP DATABASE {name} WITH (FORCE)");
        }
    }

    private static async Task<int> MeasureAsync(string connection)
    {
        var configuration = new ConfigurationBuilder()
            .AddInMemoryCollection(
                new Dictionary<string, string?>
                {
                    ["Database:Provider"] = "PostgreSql",
                    ["ConnectionStrings:Kiket"] = connection,
                    ["DataProtection:KeysPath"] = Directory.CreateTempSubdirectory("kiket-bench-").FullName,
                }
            )
            .Build();
        await using var services = new ServiceCollection()
            .AddLogging(log => log.SetMinimumLevel(LogLevel.Warning))
            .AddKiketInfrastructure(configuration)
            .BuildServiceProvider();
        await using var database = NpgsqlDataSource.Create(connection);
        await using var scope = services.CreateAsyncScope();
        var columns = await PrepareAsync(scope.ServiceProvider);
        var processor = services.GetRequiredService<SlaProcessor>();

        await PassAsync(database, processor, columns); // warms up
        var few = await MeasureAsync(database, processor, columns, Few);
        var many = await MeasureAsync(database, processor, columns, Many);
        var times = many / few;
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{Many:N0} open timers cost {times:0.00} times what {Few:N0} do (limit {MostTimes:0.00})."
            )
        );
        return times <= MostTimes ? 0 : 1;
    }

    /// <summary>The median of some passes over so many open timers.</summary>
    private static async Task<double> MeasureAsync(
        NpgsqlDataSource database,
        SlaProcessor processor,
        IReadOnlyList<string> columns,
        int open
    )
    {
        var missing =
            open - Due - (long)(await ScalarAsync(database, "SELECT COUNT(*) FROM sla_timers WHERE stopped_at IS NULL"))!;
        await CopyAsync(database, columns, (int)missing, "now() + interval '1 day' + n * interval '1 second'");
        await ScalarAsync(database, "VACUUM ANALYZE sla_timers");
        await ScalarAsync(database, "CHECKPOINT");
        List<(double Whole, double Claims)> passes = [];
        for (var round = 0; round < Rounds; round++)
            passes.Add(await PassAsync(database, processor, columns));
        var (median, claims) = (
            passes.Select(p => p.Whole).Order().ElementAt(Rounds / 2),
            passes.Select(p => p.Claims).Order().ElementAt(Rounds / 2)
        );
        var each = string.Join(' ', passes.Select(p => p.Whole.ToString("0.00", CultureInfo.InvariantCulture)));
        Console.WriteLine(
            string.Create(
                CultureInfo.InvariantCulture,
                $"{open:N0} open timers, {Due:N0} due: {median:0.00} s ({each}), of which the claims {claims:0.00} s"
            )
        );
        return median;
    }

    /// <summary>
    /// Makes timers due, handles them as the job does, and returns the seconds that this took, and those for the claims.
    /// </summary>
    private static async Task<(double Whole, double Claims)> PassAsync(
        NpgsqlDataSource database,
        SlaProcessor processor,
        IReadOnlyList<string> columns
    )
    {
        await CopyAsync(database, columns, Due, "now() - n * interval '1 millisecond'");
        var before = (long)(await ScalarAsync(database, "SELECT COUNT(*) FROM sla_events"))!;
        var (whole, claims, handled) = (Stopwatch.StartNew(), new Stopwatch(), 0);
        while (true)
        {
            claims.Start();
            var claimed = await processor.ClaimAsync(CancellationToken.None);
            claims.Stop();
            if (claimed.Count == 0)
                break;
            foreach (var timer in claimed)
                handled += await processor.ProcessAsync(timer, CancellationToken.None) ? 1 : 0;
        }

        whole.Stop();
        var raised = (long)(await ScalarAsync(database, "SELECT COUNT(*) FROM sla_events"))! - before;
        if ((handled, raised) != (Due, Due))
            throw new InvalidOperationException($"{handled} timers were handled and {raised} events raised, not {Due}.");

        // The handled timers are closed, so that every pass finds the same number.
        await ScalarAsync(database, "UPDATE sla_timers SET stopped_at = now() WHERE status = 'breached' AND stopped_at IS NULL");
        return (whole.Elapsed.TotalSeconds, claims.Elapsed.TotalSeconds);
    }

    /// <summary>Copies of the first timer, each of another issue, that are breached at an instant.</summary>
    private static Task<object?> CopyAsync(NpgsqlDataSource database, IReadOnlyList<string> columns, int count, string due) =>
        ScalarAsync(
            database,
            $"""
            INSERT INTO sla_timers ({string.Join(", ", columns)})
            SELECT {string.Join(
                ", ",
                columns.Select(c =>
                    c switch
                    {
                        "issue_id" => $"t.issue_id + n % {Issues}",
                        "next_at" or "breaches_at" => due,
                        _ => $"t.{c}",
                    }
                )
            )}
            FROM generate_series(1, {count}) n CROSS JOIN (SELECT * FROM sla_timers ORDER BY id LIMIT 1) t
            """
        );

    /// <summary>A project with issues, and the first timer.</summary>
    /// <returns>The columns of timers.</returns>
    private static async Task<IReadOnlyList<string>> PrepareAsync(IServiceProvider services)
    {
        var (db, mediator) = (services.GetRequiredService<KiketDbContext>(), services.GetRequiredService<IMediator>());
        await db.Database.MigrateAsync(CancellationToken.None);
        var founded = (await mediator.Send(new CreateOrganizationCommand("Bench", "admin@example.com", null, null))).Value;
        services
            .GetRequiredService<CurrentActor>()
            .SignIn(new(founded.OrganizationId, founded.AdminId, OrganizationRole.Admin), []);
        var project = (
            await mediator.Send(
                new ImportDefinitionsCommand([new(".kiket/workflows/main.yaml", Workflow)], "BENCH", null, false, "bench")
            )
        )
            .Value
            .Project;
        var issue = (
            await mediator.Send(new CreateIssueCommand(ProjectRef.Of(project.Id!.Value), new() { Title = "Late" }, null))
        ).Value;
        var columns = ColumnsOf(typeof(Domain.Issues.Issue));
        var values = columns.Select(c =>
            c switch
            {
                "number" => "1 + n",
                "key" => "'BENCH-' || (1 + n)",
                _ => $"i.{c}",
            }
        );
        var copies =
            $"INSERT INTO issues ({string.Join(", ", columns)}) SELECT {string.Join(", ", values)} FROM "
            + $"generate_series(1, {Issues}) n JOIN issues i ON i.id = {issue.Id} ORDER BY n";
        await db.Database.ExecuteSqlRawAsync(copies);

        // The first timer is a pattern: it is never due.
        await db.Database.ExecuteSqlRawAsync(
            "UPDATE sla_timers SET planned_at = now() - interval '1 day', next_at = now() + interval '1 year', "
                + "breaches_at = now() + interval '1 year'"
        );
        return ColumnsOf(typeof(SlaTimer));

        List<string> ColumnsOf(Type type) =>
            [.. db.Model.FindEntityType(type)!.GetProperties().Where(p => !p.IsPrimaryKey()).Select(p => p.GetColumnName())];
    }

    private static async Task<object?> ScalarAsync(NpgsqlDataSource database, string sql)
    {
        await using var command = database.CreateCommand(sql);
        command.CommandTimeout = 0;
        return await command.ExecuteScalarAsync();
    }
}
