using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Milestones;

public sealed class MilestoneEndpointsTests(KiketServer server)
{
    private const string Milestones = "/api/v1/projects/LEGAL/milestones";

    private static readonly string[] Keys =
    [
        "id",
        "name",
        "description",
        "target_date",
        "status",
        "progress",
        "version",
        "project_id",
        "created_by_id",
        "issue_count",
        "completed_issue_count",
        "overdue",
        "days_remaining",
        "created_at",
        "updated_at",
    ];

    [Fact]
    public async Task A_milestone_counts_its_issues_and_their_progress()
    {
        var tenant = await NewTenantAsync();

        var created = await tenant
            .Admin.PostJsonAsync(
                Milestones,
                new
                {
                    milestone = new
                    {
                        name = "Launch",
                        description = "All",
                        target_date = "2099-01-01",
                        version = "2.0",
                    },
                }
            )
            .CreatedAsync();
        var id = (long)created["id"]!;
        await tenant.AddIssueAsync(fields: new { milestone_id = id });
        await tenant.AddIssueAsync(fields: new { milestone_id = id, status = "done" });
        await tenant.AddIssueAsync(fields: new { milestone_id = id, status = "done" });
        await tenant.AddIssueAsync();
        var read = await tenant.Admin.GetAsync($"{Milestones}/{id}").OkAsync();
        await tenant.Admin.DeleteAsync("/api/v1/issues/LEGAL-3").OkAsync();
        var list = await tenant.Admin.GetAsync(Milestones).OkAsync();

        Assert.All(Keys, key => Assert.True(created.AsObject().ContainsKey(key), key));
        Assert.Equal(
            ("planning", "2.0", 0, false),
            ((string?)created["status"], (string?)created["version"], (int?)created["issue_count"], (bool?)created["overdue"])
        );
        Assert.Equal(
            (3, 2, 66.67m),
            ((int?)read["issue_count"], (int?)read["completed_issue_count"], (decimal?)read["progress"])
        );
        Assert.Equal(50m, (decimal?)list["milestones"]![0]!["progress"]);
        Assert.Equal(1, (int?)list["meta"]!["total"]);
    }

    [Fact]
    public async Task A_milestone_whose_date_has_passed_is_overdue_until_it_is_completed()
    {
        var tenant = await NewTenantAsync();
        var created = await tenant
            .Admin.PostJsonAsync(
                Milestones,
                new
                {
                    name = "Late",
                    target_date = "2020-01-01",
                    status = "active",
                }
            )
            .CreatedAsync();

        var completed = await tenant
            .Admin.PatchJsonAsync($"{Milestones}/{created["id"]}", new { milestone = new { status = "completed" } })
            .OkAsync();

        Assert.True((bool?)created["overdue"]);
        Assert.True((int?)created["days_remaining"] < 0);
        Assert.False((bool?)completed["overdue"]);
        Assert.Equal("Late", (string?)completed["name"]);
    }

    [Fact]
    public async Task A_deleted_milestone_leaves_its_issues_without_one_and_their_history_says_so()
    {
        var tenant = await NewTenantAsync();
        var created = await tenant.Admin.PostJsonAsync(Milestones, new { name = "Gone" }).CreatedAsync();
        await tenant.AddIssueAsync(fields: new { milestone_id = (long)created["id"]! });
        await tenant.AddIssueAsync(fields: new { milestone_id = (long)created["id"]! });
        await tenant.Admin.DeleteAsync("/api/v1/issues/LEGAL-2").OkAsync();

        var answer = await tenant.Admin.DeleteAsync($"{Milestones}/{created["id"]}").OkAsync();

        Assert.Equal("""{"success":true}""", answer.ToJsonString());
        await tenant.Admin.GetAsync($"{Milestones}/{created["id"]}").RefusedAsync(404, "MILESTONE_NOT_FOUND");
        Assert.Null((await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").OkAsync())["milestone_id"]);
        var history = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/history").OkAsync();
        Assert.Equal("milestone_id", (string?)history["data"]![1]!["changes"]![0]!["field"]);
    }

    [Fact]
    public async Task A_list_filters_by_status_and_sorts()
    {
        var tenant = await NewTenantAsync();
        foreach (var (name, status) in new[] { ("A", "planning"), ("B", "active"), ("C", "cancelled") })
            await tenant.Admin.PostJsonAsync(Milestones, new { name, status }).CreatedAsync();

        var list = await tenant.Admin.GetAsync($"{Milestones}?status=planning,active&sort=name desc").OkAsync();

        Assert.Equal(["B", "A"], list["milestones"]!.AsArray().Select(m => (string?)m!["name"]));
        await tenant.Admin.GetAsync($"{Milestones}?status=done").RefusedAsync(400, "INVALID_PARAMETER", "status");
        await tenant.Admin.GetAsync($"{Milestones}?sort=progress").RefusedAsync(400, "INVALID_PARAMETER", "sort");
    }

    [Theory]
    [InlineData("""{}""", "milestone.name")]
    [InlineData("""{"milestone":{"name":""}}""", "milestone.name")]
    [InlineData("""{"milestone":{"name":"x","status":"done"}}""", "milestone.status")]
    [InlineData("""{"milestone":{"name":"x","target_date":"31.12.2026"}}""", "milestone.target_date")]
    [InlineData(
        """{"milestone":{"name":"x","version":"123456789012345678901234567890123456789012345678901"}}""",
        "milestone.version"
    )]
    public async Task A_malformed_milestone_is_refused_with_the_invalid_field(string body, string field)
    {
        var tenant = await NewTenantAsync();

        await tenant.Admin.PostJsonAsync(Milestones, JsonNode.Parse(body)!).RefusedAsync(422, "VALIDATION_ERROR", field);
    }

    [Fact]
    public async Task Tenants_roles_scopes_and_versions_are_checked()
    {
        var (tenant, other) = (await NewTenantAsync(), await server.NewTenantAsync());
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);
        var reader = await tenant.WithScopesAsync("projects:read");
        var stranger = await tenant.WithScopesAsync("issues");
        var milestone = await developer.PostJsonAsync(Milestones, new { name = "M" }).CreatedAsync();
        var foreign = $"/api/v1/projects/{milestone["project_id"]}/milestones";

        await other.Admin.GetAsync(foreign).RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other.Admin.PostJsonAsync(foreign, new { name = "x" }).RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other.Admin.GetAsync($"{foreign}/{milestone["id"]}").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other
            .Admin.PatchJsonAsync($"{foreign}/{milestone["id"]}", new { name = "x" })
            .RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other.Admin.DeleteAsync($"{foreign}/{milestone["id"]}").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await viewer.PostJsonAsync(Milestones, new { name = "x" }).RefusedAsync(403, "FORBIDDEN");
        await developer.DeleteAsync($"{Milestones}/{milestone["id"]}").RefusedAsync(403, "FORBIDDEN");
        await reader.GetAsync(Milestones).OkAsync();
        await reader.PostJsonAsync(Milestones, new { name = "x" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await reader
            .PatchJsonAsync($"{Milestones}/{milestone["id"]}", new { name = "x" })
            .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await reader.DeleteAsync($"{Milestones}/{milestone["id"]}").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await stranger.GetAsync(Milestones).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await developer
            .PatchJsonAsync($"{Milestones}/{milestone["id"]}", new { name = "x" }, "\"7\"")
            .RefusedAsync(412, "PRECONDITION_FAILED", "version");
    }

    private async Task<Tenant> NewTenantAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");
        return tenant;
    }
}
