using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Capacity;

public sealed class RecommendationTests(CapacityServer capacity) : IClassFixture<CapacityServer>
{
    private readonly KiketServer server = capacity.Server;

    [Fact]
    public async Task The_least_work_moves_to_somebody_with_room_and_the_reasons_say_why()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (busy, free) = (await tenant.AddWorkerAsync(10, ["LEGAL"]), await tenant.AddWorkerAsync(10, ["LEGAL"]));
        await tenant.AssignAsync(busy, 8);
        await tenant.AssignAsync(busy, 5);
        var small = await tenant.AssignAsync(busy, 3, new { due_date = "2026-12-22" }, title: "Small");
        await tenant.AssignAsync(free, 1);

        var plan = await tenant.RecommendAsync();

        // 16 of 10: at least 6 points have to go; 3 and 5 together are 8, and so is the 8 alone, which is one move less.
        var step = Assert.Single(plan["data"]!.AsArray())!;
        Assert.Equal(
            ["id", "type", "issue", "from_user", "to_user", "reasons", "confidence", "impact"],
            step.AsObject().Select(p => p.Key)
        );
        Assert.Equal(("reassign", 8m), ((string?)step["type"], (decimal)step["issue"]!["points"]!));
        Assert.Equal((busy, free), ((long)step["from_user"]!["id"]!, (long)step["to_user"]!["id"]!));
        Assert.Equal("""{"from":{"before":160,"after":80},"to":{"before":10,"after":90}}""", step["impact"]!.ToJsonString());
        Assert.Equal(
            """{"max_utilization":{"before":160,"after":90},"moved_points":8,"optimal":true}""",
            plan["summary"]!.ToJsonString()
        );
        Assert.InRange((decimal)step["confidence"]!, 0.5m, 1);
        var reasons = step["reasons"]!.AsArray().Select(r => (string?)r).ToList();
        Assert.Contains(reasons, r => r!.EndsWith("has 16 points open and can do 10 a week (160 %).", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r!.EndsWith("has 1 of 10, and 9 with this issue (90 %).", StringComparison.Ordinal));
        Assert.Contains(reasons, r => r!.EndsWith("works in LEGAL.", StringComparison.Ordinal));
        Assert.Contains("Nobody has started it.", reasons);
        Assert.Equal(plan.ToJsonString(), (await tenant.RecommendAsync()).ToJsonString());
        Assert.NotEqual(small, (long)step["issue"]!["id"]!);
    }

    [Fact]
    public async Task Skills_membership_roles_and_due_dates_decide_who_may_have_it()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var busy = await tenant.AddWorkerAsync(5, ["LEGAL"], "contracts");
        var unskilled = await tenant.AddWorkerAsync(50, ["LEGAL"]);
        await tenant.AddWorkerAsync(50, [], "contracts"); // no member
        var (reader, _) = await tenant.AddUserAsync(OrganizationRole.Viewer);
        await tenant
            .Admin.PatchJsonAsync($"/api/v1/users/{reader}", new { capacity = 50, expertise_tags = new[] { "contracts" } })
            .OkAsync();
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects/LEGAL/members", new { user_id = reader, role = "member" })
            .CreatedAsync();
        var skilled = await tenant.AddWorkerAsync(20, ["LEGAL"], "Contracts");
        await tenant.AssignAsync(busy, 5);
        await tenant.AssignAsync(
            busy,
            6,
            new { labels = new[] { "contracts", "other" }, due_date = "2026-12-22" },
            title: "Skilled"
        );

        // Until Tuesday the skilled member can do 8 points.
        var plan = await tenant.RecommendAsync();
        var moves = Moves(plan);
        Assert.Equal([$"Skilled {skilled}"], moves);
        Assert.Contains(
            plan["data"]![0]!["reasons"]!.AsArray(),
            r => ((string?)r)!.EndsWith("knows what it needs: contracts.", StringComparison.Ordinal)
        );
        Assert.Contains(
            plan["data"]![0]!["reasons"]!.AsArray(),
            r => ((string?)r)!.EndsWith("can do 8 points.", StringComparison.Ordinal)
        );

