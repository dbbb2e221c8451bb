using System.Text.Json;
using Kiket.Domain.Actions;
using Kiket.Infrastructure.Events;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Events cost little if nothing reacts to them, and are processed as soon as something does.</summary>
public abstract class ListenerSuite(TestDatabase database)
{
    [Fact]
    public async Task Events_that_nothing_listens_to_are_skipped_without_being_read()
    {
        // On a database of its own, because the processor also takes the events of other tests.
        await using var alone = (TestDatabase)Activator.CreateInstance(database.GetType())!;
        await alone.InitializeAsync();
        var workspace = await Workspace.NewAsync(alone);
        await workspace.AddProjectAsync();
        await workspace.AddIssueAsync(new() { Title = "first" });
        await ReactAsync(workspace); // reads what the project and its workflow listen to
        for (var n = 0; n < 3; n++)
            await workspace.AddIssueAsync(new() { Title = $"{n}" });

        var statements = alone.Statements.Begin();
        var done = await ReactAsync(workspace);

        Assert.Equal(3, done);
        Assert.Equal(3, statements.Count);
        Assert.All(
            statements.Where(s => !s.Sql.Contains("postponed_events", StringComparison.Ordinal)),
            s => Assert.DoesNotContain("facts", s.Sql, StringComparison.Ordinal)
        );
    }

    [Fact]
    public async Task A_project_that_begins_to_listen_reacts_to_events_from_then_on()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var before = await workspace.AddIssueAsync(new() { Title = "before" });
        await ReactAsync(workspace);
        await using (var session = workspace.SignIn())
        {
            var project = await session.Db.Projects.SingleAsync();
            var parameters = JsonSerializer.SerializeToElement(new { labels = new[] { "heard" } });
            project.UseSchema(
                project.Schema with
                {
                    Automations =
                    [
                        new Automation("label", "Label")
                        {
                            Events = ["issue.created"],
                            Actions = [new("add_labels", parameters)],
                        },
                    ],
                },
                DateTimeOffset.UnixEpoch
            );
            await session.Db.SaveChangesAsync();
        }

        var after = await workspace.AddIssueAsync(new() { Title = "after" });
        await ReactAsync(workspace);

        await using var reader = workspace.SignIn();
        var labelled = await reader.Db.Issues.ToDictionaryAsync(i => i.Id, i => i.Labels);
        Assert.Empty(labelled[before.Id]);
        Assert.Equal(["heard"], labelled[after.Id]);
    }

    private static async Task<int> ReactAsync(Workspace workspace)
    {
        await using var session = workspace.SignIn();
        return await session.Get<OutboxProcessor>().RunAsync(TestContext.Current.CancellationToken);
    }
}

public sealed class SqliteListenerTests(SqliteDatabase database) : ListenerSuite(database);

public sealed class PostgreSqlListenerTests(PostgreSqlDatabase database) : ListenerSuite(database);
