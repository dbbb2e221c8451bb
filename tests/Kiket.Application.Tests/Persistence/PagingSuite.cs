using System.Text.Json;
using Kiket.Application.Issues;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Pages are read from the nearer end, in parts and by ids, and are still the parts of one list.</summary>
public abstract class PagingSuite(TestDatabase database)
{
    [Fact]
    public async Task Pages_of_any_order_are_the_parts_of_the_whole()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        for (var i = 0; i < 13; i++)
        {
            await workspace.AddIssueAsync(
                new()
                {
                    Title = $"Issue {i % 4}",
                    Priority = (IssuePriority)(i % 3),
                    DueDate = i % 3 == 0 ? null : (DateOnly?)new DateOnly(2026, 1, 1 + (i * 7 % 5)),
                }
            );
        }

        await using var session = workspace.SignIn();
        var issues = await session.Db.Issues.AsNoTracking().ToListAsync();
        var orders = new Dictionary<string, IEnumerable<Issue>>
        {
            ["due_date"] = issues.OrderBy(i => i.DueDate is null).ThenBy(i => i.DueDate).ThenBy(i => i.Id),
            ["due_date desc"] = issues
                .OrderBy(i => i.DueDate is null)
                .ThenByDescending(i => i.DueDate)
                .ThenByDescending(i => i.Id),
            ["due_date desc,title"] = issues
                .OrderBy(i => i.DueDate is null)
                .ThenByDescending(i => i.DueDate)
                .ThenBy(i => i.Title)
                .ThenBy(i => i.Id),
            ["priority desc,due_date"] = issues
                .OrderByDescending(i => i.Priority)
                .ThenBy(i => i.DueDate is null)
                .ThenBy(i => i.DueDate)
                .ThenBy(i => i.Id),
            ["title"] = issues.OrderBy(i => i.Title).ThenBy(i => i.Id),
            ["key desc"] = issues.OrderByDescending(i => i.Id),
        };
        foreach (var (sort, expected) in orders)
        {
            foreach (var mode in new[] { TotalMode.Exact, TotalMode.None })
                Assert.Equal(expected.Select(i => i.Id), await ReadAllAsync(session, sort, mode));
        }
    }

    [Theory]
    [InlineData("created_at desc", 50)]
    [InlineData("created_at desc", 60)]
    [InlineData("due_date", 50)]
    [InlineData("due_date desc", 65)]
    public async Task A_deep_page_is_a_part_of_the_whole(string sort, int page)
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var issue = await workspace.AddIssueAsync(new() { Title = "Copied", DueDate = new DateOnly(2026, 1, 1) });
        await using var session = workspace.SignIn();
        await session.Db.CopyIssueAsync(issue.Id, 600);
        await session.Db.CopyIssueAsync(issue.Id, 2_000, new Dictionary<string, string> { ["due_date"] = "NULL" });
        var issues = await session.Db.Issues.AsNoTracking().ToListAsync();
        var ordered = sort switch
        {
            "due_date" => issues.OrderBy(i => i.DueDate is null).ThenBy(i => i.DueDate).ThenBy(i => i.Id),
            "due_date desc" => issues
                .OrderBy(i => i.DueDate is null)
                .ThenByDescending(i => i.DueDate)
                .ThenByDescending(i => i.Id),
            _ => issues.OrderByDescending(i => i.CreatedAt).ThenByDescending(i => i.Id),
        };

        var found = await session.SendAsync(new ListIssuesQuery(new(), new(page, 25, sort)));

        Assert.Equal(ordered.Skip((page - 1) * 25).Take(25).Select(i => i.Id), found.Value.Items.Select(i => i.Id));
    }

    [Fact]
    public async Task The_newest_issues_of_a_project_are_the_same_by_any_query()
    {
        var workspace = await Workspace.NewAsync(database);
        var project = await workspace.AddProjectAsync();
        await workspace.AddProjectAsync("OTHER");
        var parent = await workspace.AddIssueAsync(new() { Title = "Issue 0", IssueType = "UserStory" });
        for (var i = 1; i < 7; i++)
            await workspace.AddIssueAsync(new() { Title = $"Issue {i}", ParentId = i % 2 == 0 ? parent.Id : null });
        await workspace.AddIssueAsync(new() { Title = "Elsewhere" }, "OTHER");
        await using var session = workspace.SignIn();
        // Ties are broken by id.
        await session.Db.Issues.ExecuteUpdateAsync(i => i.SetProperty(x => x.CreatedAt, DateTimeOffset.UnixEpoch));

        foreach (var reference in new[] { ProjectRef.Of(project.Id), Project("LEGAL") })
        {
            foreach (var (number, rows) in new[] { (1, 3), (2, 3), (3, 1), (4, 0) })
            {
                var filter = new IssueFilter { Project = reference };
                var usual = (await session.SendAsync(new ListIssuesQuery(filter, new(number, 3, null)))).Value;
                var sorted = (await session.SendAsync(new ListIssuesQuery(filter, new(number, 3, "created_at desc")))).Value;

                Assert.Equal(JsonSerializer.Serialize(sorted), JsonSerializer.Serialize(usual));
                Assert.Equal((7, rows), (usual.Total, usual.Items.Count));
            }
        }
    }

    [Fact]
    public async Task The_issues_of_a_project_that_the_reader_cannot_see_are_an_empty_page()
    {
        var workspace = await Workspace.NewAsync(database);
        var project = await workspace.AddProjectAsync();
        await workspace.AddIssueAsync(new() { Title = "Hidden" });
        await using (var admin = workspace.SignIn())
            await admin.Db.Projects.ExecuteUpdateAsync(p => p.SetProperty(x => x.Visibility, ProjectVisibility.Private));
        var member = await workspace.AddUserAsync("reader@example.com");
        var readers = new[]
        {
            (new Actor(workspace.Admin.OrganizationId, member.Id, OrganizationRole.Developer), 0),
            (workspace.Admin, 1),
        };
        foreach (var (actor, expected) in readers)
        {
            await using var session = new Session(workspace.Services, actor);
            foreach (var reference in new[] { ProjectRef.Of(project.Id), Project("LEGAL"), Project("NONE") })
            {
                var page = (await session.SendAsync(new ListIssuesQuery(new() { Project = reference }, new(1, 25, null)))).Value;

                var isThere = reference != Project("NONE");
                Assert.Equal((isThere ? expected : 0, isThere ? expected : 0), (page.Total, page.Items.Count));
            }
        }
    }

    private static ProjectRef Project(string key) => ProjectRef.TryParse(key, out var project) ? project : default;

    private static async Task<List<IssueId>> ReadAllAsync(Session session, string sort, TotalMode mode)
    {
        // Another filter than project and state, or the total would be exact.
        var filter = new IssueFilter { Assignee = [IssueFilter.Unassigned] };
        List<IssueId> ids = [];
        for (var page = 1; ; page++)
        {
            var read = (await session.SendAsync(new ListIssuesQuery(filter, new(page, 4, sort), mode))).Value;
            ids.AddRange(read.Items.Select(i => i.Id));
            if (page >= read.TotalPages)
                return ids;
        }
    }
}

public sealed class SqlitePagingTests(SqliteDatabase database) : PagingSuite(database);

public sealed class PostgreSqlPagingTests(PostgreSqlDatabase database) : PagingSuite(database);

public sealed class SqlServerPagingTests(SqlServerDatabase database) : PagingSuite(database);
