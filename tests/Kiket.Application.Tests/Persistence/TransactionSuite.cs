using Kiket.Application.Issues;
using Kiket.Application.Milestones;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Several saves are kept together or not at all, also inside the transaction of an idempotency key.</summary>
public abstract class TransactionSuite(TestDatabase database)
{
    private static readonly Error Refusal = Error.Forbidden("No.");

    [Fact]
    public async Task Many_who_save_a_single_row_at_once_all_succeed()
    {
        var workspace = await Workspace.NewAsync(database);

        await Task.WhenAll(Enumerable.Range(0, 16).Select(writer => Task.Run(async () =>
        {
            for (var i = 0; i < 40; i++)
                await workspace.AddUserAsync($"writer{writer}.{i}@example.com");
        })));

        await using var session = workspace.SignIn();
        Assert.Equal(1 + (16 * 40), await session.Db.Users.CountAsync());
    }

    [Fact]
    public async Task Success_keeps_every_save()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        var result = await session.Db.InTransactionAsync<int>(() => SaveTwoAsync(session, 2), default);

        Assert.Equal(2, result.Value);
        Assert.Equal(["A", "B"], await KeysAsync(workspace));
    }

    [Fact]
    public async Task A_refusal_keeps_none()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        var result = await session.Db.InTransactionAsync<int>(() => SaveTwoAsync(session, Refusal), default);

        Assert.Equal(Refusal, result.Error);
        Assert.Empty(await KeysAsync(workspace));
    }

    [Fact]
    public async Task An_exception_keeps_none_and_is_passed_on()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        await Assert.ThrowsAsync<TimeoutException>(() => session.Db.InTransactionAsync<int>(() => FailAsync(session), default));

        Assert.Empty(await KeysAsync(workspace));
    }

    [Fact]
    public async Task Inside_another_transaction_success_waits_for_the_outer_commit()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        await using (var outer = await session.Db.Database.BeginTransactionAsync())
            await session.Db.InTransactionAsync<int>(() => SaveTwoAsync(session, 2), default);
        Assert.Empty(await KeysAsync(workspace));

        session.Db.Forget();
        await using (var outer = await session.Db.Database.BeginTransactionAsync())
        {
            await session.Db.InTransactionAsync<int>(() => SaveTwoAsync(session, 2), default);
            await outer.CommitAsync();
        }

        Assert.Equal(["A", "B"], await KeysAsync(workspace));
    }

    [Theory]
    [InlineData("refusal")]
    [InlineData("exception")]
    [InlineData("unique violation")]
    public async Task Inside_another_transaction_a_failure_undoes_its_own_saves_only(string failure)
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();

        await using (var outer = await session.Db.Database.BeginTransactionAsync())
        {
            await AddAsync(session, "BEFORE");
            if (failure == "refusal")
                Assert.True((await session.Db.InTransactionAsync<int>(() => SaveTwoAsync(session, Refusal), default)).IsRefused);
            else if (failure == "exception")
                await Assert.ThrowsAsync<TimeoutException>(() => session.Db.InTransactionAsync<int>(() => FailAsync(session), default));
            else
                await Assert.ThrowsAsync<DbUpdateException>(() => session.Db.InTransactionAsync<int>(() => AddTwiceAsync(session), default));

            session.Db.Forget();
            await AddAsync(session, "LATER");
            await outer.CommitAsync();
        }

        Assert.Equal(["BEFORE", "LATER"], await KeysAsync(workspace));
    }

    [Fact]
    public async Task A_transition_answers_with_its_own_outcome_though_the_issue_is_deleted_right_after()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = IssueRef.Of((await workspace.AddIssueAsync(new() { Title = "Contested" })).Id);
        await using var session = workspace.SignIn();
        var (saved, deletion) = (false, Task.CompletedTask);
        database.Statements.Begin(async sql =>
        {
            if (saved && deletion.IsCompleted && sql.StartsWith("SELECT", StringComparison.Ordinal))
            {
                // It may have to wait for the transition; then it comes second.
                deletion = Task.Run(() => DeleteAsync(workspace, issue));
                await Task.WhenAny(deletion, Task.Delay(300));
            }

            saved |= sql.Contains("UPDATE", StringComparison.Ordinal);
        });

        var moved = await session.SendAsync(new TransitionIssueCommand(issue, "in_progress", null, null));
        await deletion;

        Assert.Equal("in_progress", moved.Value.Status);
        await using var reader = workspace.SignIn();
        Assert.False(await reader.Db.Issues.AnyAsync(i => i.Id == issue.Id));
    }

    [Fact]
    public async Task A_milestone_that_is_deleted_while_an_issue_joins_it_leaves_neither_a_failure_nor_a_dead_reference()
    {
        var workspace = await Workspace.NewAsync(database);
        var project = ProjectRef.Of((await workspace.AddProjectAsync()).Id);
        var issue = IssueRef.Of((await workspace.AddIssueAsync(new() { Title = "Joins" })).Id);
        await using var session = workspace.SignIn();
        var milestone = (await session.SendAsync(new CreateMilestoneCommand(project, new() { Name = "Going" }))).Value.Id;
        Task? deletion = null;
        database.Statements.Begin(async sql =>
        {
            if (deletion is null && sql.Contains("UPDATE", StringComparison.Ordinal) && sql.Contains("milestone_id", StringComparison.Ordinal))
            {
                deletion = Task.Run(async () =>
                {
                    await using var other = workspace.SignIn();
                    Assert.Null((await other.SendAsync(new DeleteMilestoneCommand(project, milestone, null))).Error);
                });
                await Task.WhenAny(deletion, Task.Delay(300));
            }
        });

        var joined = await session.SendAsync(new UpdateIssueCommand(issue, new() { MilestoneId = milestone }, null, null));
        await deletion!;

        Assert.Contains(joined.Error?.Code, new[] { null, ErrorCodes.ValidationError });
        await using var reader = workspace.SignIn();
        Assert.Null((await reader.Db.Issues.SingleAsync(i => i.Id == issue.Id)).MilestoneId);
    }

    private static async Task DeleteAsync(Workspace workspace, IssueRef issue)
    {
        await using var session = workspace.SignIn();
        Assert.Null((await session.SendAsync(new DeleteIssueCommand(issue, null))).Error);
    }

    private static async Task<Result<int>> SaveTwoAsync(Session session, Result<int> result)
    {
        await AddAsync(session, "A");
        await AddAsync(session, "B");
        return result;
    }

    private static async Task<Result<int>> FailAsync(Session session)
    {
        await AddAsync(session, "A");
        throw new TimeoutException();
    }

    private static async Task<Result<int>> AddTwiceAsync(Session session)
    {
        await AddAsync(session, "A");
        await AddAsync(session, "A");
        return 2;
    }

    private static async Task AddAsync(Session session, string key)
    {
        var organization = session.Get<Abstractions.ICurrentActor>().Actor.OrganizationId;
        session.Db.Projects.Add(Project.Start(organization, key, new() { Name = "Kept?" }, DateTimeOffset.UnixEpoch).Value);
        await session.Db.SaveChangesAsync();
    }

    private static async Task<List<string>> KeysAsync(Workspace workspace)
    {
        await using var reader = workspace.SignIn();
        return await reader.Db.Projects.OrderBy(p => p.Id).Select(p => p.Key).ToListAsync();
    }
}

public sealed class SqliteTransactionTests(SqliteDatabase database) : TransactionSuite(database);

public sealed class PostgreSqlTransactionTests(PostgreSqlDatabase database) : TransactionSuite(database);

public sealed class SqlServerTransactionTests(SqlServerDatabase database) : TransactionSuite(database);