        // With 3 points due until then that nobody else can take, only 5 remain.
        await tenant.AssignAsync(skilled, 3, new { labels = new[] { "contracts" }, due_date = "2026-12-22" });
        var other = Assert.Single((await tenant.RecommendAsync())["data"]!.AsArray())!;
        Assert.Equal("An issue", (string?)other["issue"]!["title"]);
        Assert.Contains((long)other["to_user"]!["id"]!, new[] { unskilled, skilled });
    }

    [Fact]
    public async Task Nobody_gets_more_issues_in_progress_than_the_settings_allow_and_blocked_work_stays()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (busy, free) = (await tenant.AddWorkerAsync(4, ["LEGAL"]), await tenant.AddWorkerAsync(40, ["LEGAL"]));
        var mine = await tenant.AssignAsync(free, 1);
        var begun = new[]
        {
            await tenant.AssignAsync(busy, 3),
            await tenant.AssignAsync(busy, 3),
            await tenant.AssignAsync(busy, 3),
        };
        foreach (var issue in begun.Append(mine))
            await tenant.Admin.PostJsonAsync($"/api/v1/issues/{issue}/transition", new { to = "in_progress" }).OkAsync();

        Assert.Equal(2, Moves(await tenant.RecommendAsync()).Count);
        await tenant.Admin.PatchJsonAsync("/api/v1/organization/settings", new { member_wip_limit = 2 }).OkAsync();
        Assert.Single(Moves(await tenant.RecommendAsync()));
        await tenant.Admin.PatchJsonAsync("/api/v1/organization/settings", new { member_wip_limit = 1 }).OkAsync();
        Assert.Empty(Moves(await tenant.RecommendAsync()));
    }

    [Fact]
    public async Task Nobody_gets_more_issues_of_a_state_than_it_may_hold_and_what_waits_stays_where_it_is()
    {
        var tenant = await server.NewTenantAsync();
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "FLOW",
                    files = new[]
                    {
                        new
                        {
                            path = ".kiket/workflows/main.yaml",
                            content = "workflow: main\nstates:\n"
                                + "  - open: {type: initial}\n  - waiting: {category: blocked}\n  - done: {type: final}\n"
                                + "transitions:\n  - {from: open, to: waiting}\n  - {from: waiting, to: done}\n",
                        },
                    },
                }
            )
            .OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/FLOW", new { visibility = "team" }).OkAsync();
        var (busy, free) = (await tenant.AddWorkerAsync(4, ["FLOW"]), await tenant.AddWorkerAsync(40, ["FLOW"]));
        for (var i = 0; i < 4; i++)
            await tenant.AssignAsync(busy, 4, project: "FLOW");
        Assert.Equal(3, Moves(await tenant.RecommendAsync()).Count);

        // The state holds more issues than a new version allows, so nobody else may take them.
        var limited =
            "workflow: main\nstates:\n  - open: {type: initial, wip_limit: 2}\n  - waiting: {category: blocked}\n  - "
            + "done: {type: final}\ntransitions:\n  - {from: open, to: waiting}\n  - {from: waiting, to: done}\n";
        await PutYamlAsync(tenant, limited);
        await tenant.Admin.PostJsonAsync("/api/v1/workflows/main/migrate?project=FLOW", new { migration = new { } }).OkAsync();
        Assert.Equal(2, Moves(await tenant.RecommendAsync()).Count);

        foreach (var issue in new[] { "FLOW-1", "FLOW-2", "FLOW-3" })
            await tenant.Admin.PostJsonAsync($"/api/v1/issues/{issue}/transition", new { to = "waiting" }).OkAsync();
        Assert.Equal(["FLOW-4"], (await tenant.RecommendAsync())["data"]!.AsArray().Select(r => (string?)r!["issue"]!["key"]));
        Assert.Equal(3, (int)(await tenant.ReadTeamAsync()).Of(busy)["blocked"]!);
        Assert.Equal(0, (decimal)(await tenant.ReadTeamAsync()).Of(free)["assigned"]!);
    }

    [Fact]
    public async Task Only_what_the_actor_may_change_is_recommended()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("SECRET", "private");
        var (busy, free) = (
            await tenant.AddWorkerAsync(4, ["LEGAL", "SECRET"]),
            await tenant.AddWorkerAsync(40, ["LEGAL", "SECRET"])
        );
        await tenant.AssignAsync(busy, 8, project: "SECRET");
        var (_, outsider) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);

        Assert.Equal([$"An issue {free}"], Moves(await tenant.RecommendAsync()));
        var hidden = await tenant.RecommendAsync(client: outsider);
        Assert.Empty(Moves(hidden));
        Assert.Equal("""{"before":200,"after":200}""", hidden["summary"]!["max_utilization"]!.ToJsonString());

        await tenant.AssignAsync(busy, 3);
        Assert.Equal([$"An issue {free}"], Moves(await tenant.RecommendAsync(client: outsider)));
        Assert.Empty(Moves(await tenant.RecommendAsync(client: viewer)));
    }

    [Fact]
    public async Task A_project_and_a_limit_bound_the_plan_and_its_summary_is_about_that_plan()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("NEWS");
        var (busy, _) = (await tenant.AddWorkerAsync(4, ["LEGAL", "NEWS"]), await tenant.AddWorkerAsync(40, ["LEGAL", "NEWS"]));
        for (var i = 0; i < 5; i++)
            await tenant.AssignAsync(busy, 2, title: $"Legal {i}");
        await tenant.AssignAsync(busy, 2, project: "NEWS", title: "News");

        var two = await tenant.RecommendAsync("?limit=2");
        Assert.Equal(2, two["data"]!.AsArray().Count);
        Assert.Equal(
            """{"max_utilization":{"before":300,"after":200},"moved_points":4,"optimal":true}""",
            two["summary"]!.ToJsonString()
        );
        Assert.Equal(200, (decimal)two["data"]![1]!["impact"]!["from"]!["after"]!);
        Assert.Equal(
            ["News"],
            (await tenant.RecommendAsync("?project_id=NEWS"))["data"]!.AsArray().Select(r => (string?)r!["issue"]!["title"])
        );
        Assert.Equal((2, 2), ((int)two["meta"]!["total"]!, (int)two["meta"]!["per_page"]!));
    }

    [Fact]
    public async Task Absent_members_are_relieved_and_an_empty_team_has_nothing_to_recommend()
    {
        var tenant = await server.NewTenantAsync();
        Assert.Empty(Moves(await tenant.RecommendAsync()));
        await tenant.AddProjectAsync();
        var (away, free) = (await tenant.AddWorkerAsync(10, ["LEGAL"]), await tenant.AddWorkerAsync(10, ["LEGAL"]));
        await tenant.AssignAsync(away, 3);
        await tenant
            .Admin.PatchJsonAsync(
                $"/api/v1/users/{away}",
                new { days_off = new[] { new { from = "2026-12-01", to = "2027-03-01" } } }
            )
            .OkAsync();

        var plan = await tenant.RecommendAsync();

        Assert.Equal([$"An issue {free}"], Moves(plan));
        Assert.Null(plan["data"]![0]!["impact"]!["from"]!["before"]);
        Assert.EndsWith(
            "and no working time in the next 4 weeks.",
            (string?)plan["data"]![0]!["reasons"]![0],
            StringComparison.Ordinal
        );
    }

    [Theory]
    [InlineData("limit=0", "limit")]
    [InlineData("limit=101", "limit")]
    [InlineData("weeks=4", "weeks")]
    public async Task A_parameter_out_of_range_is_refused(string query, string parameter)
    {
        var tenant = await server.NewTenantAsync();

        await tenant
            .Admin.GetAsync($"/api/v1/capacity/recommendations?{query}")
            .RefusedAsync(400, "INVALID_PARAMETER", parameter);
    }

    [Fact]
    public async Task It_needs_a_project_that_exists_here_and_the_scope_analytics()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var foreign = await other.AddProjectAsync();

        await tenant
            .Admin.GetAsync($"/api/v1/capacity/recommendations?project_id={foreign["id"]}")
            .RefusedAsync(404, "PROJECT_NOT_FOUND");
        await (await tenant.WithScopesAsync("issues:read"))
            .GetAsync("/api/v1/capacity/recommendations")
            .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    private static async Task PutYamlAsync(Tenant tenant, string yaml)
    {
        var put = await tenant.Admin.PutAsync(
            "/api/v1/workflows/main?project=FLOW",
            new StringContent(yaml, System.Text.Encoding.UTF8, "application/yaml")
        );
        Assert.True(put.IsSuccessStatusCode, await put.Content.ReadAsStringAsync());
    }

    private static List<string> Moves(JsonNode plan) =>
        [.. plan["data"]!.AsArray().Select(r => $"{r!["issue"]!["title"]} {r["to_user"]!["id"]}")];
}
