using Kiket.Application.Issues;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
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
