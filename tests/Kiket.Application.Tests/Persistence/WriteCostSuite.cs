using System.Text.Json;
using Kiket.Application.Comments;
using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>The statements of a write, and that its response equals a later read.</summary>
public abstract class WriteCostSuite(TestDatabase database)
{
    [Fact]
    public async Task Writes_take_no_more_statements_than_this()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = await workspace.AddIssueAsync(new() { Title = "first" });
        Assert.True(IssueRef.TryParse(issue.Key, out var reference));

        Assert.Equal(10, await CountAsync(() => workspace.AddIssueAsync(new() { Title = "second", Labels = new[] { "ui" } })));
        Assert.Equal(
            8,
            await CountAsync(() =>
                SendAsync(workspace, new UpdateIssueCommand(reference, new() { Title = "new" }, null, default))
            )
        );
        Assert.Equal(
            11, // including the query for guards, whose result is cached briefly (KnownGuardSuite)
            await CountAsync(() => SendAsync(workspace, new TransitionIssueCommand(reference, "in_progress", null, default)))
        );
        Assert.Equal(6, await CountAsync(() => CommentAsync(workspace, reference)));
    }

    [Fact]
    public async Task The_answer_to_a_write_is_what_a_read_gives_afterwards()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var ben = await workspace.AddUserAsync("ben@example.com");
        var epic = await workspace.AddIssueAsync(new() { Title = "epic", IssueType = "Epic" });
        Assert.True(IssueRef.TryParse("LEGAL-2", out var reference));
        IssueEdit[] edits =
        [
            new()
            {
                Title = "renamed",
                StoryPoints = 2.5m,
                Labels = new[] { "b", "a" },
            },
            new() { AssigneeId = ben.Id },
            new() { Description = "with an assignee" },
            new() { ParentId = epic.Id },
            new() { DueDate = new DateOnly(2026, 3, 1) },
            new() { AssigneeId = (UserId?)null, ParentId = (IssueId?)null },
        ];

        await AssertReadsSameAsync(await workspace.AddIssueAsync(new() { Title = "plain", StoryPoints = 3 }));
        foreach (var edit in edits)
            await AssertReadsSameAsync(await SendAsync(workspace, new UpdateIssueCommand(reference, edit, null, default)));
        await AssertReadsSameAsync(
            await SendAsync(workspace, new TransitionIssueCommand(reference, "in_progress", null, default))
        );
        await AssertReadsSameAsync(
            await SendAsync(workspace, new UpdateIssueCommand(reference, new() { Title = "both" }, "review", default))
        );
        await AssertReadsSameAsync(
            await workspace.AddIssueAsync(
                new()
                {
                    Title = "child",
                    AssigneeId = ben.Id,
                    ParentId = epic.Id,
                }
            )
        );

        async Task AssertReadsSameAsync(IssueDto answer)
        {
            Assert.True(IssueRef.TryParse(answer.Key, out var written));
            await using var session = workspace.SignIn();
            var read = (await session.SendAsync(new GetIssueQuery(written))).Value;
            Assert.Equal(JsonSerializer.Serialize(read, WireJson.Options), JsonSerializer.Serialize(answer, WireJson.Options));
        }
    }

    [Fact]
    public async Task Counters_are_taken_late_because_others_wait_for_them_until_the_commit()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        await workspace.AddIssueAsync(new() { Title = "first" });

        var statements = database.Statements.Begin();
        await workspace.AddIssueAsync(new() { Title = "second" });

        var sent = statements.Select(s => s.Sql.Replace("\"", "", StringComparison.Ordinal)).ToList();
        var ofProject = sent.FindIndex(s => s.StartsWith("UPDATE projects SET last_issue_number", StringComparison.Ordinal));
        var ofLog = sent.FindIndex(s => s.StartsWith("UPDATE organizations SET last_event_sequence", StringComparison.Ordinal));

        // Between the two, the issue, its history and its count are written, and its limits are read.
        Assert.DoesNotContain(sent[..ofProject], s => s.Contains("INSERT", StringComparison.Ordinal));
        Assert.InRange(ofLog - ofProject, 1, 5);
        Assert.Equal(sent.Count - 1, ofLog);
        Assert.Contains("last_audit_sequence", sent[ofLog], StringComparison.Ordinal);
    }

    [Fact]
    public async Task The_answer_to_a_comment_is_what_a_read_gives_afterwards()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        await workspace.AddIssueAsync(new() { Title = "first" });
        Assert.True(IssueRef.TryParse("LEGAL-1", out var reference));

        var answer = await CommentAsync(workspace, reference);

        await using var session = workspace.SignIn();
        var read = (await session.SendAsync(new GetCommentQuery(reference, answer.Id))).Value;
        Assert.Equal(JsonSerializer.Serialize(read, WireJson.Options), JsonSerializer.Serialize(answer, WireJson.Options));
    }

    [Fact]
    public async Task A_definition_is_parsed_once_for_all_who_read_it_and_again_when_it_has_changed()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var first = await ReadSchemaAsync();
        var again = await ReadSchemaAsync();
        await using (var session = workspace.SignIn())
        {
            var project = await session.Db.Projects.SingleAsync();
            project.UseSchema(project.Schema with { DefaultWorkflow = "other" }, DateTimeOffset.UnixEpoch);
            await session.Db.SaveChangesAsync();
        }

        var changed = await ReadSchemaAsync();

        Assert.Same(first, again);
        Assert.Equal("other", changed.DefaultWorkflow);
        Assert.NotEqual("other", first.DefaultWorkflow);

        async Task<ProjectSchema> ReadSchemaAsync()
        {
            await using var session = workspace.SignIn();
            return (await session.Db.Projects.SingleAsync()).Schema;
        }
    }

    [Fact]
    public async Task Many_events_of_one_write_are_numbered_without_gaps()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        for (var n = 0; n < 3; n++)
            await workspace.AddIssueAsync(new() { Title = $"{n}" });
        await using (var session = workspace.SignIn())
        {
            var issues = await session.Db.Issues.ToListAsync();
            var done = await session
                .Get<Kiket.Application.Ports.IUnitOfWork>()
                .RunAsync<int>(
                    "test",
                    async () =>
                    {
                        session.Db.ChangeTracker.Clear();
                        foreach (var issue in await session.Db.Issues.ToListAsync())
                        {
                            for (var n = 0; n < 50; n++)
                                issue.AnnounceMove(new($"s{n}"), workspace.Admin.UserId, DateTimeOffset.UnixEpoch);
                        }

                        return issues.Count;
                    },
                    default
                );
            Assert.False(done.IsRefused);
        }

        await using var reader = workspace.SignIn();
        var events = await reader.Db.Events.OrderBy(e => e.Sequence).ToListAsync();
        Assert.Equal(Enumerable.Range(1, events.Count).Select(n => (long)n), events.Select(e => e.Sequence));
        Assert.InRange(events.Count, 150, 170);
        Assert.Equal(Enumerable.Range(0, 50).Select(n => $"s{n}"), events.Skip(events.Count - 50).Select(e => e.Facts.To));
        Assert.Equal(events.Count, await reader.Db.Organizations.Select(o => o.LastEventSequence).MaxAsync());
    }

    private static async Task<CommentDto> CommentAsync(Workspace workspace, IssueRef issue)
    {
        await using var session = workspace.SignIn();
        return (await session.SendAsync(new CreateCommentCommand(issue, "Seen."))).Value;
    }

    private static async Task<IssueDto> SendAsync(Workspace workspace, ICommand<Domain.Common.Result<IssueDto>> command)
    {
        await using var session = workspace.SignIn();
        return (await session.SendAsync(command)).Value;
    }

    /// <summary>The statements between BEGIN and COMMIT.</summary>
    private async Task<int> CountAsync(Func<Task> write)
    {
        var statements = database.Statements.Begin();
        await write();
        return statements.Sum(s => s.Sql.Split(';').Count(part => !string.IsNullOrWhiteSpace(part)));
    }
}

public sealed class SqliteWriteCostTests(SqliteDatabase database) : WriteCostSuite(database);

public sealed class PostgreSqlWriteCostTests(PostgreSqlDatabase database) : WriteCostSuite(database);
