using Kiket.Application.Definitions;
using Kiket.Application.Ports;
using Kiket.Application.Tests.Persistence;
using Kiket.Domain.Common;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Sla;

/// <summary>An import of limits and a move of an issue at the same time, on a database with concurrent writers.</summary>
public sealed class PostgreSqlSlaRaceTests(PostgreSqlDatabase database)
{
    private const string Main = """
        workflow: { id: main, name: Main }
        states: { open: { type: initial }, doing: {}, done: { type: final } }
        transitions: [{ from: open, to: doing }, { from: doing, to: done }]
        """;

    private static readonly DefinitionText Limits = new(
        ".kiket/workflow_sla_definitions.yml",
        "- { id: doing, status: doing, max_duration_minutes: 5 }"
    );

    [Fact]
    public async Task An_issue_that_moves_while_limits_are_imported_comes_under_them()
    {
        var workspace = await Workspace.NewAsync(database);
        await ImportAsync(workspace, new(".kiket/workflows/main.yaml", Main));
        var id = (await workspace.AddIssueAsync(new() { Title = "Any" }, "RACE")).Id;
        await using var mover = workspace.SignIn();
        var work = mover.Get<IUnitOfWork>();
        var import = Task.CompletedTask;
        await work.RunAsync<bool>(
            "test",
            async () =>
            {
                await MoveAsync(mover.Db, id, workspace.Admin.UserId);
                await work.FlushBatchAsync(default);
                import = Task.Run(() => ImportAsync(workspace, Limits));
                await Task.WhenAny(import, WaitingAsync(workspace));
                Assert.False(import.IsCompleted, "The import does not wait for the move.");
                return true;
            },
            default
        );
        await import;

        await using var session = workspace.SignIn();
        Assert.Equal("doing", (await session.Db.SlaTimers.SingleAsync(t => t.IssueId == id)).RuleKey);
    }

    [Fact]
    public async Task A_move_that_waits_for_an_import_sees_its_limits()
    {
        var workspace = await Workspace.NewAsync(database);
        await ImportAsync(workspace, new(".kiket/workflows/main.yaml", Main));
        var id = (await workspace.AddIssueAsync(new() { Title = "Any" }, "RACE")).Id;
        await using var importer = workspace.SignIn();
        var move = Task.CompletedTask;
        await importer
            .Get<IUnitOfWork>()
            .RunAsync<bool>(
                "test",
                async () =>
                {
                    await importer.SendAsync(new ImportDefinitionsCommand([Limits], "RACE", null, false, "test"));
                    move = Task.Run(async () =>
                    {
                        await using var mover = workspace.SignIn();
                        await mover
                            .Get<IUnitOfWork>()
                            .RunAsync<bool>("test", async () => await MoveAsync(mover.Db, id, workspace.Admin.UserId), default);
                    });
                    await Task.WhenAny(move, WaitingAsync(workspace));
                    Assert.False(move.IsCompleted, "The move does not wait for the import.");
                    return true;
                },
                default
            );
        await move;

        await using var session = workspace.SignIn();
        Assert.Equal("doing", (await session.Db.SlaTimers.SingleAsync(t => t.IssueId == id)).RuleKey);
    }

    private static async Task ImportAsync(Workspace workspace, DefinitionText file)
    {
        await using var session = workspace.SignIn();
        Assert.False((await session.SendAsync(new ImportDefinitionsCommand([file], "RACE", null, false, "test"))).IsRefused);
    }

    private static async Task<bool> MoveAsync(KiketDbContext db, IssueId id, UserId actor)
    {
        var issue = await db.Issues.SingleAsync(i => i.Id == id);
        var workflow = await db.Workflows.AsNoTracking().SingleAsync(w => w.Id == issue.WorkflowId);
        var at = issue.UpdatedAt.AddMinutes(1);
        var context = new Domain.Workflows.MoveContext(issue.ToFacts(null, null, at));
        Assert.False(issue.Move(workflow.Definition.From(new("open")).Single(), workflow, context, actor, at, out _).IsRefused);
        return true;
    }

    /// <summary>Ends when somebody waits for a lock on the database of this test.</summary>
    private static async Task WaitingAsync(Workspace workspace)
    {
        await using var session = workspace.SignIn();
        for (var looks = 0; looks < 600; looks++)
        {
            if (
                await session
                    .Db.Database.SqlQueryRaw<int>(
                        "SELECT COUNT(*)::int AS \"Value\" FROM pg_stat_activity WHERE datname = current_database() "
                            + "AND wait_event_type = 'Lock' AND wait_event IN ('transactionid', 'tuple')"
                    )
                    .SingleAsync() > 0
            )
                return;
            await Task.Delay(50);
        }
    }
}
