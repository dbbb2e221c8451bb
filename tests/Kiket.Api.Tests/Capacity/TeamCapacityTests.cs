using System.Text.Json.Nodes;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Tests.Persistence;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Capacity;

public sealed class TeamCapacityTests(CapacityServer capacity) : IClassFixture<CapacityServer>
{
    private readonly KiketServer server = capacity.Server;

    [Fact]
    public async Task A_member_is_shown_with_all_that_they_can_do_and_have_to_do()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("NEWS");
        var worker = await tenant.AddWorkerAsync(10, ["LEGAL"]);
        await tenant.AssignAsync(worker, 4, new { issue_type = "Bug", due_date = "2026-12-22" });
        var begun = await tenant.AssignAsync(worker, 2);
        await tenant.Admin.PostJsonAsync($"/api/v1/issues/{begun}/transition", new { to = "in_progress" }).OkAsync();
        await tenant.AssignAsync(worker, null, new { issue_type = "UserStory" }, "NEWS");
        await tenant.FinishAsync(await tenant.AssignAsync(worker, 6));

        var team = await tenant.ReadTeamAsync("?weeks=2");

        var member = team.Of(worker);
        Assert.Equal(
            [
                "user",
                "capacity",
                "assigned",
                "utilization",
                "status",
                "open_tasks",
                "in_progress",
                "blocked",
                "weekly_velocity",
                "allocation",
                "heatmap",
                "pending",
            ],
            member.AsObject().Select(p => p.Key)
        );
        Assert.Equal(["id", "name", "email"], member["user"]!.AsObject().Select(p => p.Key));
        Assert.Equal(
            (10m, 9m, 90m, "busy"),
            (
                (decimal)member["capacity"]!,
                (decimal)member["assigned"]!,
                (decimal)member["utilization"]!,
                (string?)member["status"]
            )
        );
        Assert.Equal((2, 1, 0), ((int)member["open_tasks"]!, (int)member["in_progress"]!, (int)member["blocked"]!));
        Assert.Equal(1.5m, (decimal)member["weekly_velocity"]!);
        Assert.Equal(["LEGAL 6 2", "NEWS 3 1"], Shares(member, "by_project"));
        Assert.Equal(["Bug 4 1", "UserStory 3 1", "Task 2 1"], Shares(member, "by_issue_type"));
        Assert.Equal(["backlog 7 2", "in_progress 2 1"], Shares(member, "by_status"));
        Assert.Equal(
            ["2026-12-21 9 90", "2026-12-28 0 0"],
            member["heatmap"]!.AsArray().Select(w => $"{w!["week_start"]} {w["points"]} {w["utilization"]}")
        );
        Assert.Equal(
            """{"members":2,"average_utilization":45,"overallocated":0,"available":1}""",
            team["summary"]!.ToJsonString()
        );
        Assert.Equal(
            (2, 1, 25),
            ((int)team["meta"]!["total_count"]!, (int)team["meta"]!["current_page"]!, (int)team["meta"]!["per_page"]!)
        );
    }

    [Fact]
    public async Task Holidays_and_days_off_reduce_what_members_can_do()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var worker = await tenant.AddWorkerAsync(10, ["LEGAL"]);
        var away = await tenant.AddWorkerAsync(10, ["LEGAL"]);
        await tenant.AssignAsync(away, 3, new { due_date = "2026-12-23" });
        await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/organization/settings",
                new { settings = new { holidays = new[] { new { date = "2026-12-25", name = "Christmas" } } } }
            )
            .OkAsync();
        await tenant
            .Admin.PatchJsonAsync(
                $"/api/v1/users/{away}",
                new { days_off = new[] { new { from = "2026-12-21", to = "2027-01-31" } } }
            )
            .OkAsync();

        var team = await tenant.ReadTeamAsync();

        Assert.Equal(9.5m, (decimal)team.Of(worker)["capacity"]!); // a fifth of one of four weeks
        var gone = team.Of(away);
        Assert.Equal(
            (0m, 3m, "overallocated"),
            ((decimal)gone["capacity"]!, (decimal)gone["assigned"]!, (string?)gone["status"])
        );
        Assert.Null(gone["utilization"]);
        Assert.Null(gone["heatmap"]![0]!["utilization"]);
        Assert.Equal(away, (long)team["data"]![0]!["user"]!["id"]!);
    }

    [Fact]
    public async Task Users_without_their_own_capacity_have_that_of_the_settings_and_estimates_come_from_there_too()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var worker = await tenant.AddWorkerAsync(null, ["LEGAL"]);
        await tenant.AssignAsync(worker, null, new { issue_type = "Bug" });
        await tenant
            .Admin.PatchJsonAsync("/api/v1/organization/settings", new { default_capacity = 16, story_points = new { bug = 4 } })
            .OkAsync();

        var member = (await tenant.ReadTeamAsync()).Of(worker);

        Assert.Equal(
            (16m, 4m, 25m),
            ((decimal)member["capacity"]!, (decimal)member["assigned"]!, (decimal)member["utilization"]!)
        );
    }

    [Fact]
    public async Task A_team_is_that_of_a_project_or_of_a_role_in_it_and_is_paged()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("NEWS");
        var lawyer = await tenant.AddWorkerAsync(10, ["LEGAL"]);
        var both = await tenant.AddWorkerAsync(10, ["LEGAL", "NEWS"]);
        var helper = await tenant.AddWorkerAsync(10, []);
        await tenant.AssignAsync(helper, 1);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
            var project = (long)(await tenant.ReadAsync("projects/LEGAL"))["id"]!;
            (
                await db
                    .ProjectMembers.IgnoreQueryFilters()
                    .SingleAsync(m => m.ProjectId == new ProjectId(project) && m.UserId == new UserId(both))
            ).ChangeTeamRoles(["Editor"]);
            await db.SaveChangesAsync();
        }

        async Task<long[]> IdsAsync(string query) =>
            [.. (await tenant.ReadTeamAsync(query))["data"]!.AsArray().Select(m => (long)m!["user"]!["id"]!).Order()];

        Assert.Equal([lawyer, both, helper], await IdsAsync("?project_id=LEGAL"));
        Assert.Equal([both], await IdsAsync("?project_key=NEWS"));
        Assert.Equal([both], await IdsAsync("?team=editor"));
        Assert.Empty(await IdsAsync("?project_id=NEWS&team=editor"));
        Assert.Equal(4, (await IdsAsync("")).Length);
        Assert.Equal(2, (int)(await tenant.ReadTeamAsync("?per_page=2&page=2"))["meta"]!["page"]!);
        Assert.Equal(2, (await IdsAsync("?per_page=2&page=2")).Length);
        Assert.Empty(await IdsAsync("?per_page=2&page=3"));
    }

    [Fact]
    public async Task Work_in_projects_that_one_cannot_see_counts_and_has_no_name()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("SECRET", "private");
        var worker = await tenant.AddWorkerAsync(10, ["LEGAL", "SECRET"]);
        await tenant.AssignAsync(worker, 2);
        await tenant.AssignAsync(worker, 5, new { issue_type = "Bug" }, "SECRET");
        var (_, outsider) = await tenant.AddUserAsync(OrganizationRole.Developer);

        var team = await tenant.ReadTeamAsync(client: outsider);

        var member = team.Of(worker);
        Assert.Equal(7, (decimal)member["assigned"]!);
        Assert.Equal([" 5 1", "LEGAL 2 1"], Shares(member, "by_project"));
        Assert.Equal([" 5 1", "Task 2 1"], Shares(member, "by_issue_type"));
        Assert.Equal([" 5 1", "backlog 2 1"], Shares(member, "by_status"));
        Assert.DoesNotContain("SECRET", team.ToJsonString(), StringComparison.Ordinal);
        await outsider.GetAsync("/api/v1/capacity/team?project_id=SECRET").RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Fact]
    public async Task Archived_projects_finished_issues_and_people_who_left_do_not_count()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("OLD");
        var worker = await tenant.AddWorkerAsync(10, ["LEGAL", "OLD"]);
        var left = await tenant.AddWorkerAsync(10, ["LEGAL"]);
        await tenant.AssignAsync(worker, 5, project: "OLD");
        await tenant.AssignAsync(left, 5);
        await tenant.Admin.DeleteAsync($"/api/v1/issues/{await tenant.AssignAsync(worker, 5)}");
        await tenant.Admin.DeleteAsync("/api/v1/projects/OLD").OkAsync();
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{left}", new { deactivated = true }).OkAsync();
        await tenant.Admin.PostJsonAsync("/api/v1/users", new { email = "new@example.com", role = "developer" }).CreatedAsync();

        var team = await tenant.ReadTeamAsync();

        Assert.Equal(0, (decimal)team.Of(worker)["assigned"]!);
        Assert.Equal(2, (int)team["summary"]!["members"]!); // the administrator and the worker: the invited user may never accept
    }

    [Theory]
    [InlineData("weeks=1", "weeks")]
    [InlineData("weeks=9", "weeks")]
    [InlineData("weeks=many", "weeks")]
    [InlineData("per_page=101", "per_page")]
    [InlineData("page=0", "page")]
    [InlineData("limit=3", "limit")]
    public async Task A_parameter_out_of_range_is_refused(string query, string parameter)
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.GetAsync($"/api/v1/capacity/team?{query}").RefusedAsync(400, "INVALID_PARAMETER", parameter);
    }

    [Fact]
    public async Task It_needs_a_project_that_exists_here_and_the_scope_analytics()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var foreign = await other.AddProjectAsync();

        await tenant.Admin.GetAsync($"/api/v1/capacity/team?project_id={foreign["id"]}").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await (await tenant.WithScopesAsync("issues:read"))
            .GetAsync("/api/v1/capacity/team")
            .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await (await tenant.WithScopesAsync("analytics:read")).GetAsync("/api/v1/capacity/team").OkAsync();
    }

    [Fact]
    public async Task It_takes_a_fixed_number_of_statements_for_2_people_and_for_50_with_2000_issues()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var first = await tenant.AssignAsync(await tenant.AddWorkerAsync(10, ["LEGAL"]), 1);
        Assert.Equal(1, (await CountAsync(tenant)).Assigned);
        var few = (await CountAsync(tenant)).Statements;

        await CopyAsync(first, 39);
        for (var i = 0; i < 49; i++)
            await CopyAsync(await tenant.AssignAsync(await tenant.AddWorkerAsync(10, ["LEGAL"]), 1), 39);
        var many = await CountAsync(tenant);

        Assert.Equal(2_000, many.Assigned);
        Assert.Equal(few, many.Statements);
        Assert.InRange(few, 2, 7); // settings, memberships, projects, people, open work, finished work, workflows
    }

    private async Task<(int Statements, decimal Assigned)> CountAsync(Tenant tenant)
    {
        capacity.Counter.Statements.Clear();
        var team = await tenant.ReadTeamAsync("?per_page=100");
        return (capacity.Counter.Statements.Count, team["data"]!.AsArray().Sum(m => (decimal)m!["assigned"]!));
    }

    private async Task CopyAsync(long issue, int count)
    {
        await using var scope = server.Services.CreateAsyncScope();
        await scope.ServiceProvider.GetRequiredService<KiketDbContext>().CopyIssueAsync(new(issue), count);
    }

    private static IEnumerable<string> Shares(JsonNode member, string by) =>
        member["allocation"]![by]!.AsArray().Select(s => $"{s!["key"]} {s["points"]} {s["issues"]}");
}
