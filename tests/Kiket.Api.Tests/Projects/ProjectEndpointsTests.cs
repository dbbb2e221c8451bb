using System.Net;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Projects;

public sealed class ProjectEndpointsTests(KiketServer server)
{
    private static readonly string[] Keys =
    [
        "id",
        "name",
        "description",
        "organization_id",
        "project_key",
        "status",
        "visibility",
        "github_repo_url",
        "start_date",
        "end_date",
        "workflow_sync_enabled",
        "workflow_auto_boards",
        "settings",
        "lead_id",
        "created_at",
        "updated_at",
    ];

    [Fact]
    public async Task A_new_project_is_returned_bare_with_every_key_and_can_be_read_by_id_and_key()
    {
        var tenant = await server.NewTenantAsync();

        var response = await tenant.Admin.PostJsonAsync(
            "/api/v1/projects",
            new
            {
                project = new
                {
                    name = "Legal matters",
                    project_key = "LEGAL",
                    description = "Contracts",
                    visibility = "team",
                    lead_id = tenant.AdminId.ToString(),
                    github_repo_url = "https://example.com/legal",
                    start_date = "2026-01-01",
                    end_date = "2026-12-31",
                },
            }
        );
        var created = await Task.FromResult(response).CreatedAsync();
        var byId = await tenant.Admin.GetAsync(response.Headers.Location).OkAsync();
        var byKey = await tenant.Admin.GetAsync("/api/v1/projects/legal").OkAsync();

        Assert.All(Keys, key => Assert.True(created.AsObject().ContainsKey(key), key));
        Assert.Equal("LEGAL", (string?)created["project_key"]);
        Assert.Equal("active", (string?)created["status"]);
        Assert.Equal(tenant.AdminId, (long?)created["lead_id"]);
        Assert.Equal("2026-12-31", (string?)created["end_date"]);
        Assert.EndsWith("Z", (string?)created["created_at"]);
        Assert.Equal(created.ToJsonString(), byId.ToJsonString());
        Assert.Equal(created.ToJsonString(), byKey.ToJsonString());
    }

    [Fact]
    public async Task A_project_without_a_key_gets_a_free_one_from_its_name_and_is_private()
    {
        var tenant = await server.NewTenantAsync();

        var first = await tenant.Admin.PostJsonAsync("/api/v1/projects", new { name = "42 Legal matters" }).CreatedAsync();
        var second = await tenant.Admin.PostJsonAsync("/api/v1/projects", new { name = "Legal matters" }).CreatedAsync();

        Assert.Equal("LEGALMATTE", (string?)first["project_key"]);
        Assert.Equal("LEGALMATTE2", (string?)second["project_key"]);
        Assert.Equal("private", (string?)first["visibility"]);
    }

    [Fact]
    public async Task Only_an_administrator_creates_projects()
    {
        var tenant = await server.NewTenantAsync();
        var (_, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);

        await manager.PostJsonAsync("/api/v1/projects", new { project = new { name = "Mine" } }).RefusedAsync(403, "FORBIDDEN");
    }

