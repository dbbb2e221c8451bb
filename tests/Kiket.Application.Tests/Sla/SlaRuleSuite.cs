using Kiket.Application.Definitions;
using Kiket.Application.Ports;
using Kiket.Application.Tests.Persistence;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Sla;

/// <summary>The limits of versions of workflows, which are read once.</summary>
public abstract class SlaRuleSuite(TestDatabase database)
{
    private const string WithoutLimits = """
        workflow: { id: main, name: Main }
        states: { open: { type: initial }, done: { type: final } }
        transitions: [{ from: open, to: done }]
        """;

    private const string WithLimits = """
        workflow: { id: main, name: Main }
        states: { open: { type: initial, sla: { breach: 5m } }, done: { type: final } }
        transitions: [{ from: open, to: done }]
        """;

    [Fact]
    public async Task Limits_of_a_version_that_is_rolled_back_are_not_kept()
    {
        var workspace = await Workspace.NewAsync(database);
        await ImportAsync(workspace, WithoutLimits);
        await using (var session = workspace.SignIn())
        {
            var rolledBack = await session
                .Get<IUnitOfWork>()
                .RunAsync<bool>(
                    "test",
                    async () =>
                    {
                        await ImportAsync(session, WithLimits);
                        await session.Get<IUnitOfWork>().FlushBatchAsync(default);
                        var issue = await Workspace.AddIssueAsync(session, new() { Title = "Gone" }, "RULES");
                        Assert.True(await session.Db.SlaTimers.AnyAsync(t => t.IssueId == issue.Id));
                        return new Error(ErrorKind.Conflict, ErrorCodes.Conflict, "Not after all.");
                    },
                    default
                );
            Assert.True(rolledBack.IsRefused);
        }

        // On Sqlite it gets the id of the version that was rolled back.
        await ImportAsync(workspace, WithoutLimits.Replace("Main", "Other", StringComparison.Ordinal));
        var kept = await workspace.AddIssueAsync(new() { Title = "Kept" }, "RULES");

        await using var reader = workspace.SignIn();
        Assert.False(await reader.Db.SlaTimers.AnyAsync(t => t.IssueId == kept.Id));
    }

    [Fact]
    public async Task Limits_are_read_once()
    {
        var workspace = await Workspace.NewAsync(database);
        await ImportAsync(workspace, WithLimits);
        await workspace.AddIssueAsync(new() { Title = "first" }, "RULES");

        var statements = database.Statements.Begin();
        var second = await workspace.AddIssueAsync(new() { Title = "second" }, "RULES");

        Assert.Single(statements, s => s.Sql.Contains("workflows", StringComparison.Ordinal));
        await using var session = workspace.SignIn();
        Assert.True(await session.Db.SlaTimers.AnyAsync(t => t.IssueId == second.Id));
    }

    private static async Task ImportAsync(Workspace workspace, string workflow)
    {
        await using var session = workspace.SignIn();
        await ImportAsync(session, workflow);
    }

    private static async Task ImportAsync(Session session, string workflow)
    {
        var file = new DefinitionText(".kiket/workflows/main.yaml", workflow);
        Assert.False((await session.SendAsync(new ImportDefinitionsCommand([file], "RULES", null, false, "test"))).IsRefused);
    }
}

public sealed class SqliteSlaRuleTests(SqliteDatabase database) : SlaRuleSuite(database);

public sealed class PostgreSqlSlaRuleTests(PostgreSqlDatabase database) : SlaRuleSuite(database);
