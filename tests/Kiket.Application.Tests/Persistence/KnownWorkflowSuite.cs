using Kiket.Application.Issues;
using Kiket.Application.Workflows;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application.Tests.Persistence;

/// <summary>The definition that an issue follows is read once, and a new version is used immediately.</summary>
public abstract class KnownWorkflowSuite(TestDatabase database)
{
    [Fact]
    public async Task A_definition_is_read_once()
    {
        var (workspace, issue) = await BeginAsync();
        await StatesAsync(workspace, issue);
        await using var session = workspace.SignIn();

        var sent = database.Statements.Begin();
        await session.SendAsync(new ListIssueTransitionsQuery(issue));

        Assert.NotEmpty(sent);
        Assert.DoesNotContain(sent, s => s.Sql.Contains("workflows", StringComparison.Ordinal));
    }

    [Fact]
    public async Task An_issue_that_gets_another_version_shows_it_at_once_on_every_node()
    {
        var (workspace, issue) = await BeginAsync();
        await using var other = KiketServices.On(database.Provider, database.Connection);
        var elsewhere = workspace with { Services = other };
        Assert.Equal(["in_progress"], await StatesAsync(workspace, issue));
        Assert.Equal(["in_progress"], await StatesAsync(elsewhere, issue));

        await using (var session = workspace.SignIn())
        {
            var published = await PublishAsync(session, issue, "review");
            await session
                .Db.Issues.Where(i => i.Id == issue.Id)
                .ExecuteUpdateAsync(s => s.SetProperty(i => i.WorkflowId, published));
        }

        Assert.Equal(["review"], await StatesAsync(workspace, issue));
        Assert.Equal(["review"], await StatesAsync(elsewhere, issue));
    }

    [Fact]
    public async Task A_version_that_is_rolled_back_is_not_kept()
    {
        var (workspace, reference) = await BeginAsync();
        var workflows = database.Services.GetRequiredService<KnownWorkflows>();
        await using var session = workspace.SignIn();
        var issue = await session.Db.Issues.AsNoTracking().SingleAsync(i => i.Id == reference.Id);
        await using (await session.Db.Database.BeginTransactionAsync())
        {
            var published = await PublishAsync(session, reference, "review");
            session.Db.ChangeTracker.Clear();
            await session
                .Db.Issues.Where(i => i.Id == issue.Id)
                .ExecuteUpdateAsync(s => s.SetProperty(i => i.WorkflowId, published));
            issue = await session.Db.Issues.AsNoTracking().SingleAsync(i => i.Id == reference.Id);
            Assert.NotNull(
                (await workflows.DefinitionOfAsync(session.Db, issue, default)).FindTransition(new("backlog"), "review")
            );
        }

        await Assert.ThrowsAsync<InvalidOperationException>(async () =>
            await workflows.DefinitionOfAsync(session.Db, issue, default)
        );
    }

    private async Task<(Workspace, IssueRef)> BeginAsync()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = await workspace.AddIssueAsync(new() { Title = "Moves" });
        return (workspace, IssueRef.Of(issue.Id));
    }

    /// <summary>The states that the issue can go to.</summary>
    private static async Task<IEnumerable<string>> StatesAsync(Workspace workspace, IssueRef issue)
    {
        await using var session = workspace.SignIn();
        return (await session.SendAsync(new ListIssueTransitionsQuery(issue))).Value.Transitions.Select(t => t.To.Value);
    }

    /// <summary>Publishes a version with one way out of the backlog.</summary>
    private static async Task<long> PublishAsync(Session session, IssueRef issue, string to)
    {
        var builtIn = WorkflowDefinition.BuiltIn;
        var definition = builtIn with
        {
            Transitions =
            [
                .. builtIn.Transitions.Where(t => t.From.Value != "backlog"),
                builtIn.Transitions[0] with
                {
                    From = new("backlog"),
                    To = new(to),
                },
            ],
        };
        var project = await session.Db.Issues.Where(i => i.Id == issue.Id).Select(i => i.ProjectId).SingleAsync();
        var version = Workflow
            .Publish(
                await session.Db.Issues.Where(i => i.Id == issue.Id).Select(i => i.OrganizationId).SingleAsync(),
                project,
                "default",
                2,
                definition,
                null,
                DateTimeOffset.UnixEpoch
            )
            .Value;
        session.Db.Workflows.Add(version);
        await session.Db.SaveChangesAsync();
        return version.Id;
    }
}

public sealed class SqliteKnownWorkflowTests(SqliteDatabase database) : KnownWorkflowSuite(database);

public sealed class PostgreSqlKnownWorkflowTests(PostgreSqlDatabase database) : KnownWorkflowSuite(database);