    [Theory]
    [InlineData("""{"project":{"project_key":"A"}}""", "project.name")]
    [InlineData("""{"project":{"name":"x"}}""", "project.name")]
    [InlineData("""{"project":{"name":"Fine","project_key":"lower"}}""", "project.project_key")]
    [InlineData("""{"project":{"name":"Fine","project_key":"1A"}}""", "project.project_key")]
    [InlineData("""{"project":{"name":"Fine","github_repo_url":"javascript:alert(1)"}}""", "project.github_repo_url")]
    [InlineData("""{"project":{"name":"Fine","start_date":"2026-02-01","end_date":"2026-01-01"}}""", "project.end_date")]
    [InlineData("""{"project":{"name":"Fine","visibility":"secret"}}""", "project.visibility")]
    [InlineData("""{"project":{"name":"Fine","start_date":"yesterday"}}""", "project.start_date")]
    [InlineData("""{"project":{"name":"Fine","lead_id":999999999}}""", "project.lead_id")]
    public async Task A_malformed_project_is_refused_with_the_invalid_field(string body, string field)
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.PostJsonAsync("/api/v1/projects", JsonNode.Parse(body)!).RefusedAsync(422, "VALIDATION_ERROR", field);
    }

    [Fact]
    public async Task A_key_is_unique_in_the_organization_only()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await tenant.AddProjectAsync("LEGAL");

        await tenant
            .Admin.PostJsonAsync("/api/v1/projects", new { name = "Again", project_key = "LEGAL" })
            .RefusedAsync(422, "VALIDATION_ERROR", "project.project_key");
        await other.AddProjectAsync("LEGAL");
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_and_nothing_else()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");

        var changed = await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/projects/LEGAL",
                new
                {
                    project = new
                    {
                        description = "New",
                        settings = new { Some_Key = new { a = 1 } },
                        project_key = "LEGAL",
                    },
                }
            )
            .OkAsync();

        Assert.Equal("New", (string?)changed["description"]);
        Assert.Equal("Project LEGAL", (string?)changed["name"]);
        Assert.Equal(1, (int?)changed["settings"]!["Some_Key"]!["a"]);
        Assert.Equal(2, (int?)changed["version"]);
    }

    [Fact]
    public async Task A_key_never_changes()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");

        await tenant
            .Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { project_key = "OTHER" })
            .RefusedAsync(422, "VALIDATION_ERROR", "project.project_key");
    }

    [Fact]
    public async Task An_archived_project_is_readable_refuses_writes_and_can_become_active_again()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");
        await tenant.AddIssueAsync("LEGAL");

        var archived = await tenant.Admin.DeleteAsync("/api/v1/projects/LEGAL").OkAsync();

        Assert.Equal("archived", (string?)archived["status"]);
        await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { name = "New" }).RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues", new { project_key = "LEGAL", issue = new { title = "x" } })
            .RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "x" }).RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" })
            .RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant.Admin.DeleteAsync("/api/v1/issues/LEGAL-1").RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/comments", new { body = "x" })
            .RefusedAsync(422, "PROJECT_ARCHIVED");
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects/LEGAL/milestones", new { name = "x" })
            .RefusedAsync(422, "PROJECT_ARCHIVED");
        Assert.Equal(
            "active",
            (string?)(await tenant.Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { status = "active" }).OkAsync())["status"]
        );
    }

    [Fact]
    public async Task A_private_project_exists_only_for_its_members_its_lead_and_administrators()
    {
        var tenant = await server.NewTenantAsync();
        var (leadId, lead) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (_, outsider) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);
        await tenant.AddProjectAsync("SECRET", "private");
        await tenant.AddIssueAsync("SECRET");
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/SECRET", new { lead_id = leadId }).OkAsync();

        await outsider.GetAsync("/api/v1/projects/SECRET").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await outsider.GetAsync("/api/v1/issues/SECRET-1").RefusedAsync(404, "ISSUE_NOT_FOUND");
        Assert.Empty((await outsider.GetAsync("/api/v1/issues").OkAsync())["data"]!.AsArray());
        Assert.Empty((await outsider.GetAsync("/api/v1/projects").OkAsync())["data"]!.AsArray());
        Assert.Single((await lead.GetAsync("/api/v1/projects").OkAsync())["data"]!.AsArray());
        await lead.GetAsync("/api/v1/issues/SECRET-1").OkAsync();
    }

    [Fact]
    public async Task A_list_pages_with_an_exact_total_filters_searches_and_sorts()
    {
        var tenant = await server.NewTenantAsync();
        foreach (var key in new[] { "ALPHA", "BETA", "GAMMA", "DELTA" })
            await tenant.AddProjectAsync(key);
        await tenant.Admin.DeleteAsync("/api/v1/projects/GAMMA").OkAsync();

        var page = await tenant.Admin.GetAsync("/api/v1/projects?per_page=2&page=2&sort=project_key%20desc").OkAsync();
        var active = await tenant.Admin.GetAsync("/api/v1/projects?status=active&sort=status+asc,name+desc").OkAsync();
        var found = await tenant.Admin.GetAsync("/api/v1/projects?search=project%20BE&organization=whatever").OkAsync();

        Assert.Equal(["BETA", "ALPHA"], page["data"]!.AsArray().Select(p => (string?)p!["project_key"]));
        Assert.Equal(
            """{"total":4,"page":2,"per_page":2,"total_pages":2,"total_count":4,"current_page":2}""",
            page["meta"]!.ToJsonString()
        );
        Assert.Equal(["DELTA", "BETA", "ALPHA"], active["data"]!.AsArray().Select(p => (string?)p!["project_key"]));
        Assert.Equal(["BETA"], found["data"]!.AsArray().Select(p => (string?)p!["project_key"]));
    }

    [Theory]
    [InlineData("page=0", "page")]
    [InlineData("page=x", "page")]
    [InlineData("per_page=101", "per_page")]
    [InlineData("per_page=0", "per_page")]
    [InlineData("sort=nothing", "sort")]
    [InlineData("sort=name sideways", "sort")]
    [InlineData("sort=name asc desc", "sort")]
    [InlineData("status=open", "status")]
    [InlineData("colour=red", "colour")]
    public async Task A_bad_list_parameter_is_named(string query, string parameter)
    {
        var tenant = await server.NewTenantAsync();

        await tenant.Admin.GetAsync($"/api/v1/projects?{query}").RefusedAsync(400, "INVALID_PARAMETER", parameter);
    }

    [Fact]
    public async Task Another_organizations_project_does_not_exist()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var project = await tenant.AddProjectAsync("LEGAL");
        var path = $"/api/v1/projects/{project["id"]}";

        await other.Admin.GetAsync(path).RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other.Admin.PatchJsonAsync(path, new { name = "Mine now" }).RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other.Admin.DeleteAsync(path).RefusedAsync(404, "PROJECT_NOT_FOUND");
        await other
            .Admin.PostJsonAsync("/api/v1/issues", new { project_id = (long)project["id"]!, issue = new { title = "x" } })
            .RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Fact]
    public async Task Roles_and_scopes_are_checked()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var reader = await tenant.WithScopesAsync("projects:read");
        var stranger = await tenant.WithScopesAsync("issues");

        await developer.PatchJsonAsync("/api/v1/projects/LEGAL", new { name = "Mine" }).RefusedAsync(403, "FORBIDDEN");
        await developer.DeleteAsync("/api/v1/projects/LEGAL").RefusedAsync(403, "FORBIDDEN");
        await reader.GetAsync("/api/v1/projects/LEGAL").OkAsync();
        await reader.PatchJsonAsync("/api/v1/projects/LEGAL", new { name = "Mine" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await reader.PostJsonAsync("/api/v1/projects", new { name = "Mine" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await stranger.GetAsync("/api/v1/projects").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await stranger.GetAsync("/api/v1/projects/LEGAL").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    [Fact]
    public async Task A_stale_version_is_refused_and_a_known_answer_is_not_sent_again()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");
        var first = await tenant.Admin.GetAsync("/api/v1/projects/LEGAL");
        var tag = first.Headers.ETag!.ToString();

        var again = new HttpRequestMessage(HttpMethod.Get, "/api/v1/projects/LEGAL") { Headers = { { "If-None-Match", tag } } };
        Assert.Equal(HttpStatusCode.NotModified, (await tenant.Admin.SendAsync(again)).StatusCode);
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { name = "Second" }, tag).OkAsync();
        var stale = await tenant
            .Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { name = "Third" }, tag)
            .RefusedAsync(412, "PRECONDITION_FAILED", "version");
        Assert.Contains("2", (string?)stale["error"]);
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { name = "Third" }, "\"2\"").OkAsync();
        await tenant
            .Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { name = "Third" }, "nonsense")
            .RefusedAsync(400, "INVALID_PARAMETER", "If-Match");
    }
}
