using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Issues;

public sealed class IssueListTests(KiketServer server)
{
    [Fact]
    public async Task Every_filter_holds_the_issues_that_it_names()
    {
        var tenant = await server.NewTenantAsync();
        var (developerId, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var legal = await tenant.AddProjectAsync("LEGAL");
        await tenant.AddProjectAsync("SALES");
        var milestone = await tenant.Admin.PostJsonAsync("/api/v1/projects/LEGAL/milestones", new { name = "M1" }).CreatedAsync();
        var epic = await tenant.AddIssueAsync(
            "LEGAL",
            "Épic one",
            new
            {
                issue_type = "Epic",
                priority = "critical",
                due_date = "2026-12-01",
            }
        );
        await tenant.AddIssueAsync(
            "LEGAL",
            "Two 100% [sure]_",
            new
            {
                parent_id = (long)epic["id"]!,
                assigned_to = developerId,
                labels = new[] { "a", "b" },
                description = "A snake",
            }
        );
        await tenant.AddIssueAsync(
            "LEGAL",
            "Three",
            new
            {
                issue_type = "bug",
                status = "done",
                milestone_id = (long)milestone["id"]!,
                labels = new[] { "c" },
            }
        );
        await tenant.AddIssueAsync(
            "SALES",
            "Four",
            new
            {
                assigned_to = tenant.AdminId,
                priority = "low",
                labels = new[] { "a" },
                due_date = "2026-12-02",
            }
        );

        async Task Holds(string query, params string[] keys) =>
            Assert.Equal(
                keys,
                (await tenant.Admin.GetAsync($"/api/v1/issues?sort=id&{query}").OkAsync())["data"]!
                    .AsArray()
                    .Select(i => (string?)i!["key"])
            );

        await Holds("", "LEGAL-1", "LEGAL-2", "LEGAL-3", "SALES-1");
        await Holds("project=LEGAL", "LEGAL-1", "LEGAL-2", "LEGAL-3");
        await Holds($"project_id={legal["id"]}", "LEGAL-1", "LEGAL-2", "LEGAL-3");
        await Holds("project_key=sales", "SALES-1");
        await Holds("project=NOWHERE");
        await Holds("status=done", "LEGAL-3");
        await Holds("status=done,backlog", "LEGAL-1", "LEGAL-2", "LEGAL-3", "SALES-1");
        await Holds("assignee=me", "SALES-1");
        await Holds("assignee=unassigned", "LEGAL-1", "LEGAL-3");
        await Holds($"assigned_to={developerId}", "LEGAL-2");
        await Holds($"assignee_id={developerId},me", "LEGAL-2", "SALES-1");
        await Holds("assignee=ADMIN@example.com", "SALES-1");
        await Holds("assignee=unassigned,me", "LEGAL-1", "LEGAL-3", "SALES-1");
        await Holds("label=a", "LEGAL-2", "SALES-1");
        await Holds("label=a&label=b", "LEGAL-2");
        await Holds("label=b,a", "LEGAL-2", "SALES-1");
        await Holds("issue_type=BUG,epic", "LEGAL-1", "LEGAL-3");
        await Holds("priority=critical,low", "LEGAL-1", "SALES-1");
        await Holds($"milestone_id={milestone["id"]}", "LEGAL-3");
        await Holds($"parent_id={epic["id"]}", "LEGAL-2");
        await Holds("search=EPIC", "LEGAL-1");
        await Holds("search=snake two", "LEGAL-2");
        await Holds("search=100%25", "LEGAL-2");
        await Holds("search=%5Bsure%5D_", "LEGAL-2");
        await Holds("search=_", "LEGAL-2");
        await Holds("due_before=2026-12-02", "LEGAL-1");
        await Holds("due_after=2026-12-02", "SALES-1");
        await Holds($"created_after={epic["created_at"]}", "LEGAL-1", "LEGAL-2", "LEGAL-3", "SALES-1");
        await Holds($"created_before={epic["created_at"]}");
        await Holds("updated_after=2026-01-01&updated_before=2020-01-01");
        await Holds("created_after=2020-01-01T00:00:00%2B02:00&project=SALES", "SALES-1");
        Assert.Equal("LEGAL-2", (string?)(await developer.GetAsync("/api/v1/issues?assignee=me").OkAsync())["data"]![0]!["key"]);
    }

    [Fact]
    public async Task A_state_is_found_in_upper_and_lower_case_alike()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states: { Intake: { type: initial }, In_Progress: { type: active }, DONE: { type: final } }
            transitions: [{ from: Intake, to: In_Progress }, { from: In_Progress, to: DONE }]
            """
        );
        foreach (var status in new[] { "BACKLOG", "IN_progress", "done" })
            await tenant.AddIssueAsync("ACT", status, new { status });
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/ACT-1/transitions", new { transition = new { state = "in_PROGRESS" } })
            .OkAsync();

        foreach (var (path, list) in new[] { ("issues", "data"), ("ext/issues", "issues") })
        {
            async Task Holds(string status, params string[] keys) =>
                Assert.Equal(
                    keys,
                    (await tenant.Admin.GetAsync($"/api/v1/{path}?project=ACT&sort=id&status={status}").OkAsync())[list]!
                        .AsArray()
                        .Select(i => (string?)i!["key"])
                );

            await Holds("In_Progress", "ACT-1", "ACT-2");
            await Holds("in_progress", "ACT-1", "ACT-2");
            await Holds("IN_PROGRESS,Done", "ACT-1", "ACT-2", "ACT-3");
            await Holds("intake");
            await Holds("nowhere");
        }

        Assert.Equal(
            ["DONE", "In_Progress", "In_Progress"],
            (await tenant.Admin.GetAsync("/api/v1/issues?project=ACT&sort=status").OkAsync())["data"]!
                .AsArray()
                .Select(i => (string?)i!["status"])
        );
    }

    [Fact]
    public async Task Pages_sort_by_several_keys_break_ties_by_id_and_hold_each_issue_once()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");
        foreach (var priority in new[] { "low", "critical", "low", "medium", "critical", "lowest", "highest" })
            await tenant.AddIssueAsync("LEGAL", "Issue", new { priority });

        async Task<string?[]> Keys(string query) =>
            [
                .. (await tenant.Admin.GetAsync($"/api/v1/issues?{query}").OkAsync())["data"]!
                    .AsArray()
                    .Select(i => ((string?)i!["key"])?[6..]),
            ];

        Assert.Equal(["7", "6", "5", "4", "3", "2", "1"], await Keys(""));
        Assert.Equal(["5", "2", "7", "4", "3", "1", "6"], await Keys("sort=priority desc"));
        Assert.Equal(["2", "5", "7", "4", "1", "3", "6"], await Keys("sort=priority desc,key asc"));
        Assert.Equal(["6", "1", "3", "4", "7", "2", "5"], await Keys("sort=title,priority"));
        Assert.Equal(["6", "1", "3"], await Keys("sort=title,priority&per_page=3"));
        Assert.Equal(["4", "7", "2"], await Keys("sort=title,priority&per_page=3&page=2"));
        Assert.Equal(["5"], await Keys("sort=title,priority&per_page=3&page=3"));
        Assert.Empty(await Keys("page=100000000&per_page=100"));
    }

    [Theory]
    [InlineData("assignee=nobody", "assignee")]
    [InlineData("priority=urgent", "priority")]
    [InlineData("milestone_id=x", "milestone_id")]
    [InlineData("created_after=soon", "created_after")]
    [InlineData("due_before=2026-02-30", "due_before")]
    [InlineData("sort=labels", "sort")]
    [InlineData("page=99999999999", "page")]
    [InlineData("search=a%00b", "search")]
    [InlineData("count=all", "count")]
    [InlineData("count=exact,none", "count")]
    public async Task A_bad_filter_is_named(string query, string parameter)
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.GetAsync($"/api/v1/issues?{query}").RefusedAsync(400, "INVALID_PARAMETER", parameter);
    }

    [Fact]
    public async Task A_list_that_is_not_counted_says_whether_there_is_another_page()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");
        for (var i = 0; i < 5; i++)
            await tenant.AddIssueAsync("LEGAL", "Issue");

        Assert.Equal(
            """{"total":5,"page":1,"per_page":2,"total_pages":3,"total_count":5,"current_page":1}""",
            await MetaAsync("")
        );
        Assert.Equal(
            """{"total":5,"page":1,"per_page":2,"total_pages":3,"total_count":5,"current_page":1}""",
            await MetaAsync("&issue_type=task")
        );
        Assert.Equal(
            """
            {"total":3,"page":1,"per_page":2,"total_pages":2,"total_count":3,"current_page":1,"total_is_estimate":true}
            """,
            await MetaAsync("&issue_type=task&count=none")
        );
        Assert.Equal(
            """{"total":5,"page":3,"per_page":2,"total_pages":3,"total_count":5,"current_page":3}""",
            await MetaAsync("&issue_type=task&count=none&page=3")
        );

        async Task<string> MetaAsync(string query) =>
            (await tenant.Admin.GetAsync($"/api/v1/issues?per_page=2{query}").OkAsync())["meta"]!.ToJsonString();
    }

    [Fact]
    public async Task The_schema_of_one_project_or_of_all_has_the_four_arrays()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await tenant.AddProjectAsync("LEGAL");
        await tenant.AddProjectAsync("SALES");

        var all = await tenant.Admin.GetAsync("/api/v1/issue_schema").OkAsync();
        foreach (
            var path in new[]
            {
                "issue_schema?project_key=LEGAL",
                "issues/schema?project_id=LEGAL",
                "projects/LEGAL/issue_schema",
            }
        )
            Assert.Equal(all.ToJsonString(), (await tenant.Admin.GetAsync($"/api/v1/{path}").OkAsync()).ToJsonString());

        Assert.Equal(["Epic", "UserStory", "Task", "Bug"], all["issue_types"]!.AsArray().Select(t => (string?)t!["key"]));
        Assert.Equal(["low", "medium", "high", "critical"], all["priorities"]!.AsArray().Select(p => (string?)p));
        Assert.Equal(["backlog", "in_progress", "review", "done"], all["statuses"]!.AsArray().Select(s => (string?)s!["key"]));
        Assert.Empty(all["custom_fields"]!.AsArray());
        Assert.All(all["issue_types"]!.AsArray(), t => Assert.DoesNotContain(t!.AsObject(), m => m.Value is null));
        await other.Admin.GetAsync("/api/v1/issue_schema?project_key=LEGAL").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other.Admin.GetAsync("/api/v1/projects/LEGAL/issue_schema").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await (await tenant.WithScopesAsync("projects"))
            .GetAsync("/api/v1/issue_schema")
            .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await tenant.Admin.GetAsync("/api/v1/issue_schema?nothing=1").RefusedAsync(400, "INVALID_PARAMETER", "nothing");
    }
}
