using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Infrastructure;
using Microsoft.EntityFrameworkCore.Migrations;

namespace Kiket.Application.Tests.Persistence;

/// <summary>The stored counts of issues always equal the real ones.</summary>
public abstract class IssueCountSuite(TestDatabase database)
{
    private static readonly PageRequest First = new(null, 2, null);

    [Fact]
    public async Task Counts_follow_creations_moves_and_deletions()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        await workspace.AddProjectAsync("OTHER");
        var moved = await workspace.AddIssueAsync(new() { Title = "Moved" });
        var deleted = await workspace.AddIssueAsync(new() { Title = "Deleted" });
        await workspace.AddIssueAsync(new() { Title = "Still" });
        await workspace.AddIssueAsync(new() { Title = "Elsewhere" }, "OTHER");
        await using var session = workspace.SignIn();
        foreach (var state in new[] { "in_progress", "review", "done", "in_progress" })
            Assert.Null((await session.SendAsync(Move(moved.Id.Value, state))).Error);
        Assert.Null((await session.SendAsync(new DeleteIssueCommand(IssueRef.Of(deleted.Id), default))).Error);

        await AssertCountedAsync(workspace);
        Assert.Equal(3, await TotalAsync(session, new()));
        Assert.Equal(2, await TotalAsync(session, new() { Project = ProjectRef.Of(moved.ProjectId) }));
        Assert.Equal(1, await TotalAsync(session, new() { Status = ["In_Progress"] }));
        Assert.Equal(0, await TotalAsync(session, new() { Status = ["review"] }));
        Assert.Equal(1, await TotalAsync(session, new() { Project = ProjectRef.Of(moved.ProjectId), Status = ["backlog"] }));
    }

    [Fact]
    public async Task What_is_refused_or_rehearsed_is_not_counted()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = await workspace.AddIssueAsync(new() { Title = "Only" });
        await using var session = workspace.SignIn();
        var work = session.Get<IUnitOfWork>();

        Assert.NotNull((await session.SendAsync(Move(issue.Id.Value, "done"))).Error);
        await work.RehearseAsync("test", AddAsync, default);
        var result = await work.RunAsync<bool>(
            "test",
            async () =>
            {
                await work.RunAsync("test", AddAsync, default);
                return Error.Forbidden("No.");
            },
            default
        );
        await work.RunAsync<bool>(
            "test",
            async () =>
            {
                await work.RehearseAsync("test", AddAsync, default);
                return true;
            },
            default
        );

        Assert.NotNull(result.Error);
        await AssertCountedAsync(workspace);
        Assert.Equal(1, await TotalAsync(session, new()));

        Task<Result<IssueDto>> AddAsync() =>
            session.SendAsync(new CreateIssueCommand(ProjectRef.Of(issue.ProjectId), new() { Title = "Not kept" }, null));
    }

    [Fact]
    public async Task Writers_at_the_same_time_are_all_counted_while_counts_are_summed_up()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();

        await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(writer =>
                    Task.Run(async () =>
                    {
                        for (var i = 0; i < 5; i++)
                        {
                            var issue = await workspace.AddIssueAsync(new() { Title = $"Issue {writer}.{i}" });
                            await using var session = workspace.SignIn();
                            Assert.Null((await session.SendAsync(Move(issue.Id.Value, "in_progress"))).Error);
                            if (writer < 2)
                                await IssueCountSums.SumAsync(session.Db, workspace.Admin.OrganizationId, default);
                        }
                    })
                )
        );

        await AssertCountedAsync(workspace);
        await using var last = workspace.SignIn();
        await IssueCountSums.SumAsync(last.Db, workspace.Admin.OrganizationId, default);
        var sum = await last.Db.IssueCounts.SingleAsync();
        Assert.Equal(("in_progress", 40), (sum.Status.Value, sum.Change));
        await AssertCountedAsync(workspace);
    }

    [Fact]
    public async Task A_filter_among_many_issues_counts_up_to_a_bound_and_more_when_asked()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var rare = await workspace.AddIssueAsync(new() { Title = "Rare", IssueType = "Bug" });
        var common = await workspace.AddIssueAsync(new() { Title = "Common" });
        await using var session = workspace.SignIn();
        await session.Db.CopyIssueAsync(common.Id, IssueTotals.MaxCountedAmong);
        await session.Db.CopyIssueAsync(rare.Id, 1);
        var tasks = new IssueFilter { IssueType = ["task"] };

        var bounded = await ListAsync(session, tasks, First);
        Assert.Equal((IssueTotals.MaxCounted, true), (bounded.Total, bounded.IsEstimate));

        // A client that reads on until the last page finds all.
        var beyond = await ListAsync(session, tasks, First with { Page = 4_000 });
        Assert.Equal((8_001, true, 2), (beyond.Total, beyond.IsEstimate, beyond.Items.Count));
        Assert.Equal(4_001, beyond.TotalPages);
        var last = await ListAsync(session, tasks, First with { Page = 5_001 });
        Assert.Equal((IssueTotals.MaxCountedAmong + 1, false, 1), (last.Total, last.IsEstimate, last.Items.Count));
        Assert.Empty((await ListAsync(session, tasks, First with { Page = int.MaxValue })).Items);

        var exact = await ListAsync(session, tasks, First, TotalMode.Exact);
        Assert.Equal((IssueTotals.MaxCountedAmong + 1, false), (exact.Total, exact.IsEstimate));
        var few = await ListAsync(session, new() { IssueType = ["bug"] }, First with { PerPage = 1 });
        Assert.Equal((2, false), (few.Total, few.IsEstimate));
        var uncounted = await ListAsync(session, tasks, First, TotalMode.None);
        Assert.Equal((3, true, 2), (uncounted.Total, uncounted.IsEstimate, uncounted.Items.Count));
        var all = await ListAsync(session, new(), First, TotalMode.None);
        Assert.Equal((IssueTotals.MaxCountedAmong + 3, false), (all.Total, all.IsEstimate));
    }

    [Fact]
    public async Task An_upgrade_counts_the_issues_that_are_there()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = await workspace.AddIssueAsync(new() { Title = "Deleted" });
        await workspace.AddIssueAsync(new() { Title = "First" });
        await workspace.AddIssueAsync(new() { Title = "Second" });
        await using var session = workspace.SignIn();
        await session.SendAsync(new DeleteIssueCommand(IssueRef.Of(issue.Id), default));
        await session.Db.IssueCounts.ExecuteDeleteAsync();

        var migrations = session.Db.GetService<IMigrationsAssembly>();
        var id = migrations.Migrations.Keys.Single(m => m.EndsWith("_IssueCounts", StringComparison.Ordinal));
        var fill = migrations
            .CreateMigration(migrations.Migrations[id], session.Db.Database.ProviderName!)
            .UpOperations.OfType<Microsoft.EntityFrameworkCore.Migrations.Operations.SqlOperation>()
            .Single();
        await session.Db.Database.ExecuteSqlRawAsync(
            fill.Sql.Replace("WHERE", $"WHERE organization_id = {workspace.Admin.OrganizationId} AND ", StringComparison.Ordinal)
        );

        await AssertCountedAsync(workspace);
        Assert.Equal(2, await TotalAsync(session, new()));
    }

    private static TransitionIssueCommand Move(long issue, string to) => new(IssueRef.Of(new(issue)), to, null, default);

    private static async Task<Page<IssueDto>> ListAsync(
        Session session,
        IssueFilter filter,
        PageRequest page,
        TotalMode total = TotalMode.Estimate
    ) => (await session.SendAsync(new ListIssuesQuery(filter, page, total))).Value;

    private static async Task<int> TotalAsync(Session session, IssueFilter filter) =>
        (await ListAsync(session, filter, First)).Total;

    private static async Task AssertCountedAsync(Workspace workspace)
    {
        await using var session = workspace.SignIn();
        var counted = await session
            .Db.Issues.GroupBy(i => new
            {
                i.ProjectId,
                i.WorkflowId,
                i.Status,
            })
            .Select(g => new { g.Key, Count = g.Count() })
            .ToListAsync();
        var kept = await session
            .Db.IssueCounts.GroupBy(c => new
            {
                c.ProjectId,
                c.WorkflowId,
                c.Status,
            })
            .Select(g => new { g.Key, Count = g.Sum(c => c.Change) })
            .Where(g => g.Count != 0)
            .ToListAsync();
        Assert.Equal(
            counted.Select(g => (g.Key.ProjectId, g.Key.WorkflowId, g.Key.Status, g.Count)).Order(),
            kept.Select(g => (g.Key.ProjectId, g.Key.WorkflowId, g.Key.Status, g.Count)).Order()
        );
    }
}

public sealed class SqliteIssueCountTests(SqliteDatabase database) : IssueCountSuite(database);

public sealed class PostgreSqlIssueCountTests(PostgreSqlDatabase database) : IssueCountSuite(database);

public sealed class SqlServerIssueCountTests(SqlServerDatabase database) : IssueCountSuite(database);
