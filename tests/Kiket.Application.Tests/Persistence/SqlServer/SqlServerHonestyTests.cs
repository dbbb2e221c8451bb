using Ardalis.Specification;
using Kiket.Infrastructure.Approvals;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;
using Xunit.Sdk;

namespace Kiket.Application.Tests.Persistence.SqlServer;

/// <summary>
/// No SQL Server runs here, so at least Microsoft's own parser reads the statements for it (architecture, section 3).
/// </summary>
public sealed class SqlServerHonestyTests(RequestSamples samples) : IClassFixture<RequestSamples>
{
    public static TheoryData<string> Requests =>
        [
            .. typeof(DependencyInjection)
                .Assembly.GetTypes()
                .Where(t => t.IsAssignableTo(typeof(IBaseRequest)) && !t.IsInterface)
                .Select(t => t.Name),
        ];

    public static TheoryData<string> Specifications =>
        [.. typeof(DependencyInjection).Assembly.GetTypes().Where(t => IsSpecification(t.BaseType)).Select(t => t.Name)];

    [Fact]
    public void The_parser_refuses_what_is_not_sql_of_this_server()
    {
        Assert.ThrowsAny<XunitException>(() => TSql.Parse("SELECT TOP(1) [id] FORM [issues]"));
        Assert.ThrowsAny<XunitException>(() => TSql.Parse("SELECT id FROM issues ORDER BY id LIMIT 25"));
    }

    [Fact]
    public void The_idempotent_script_of_the_migrations_parses()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);

        var script = TSql.Parse(db.GetService<IMigrator>().GenerateScript(options: MigrationsSqlGenerationOptions.Idempotent));

        Assert.NotEmpty(script.Batches);
    }

    [Fact]
    public void The_question_whether_readers_see_snapshots_parses()
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);

        Assert.NotEmpty(TSql.Parse(DatabaseSchema.SnapshotSetting(db).Take(2).ToQueryString()).Batches);
    }

    [Theory]
    [MemberData(nameof(Specifications))]
    public void A_specification_translates_and_parses(string name)
    {
        using var db = new SqlServerDesignTimeFactory().CreateDbContext([]);
        Assert.True(
            SpecificationSamples.All.TryGetValue(name, out var queries),
            $"Add samples of {name} to SpecificationSamples."
        );

        Assert.All(queries(db), query => Assert.NotEmpty(TSql.Parse(query).Batches));
    }

    [Theory]
    [MemberData(nameof(Requests))]
    public async Task A_request_takes_the_same_path_as_on_Sqlite_and_all_its_statements_parse(string name)
    {
        Assert.True(
            samples.All.TryGetValue(name, out var requests),
            $"Add samples of {name} to RequestSamples; at least one that succeeds."
        );

        var (successes, statements) = (0, 0);
        foreach (var (actor, request) in samples.Actors.SelectMany(actor => requests.Select(request => (actor, request))))
        {
            var transcript = new Transcript();
            var onSqlite = await samples.SendOnSqliteAsync(actor, request, transcript);
            await using var server = new ParsingSqlServer(transcript);
            var onSqlServer = await RequestSamples.SendOnSqlServerAsync(actor, request, server);

            Assert.Equal(0, transcript.Remaining);
            Assert.Equal(onSqlite, onSqlServer);
            successes += onSqlite is null ? 1 : 0;
            statements += server.Statements.Count;
        }

        Assert.NotEqual(0, successes);
        Assert.NotEqual(0, statements);
    }

    [Fact]
    public async Task The_outbox_with_its_actions_takes_the_same_path_as_on_Sqlite_and_all_its_statements_parse()
    {
        var statements = await WorkAsync(
            services => services.GetRequiredService<OutboxProcessor>().RunAsync(TestContext.Current.CancellationToken),
            20
        );

        Assert.Contains(
            statements,
            s => s.Contains("UPDATE", StringComparison.Ordinal) && s.Contains("[event_cursors]", StringComparison.Ordinal)
        );
        foreach (
            var table in new[]
            {
                "notifications",
                "issue_changes",
                "issues",
                "approvals",
                "milestones",
                "project_members",
                "checklist_marks",
            }
        )
            Assert.Contains(statements, s => s.Contains($"[{table}]", StringComparison.Ordinal));
    }

    [Fact]
    public async Task The_escalation_of_approvals_takes_the_same_path_as_on_Sqlite_and_all_its_statements_parse()
    {
        var statements = await WorkAsync(
            services =>
                ActivatorUtilities.CreateInstance<EscalationJob>(services).RunAsync(TestContext.Current.CancellationToken),
            1
        );

        Assert.Contains(statements, s => s.Contains("[escalates_at] <=", StringComparison.Ordinal));
        Assert.Contains(statements, s => s.Contains("INSERT INTO [notifications]", StringComparison.Ordinal));
    }

    private static bool IsSpecification(Type? type) =>
        type is { IsGenericType: true } && type.GetGenericTypeDefinition() == typeof(Specification<>);

    /// <summary>Does the same work on Sqlite and through the SQL Server provider.</summary>
    /// <param name="least">The minimum amount of work.</param>
    private async Task<IReadOnlyCollection<string>> WorkAsync(Func<IServiceProvider, Task<int>> work, int least)
    {
        var transcript = new Transcript();
        var (onSqlite, onSqlServer) = (0, 0);
        await samples.WorkOnSqliteAsync(async services => onSqlite = await LaterAsync(services), transcript);
        await using var server = new ParsingSqlServer(transcript);
        await RequestSamples.WorkOnSqlServerAsync(async services => onSqlServer = await LaterAsync(services), server);

        Assert.Equal(0, transcript.Remaining);
        Assert.Equal(onSqlite, onSqlServer);
        Assert.InRange(onSqlite, least, int.MaxValue);
        return server.Statements;

        Task<int> LaterAsync(IServiceProvider services)
        {
            // Other names than those in the samples.
            ((FakeTimeProvider)services.GetRequiredService<TimeProvider>()).Advance(TimeSpan.FromHours(1));
            return work(services);
        }
    }
}
