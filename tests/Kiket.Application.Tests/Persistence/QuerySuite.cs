using Kiket.Application.Issues;
using Kiket.Domain.Issues;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Filters, orders and bulk changes that databases tend to interpret differently.</summary>
public abstract class QuerySuite(TestDatabase database)
{
    [Fact]
    public async Task A_label_filter_takes_any_of_a_group_and_needs_every_group()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        await workspace.AddIssueAsync(new() { Title = "both", Labels = new[] { "bug", "ui" } });
        await workspace.AddIssueAsync(new() { Title = "bug", Labels = new[] { "bug" } });
        await workspace.AddIssueAsync(new() { Title = "part", Labels = new[] { "bugs", "u" } });
        await workspace.AddIssueAsync(new() { Title = "none" });

        Assert.Equal(
            ["both"],
            await TitlesAsync(
                workspace,
                new()
                {
                    Labels =
                    [
                        ["bug"],
                        ["ui"],
                    ],
                }
            )
        );
        Assert.Equal(
            ["both", "bug", "part"],
            await TitlesAsync(
                workspace,
                new()
                {
                    Labels =
                    [
                        ["bug", "u"],
                    ],
                }
            )
        );
        Assert.Empty(
            await TitlesAsync(
                workspace,
                new()
                {
                    Labels =
                    [
                        ["BUG"],
                    ],
                }
            )
        );
    }

    [Theory]
    [InlineData("cafe", "Café im Garten")]
    [InlineData("CAFÉ GARTEN", "Café im Garten")]
    [InlineData("100%", "100% done")]
    [InlineData("snake_case", "a snake_case name")]
    [InlineData("[x]", "brackets [x]")]
    [InlineData("back\\slash", "a back\\slash")]
    [InlineData("it's", "it's quoted")]
    [InlineData("%", "100% done")]
    [InlineData("_", "a snake_case name")]
    [InlineData("nowhere", null)]
    public async Task A_search_folds_accents_and_case_and_takes_metacharacters_as_they_are(string words, string? found)
    {
        string[] titles =
        [
            "Café im Garten",
            "100% done",
            "100 percent",
            "a snake_case name",
            "a snakeXcase name",
            "brackets [x]",
            "brackets x",
            "a back\\slash",
            "it's quoted",
        ];
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        foreach (var title in titles)
            await workspace.AddIssueAsync(new() { Title = title });

        var matches = await TitlesAsync(workspace, new() { Search = words });

        Assert.Equal(found is null ? [] : [found], matches);
    }

    [Fact]
    public async Task Issues_without_a_value_to_sort_by_come_last_in_both_directions()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        await workspace.AddIssueAsync(new() { Title = "none" });
        await workspace.AddIssueAsync(new() { Title = "late", DueDate = new DateOnly(2026, 12, 1) });
        await workspace.AddIssueAsync(new() { Title = "soon", DueDate = new DateOnly(2026, 1, 1) });

        Assert.Equal(["soon", "late", "none"], await TitlesAsync(workspace, new(), "due_date asc"));
        Assert.Equal(["late", "soon", "none"], await TitlesAsync(workspace, new(), "due_date desc"));
    }

    [Fact]
    public async Task Issues_sort_by_key_as_by_number()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        for (var number = 1; number <= 11; number++)
            await workspace.AddIssueAsync(new() { Title = $"{number}" });

        Assert.Equal(Enumerable.Range(1, 11).Select(n => $"{n}"), await TitlesAsync(workspace, new(), "key asc"));
    }

    [Fact]
    public async Task Assignees_are_found_by_id_address_and_absence()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var (ann, bob) = (await workspace.AddUserAsync("ann@example.com"), await workspace.AddUserAsync("bob@example.com"));
        await workspace.AddIssueAsync(new() { Title = "ann", AssigneeId = ann.Id });
        await workspace.AddIssueAsync(new() { Title = "bob", AssigneeId = bob.Id });
        await workspace.AddIssueAsync(new() { Title = "mine", AssigneeId = workspace.Admin.UserId });
        await workspace.AddIssueAsync(new() { Title = "nobody" });

        Assert.Equal(["ann"], await TitlesAsync(workspace, new() { Assignee = [$"{ann.Id}"] }));
        Assert.Equal(["bob"], await TitlesAsync(workspace, new() { Assignee = ["BOB@example.com"] }));
        Assert.Equal(["mine"], await TitlesAsync(workspace, new() { Assignee = ["me"] }));
        Assert.Equal(["nobody"], await TitlesAsync(workspace, new() { Assignee = ["unassigned"] }));
        Assert.Equal(
            ["ann", "bob", "nobody"],
            await TitlesAsync(workspace, new() { Assignee = ["ann@example.com", $"{bob.Id}", "unassigned"] })
        );
        Assert.Empty(await TitlesAsync(workspace, new() { Assignee = ["nobody@example.com"] }));
    }

    [Fact]
    public async Task Moving_an_issue_moves_everything_below_it_and_nothing_else()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var top = await workspace.AddIssueAsync(new() { Title = "top", IssueType = "Epic" });
        var middle = await workspace.AddIssueAsync(
            new()
            {
                Title = "middle",
                IssueType = "Epic",
                ParentId = top.Id,
            }
        );
        var low = await workspace.AddIssueAsync(
            new()
            {
                Title = "low",
                IssueType = "Epic",
                ParentId = middle.Id,
            }
        );
        var leaf = await workspace.AddIssueAsync(new() { Title = "leaf", ParentId = low.Id });
        var beside = await workspace.AddIssueAsync(new() { Title = "beside", ParentId = top.Id });
        var target = await workspace.AddIssueAsync(new() { Title = "target", IssueType = "Epic" });

        await using (var session = workspace.SignIn())
        {
            var moved = await session.SendAsync(
                new UpdateIssueCommand(IssueRef.Of(middle.Id), new() { ParentId = target.Id }, null, null)
            );
            Assert.Null(moved.Error);
        }

        await using var reader = workspace.SignIn();
        var now = await reader.Db.Issues.ToDictionaryAsync(i => i.Id);
        Assert.Equal($"/{target.Id}/", now[middle.Id].HierarchyPath);
        Assert.Equal($"/{target.Id}/{middle.Id}/", now[low.Id].HierarchyPath);
        Assert.Equal($"/{target.Id}/{middle.Id}/{low.Id}/", now[leaf.Id].HierarchyPath);
        Assert.Equal((1, 2, 3), (now[middle.Id].HierarchyDepth, now[low.Id].HierarchyDepth, now[leaf.Id].HierarchyDepth));
        Assert.All([middle, low, leaf], issue => Assert.Equal(target.Id, now[issue.Id].RootId));
        Assert.Equal(leaf.Version + 1, now[leaf.Id].Version);
        Assert.True(now[leaf.Id].UpdatedAt > leaf.UpdatedAt);
        Assert.Equal(
            ($"/{top.Id}/", top.Id, beside.Version),
            (now[beside.Id].HierarchyPath, now[beside.Id].RootId!.Value, now[beside.Id].Version)
        );
    }

    [Fact]
    public async Task Deleting_an_issue_makes_roots_of_its_children_with_everything_below_them()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var top = await workspace.AddIssueAsync(new() { Title = "top", IssueType = "Epic" });
        var middle = await workspace.AddIssueAsync(
            new()
            {
                Title = "middle",
                IssueType = "Epic",
                ParentId = top.Id,
            }
        );
        var leaf = await workspace.AddIssueAsync(new() { Title = "leaf", ParentId = middle.Id });

        await using (var session = workspace.SignIn())
            Assert.Null((await session.SendAsync(new DeleteIssueCommand(IssueRef.Of(top.Id), null))).Error);

        await using var reader = workspace.SignIn();
        var now = await reader.Db.Issues.ToDictionaryAsync(i => i.Id);
        Assert.Equal([middle.Id, leaf.Id], now.Keys.Order());
        Assert.Equal(
            ("/", null, null, 0),
            (now[middle.Id].HierarchyPath, now[middle.Id].ParentId, now[middle.Id].RootId, now[middle.Id].HierarchyDepth)
        );
        Assert.Equal(
            ($"/{middle.Id}/", middle.Id, 1),
            (now[leaf.Id].HierarchyPath, now[leaf.Id].RootId!.Value, now[leaf.Id].HierarchyDepth)
        );
    }

    private static async Task<List<string>> TitlesAsync(Workspace workspace, IssueFilter filter, string? sort = null)
    {
        await using var session = workspace.SignIn();
        var page = await session.SendAsync(new ListIssuesQuery(filter, new(null, null, sort ?? "id asc")));
        return [.. page.Value.Items.Select(i => i.Title)];
    }
}

public sealed class SqliteQueryTests(SqliteDatabase database) : QuerySuite(database);

public sealed class PostgreSqlQueryTests(PostgreSqlDatabase database) : QuerySuite(database);

public sealed class SqlServerQueryTests(SqlServerDatabase database) : QuerySuite(database);
