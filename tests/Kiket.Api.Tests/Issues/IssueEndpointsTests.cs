using System.Net;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Issues;

public sealed class IssueEndpointsTests(KiketServer server)
{
    private static readonly string[] Keys =
    [
        "id",
        "key",
        "title",
        "description",
        "status",
        "workflow_state",
        "workflow",
        "issue_type",
        "priority",
        "labels",
        "custom_fields",
        "project_id",
        "project_key",
        "organization_id",
        "assignee",
        "assignee_id",
        "reporter",
        "parent_id",
        "parent_key",
        "root_id",
        "hierarchy_depth",
        "milestone_id",
        "story_points",
        "due_date",
        "url",
        "created_at",
        "updated_at",
    ];

    [Fact]
    public async Task A_new_issue_is_returned_bare_with_every_key_and_can_be_read_by_id_and_key()
    {
        var tenant = await NewTenantAsync();

        var response = await tenant.Admin.PostJsonAsync(
            "/api/v1/issues",
            new
            {
                project_key = "LEGAL",
                issue = new
                {
                    title = "  Review the contract  ",
                    description = "All of it",
                    issue_type = "task",
                    priority = "highest",
                    status = "backlog",
                    assigned_to = tenant.AdminId.ToString(),
                    due_date = "2026-12-24",
                    labels = new[] { "legal", "urgent", "legal" },
                    custom_fields = new { Severity = "high" },
                    story_points = 2.5,
                },
            }
        );
        var created = await Task.FromResult(response).CreatedAsync();
        var byId = await tenant.Admin.GetAsync(response.Headers.Location).OkAsync();
        var byKey = await tenant.Admin.GetAsync("/api/v1/issues/legal-1").OkAsync();

        Assert.All(Keys, key => Assert.True(created.AsObject().ContainsKey(key), key));
        Assert.Equal("LEGAL-1", (string?)created["key"]);
        Assert.Equal("Review the contract", (string?)created["title"]);
        Assert.Equal("Task", (string?)created["issue_type"]);
        Assert.Equal("highest", (string?)created["priority"]);
        Assert.Equal("backlog", (string?)created["workflow_state"]);
        Assert.Equal("admin@example.com", (string?)created["assignee"]!["email"]);
        Assert.Equal("""["legal","urgent"]""", created["labels"]!.ToJsonString());
        Assert.Equal("high", (string?)created["custom_fields"]!["Severity"]);
        Assert.Equal(2.5m, (decimal?)created["story_points"]);
        Assert.Equal((long?)created["id"], (long?)created["root_id"]);
        Assert.Equal(created.ToJsonString(), byId.ToJsonString());
        Assert.Equal(created.ToJsonString(), byKey.ToJsonString());
    }

    [Theory]
    [InlineData("""{"title":"x","project_id":"LEGAL"}""")]
    [InlineData("""{"issue":{"title":"x","project_key":"legal"}}""")]
    [InlineData("""{"project_key":"LEGAL","issue":{"title":"x"}}""")]
    public async Task Wrapped_and_bare_bodies_and_a_project_in_either_place_are_taken(string body)
    {
        var tenant = await NewTenantAsync();

        var created = await tenant.Admin.PostJsonAsync("/api/v1/issues", JsonNode.Parse(body)!).CreatedAsync();

        Assert.Equal("LEGAL-1", (string?)created["key"]);
    }

    [Theory]
    [InlineData("""{}""", "issue.title")]
    [InlineData("""{"title":" "}""", "issue.title")]
    [InlineData("""{"title":5}""", "issue.title")]
    [InlineData("""{"title":"x","issue_type":"nothing"}""", "issue.issue_type")]
    [InlineData("""{"title":"x","status":"nowhere"}""", "issue.status")]
    [InlineData("""{"title":"x","priority":"urgent"}""", "issue.priority")]
    [InlineData("""{"title":"x","assigned_to":999999999}""", "issue.assignee_id")]
    [InlineData("""{"title":"x","parent_id":999999999}""", "issue.parent_id")]
    [InlineData("""{"title":"x","milestone_id":999999999}""", "issue.milestone_id")]
    [InlineData("""{"title":"x","story_points":-1}""", "issue.story_points")]
    [InlineData("""{"title":"x","story_points":1.234}""", "issue.story_points")]
    [InlineData("""{"title":"x","labels":[""]}""", "issue.labels")]
    [InlineData("""{"title":"x","labels":"a"}""", "issue.labels")]
    [InlineData("""{"title":"x","labels":[null]}""", "issue.labels")]
    [InlineData("""{"title":"x","due_date":"2026-02-30"}""", "issue.due_date")]
    [InlineData("""{"title":"x","custom_fields":[]}""", "issue.custom_fields")]
    public async Task A_malformed_issue_is_refused_with_the_invalid_field_and_takes_no_number(string issue, string field)
    {
        var tenant = await NewTenantAsync();

        await tenant
            .Admin.PostJsonAsync("/api/v1/issues", new { project_key = "LEGAL", issue = JsonNode.Parse(issue) })
            .RefusedAsync(422, "VALIDATION_ERROR", field);

        Assert.Equal("LEGAL-1", (string?)(await tenant.AddIssueAsync())["key"]);
    }

    [Fact]
    public async Task An_issue_without_a_project_or_with_an_unknown_one_is_refused()
    {
        var tenant = await NewTenantAsync();

        await tenant
            .Admin.PostJsonAsync("/api/v1/issues", new { issue = new { title = "x" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.project_id");
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues", new { project_key = "NONE", issue = new { title = "x" } })
            .RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Fact]
    public async Task A_patch_changes_what_it_names_merges_custom_fields_and_null_removes()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync(
            fields: new
            {
                description = "old",
                assigned_to = tenant.AdminId,
                custom_fields = new { a = 1, b = 2 },
            }
        );

        var changed = await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/issues/LEGAL-1",
                JsonNode.Parse(
                    """{"issue":{"description":null,"assignee_id":null,"custom_fields":{"a":null,"c":{"d":[1]}}"""
                        + ""","labels":["x"]}}"""
                )!
            )
            .OkAsync();

        Assert.Null(changed["description"]);
        Assert.Null(changed["assignee"]);
        Assert.Null(changed["assignee_id"]);
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse("""{"b":2,"c":{"d":[1]}}"""), changed["custom_fields"]));
        Assert.Equal("An issue", (string?)changed["title"]);
        Assert.Equal("medium", (string?)changed["priority"]);
    }

    [Fact]
    public async Task A_status_in_a_patch_goes_along_a_transition_and_all_of_the_patch_stands_or_falls_with_it()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync();

        await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "New", status = "done" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        Assert.Equal("An issue", (string?)(await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").OkAsync())["title"]);

        var moved = await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "New", status = "in_progress" })
            .OkAsync();
        Assert.Equal(("New", "in_progress"), ((string?)moved["title"], (string?)moved["status"]));
    }

    [Theory]
    [InlineData("""{"transition":{"state":"in_progress"}}""")]
    [InlineData("""{"transition":"in_progress"}""")]
    [InlineData("""{"to":"in_progress","comment":"go"}""")]
    [InlineData("""{"state":"In_Progress"}""")]
    [InlineData("""{"transition":{"state":"Start Work"}}""")]
    public async Task A_transition_is_named_by_its_state_or_its_name_in_any_form(string body)
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync();

        var moved = await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", JsonNode.Parse(body)!).OkAsync();

        Assert.Equal("in_progress", (string?)moved["status"]);
    }

    [Fact]
    public async Task Only_declared_transitions_are_allowed_and_the_list_of_them_says_the_same()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync();

        var ways = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/transitions").OkAsync();
        var refused = await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transitions", new { transition = new { state = "done" } })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { transition = new { state = "backlog" } })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { })
            .RefusedAsync(422, "VALIDATION_ERROR", "transition.state");

        Assert.Equal("backlog", (string?)ways["state"]);
        var way = Assert.Single(ways["transitions"]!.AsArray())!;
        Assert.Equal(("in_progress", true), ((string?)way["to"], (bool?)way["allowed"]));
        Assert.Empty(way["reasons"]!.AsArray());
        Assert.Contains("in_progress", (string?)refused["error"]);
    }

    [Fact]
    public async Task The_list_of_transitions_tells_a_reader_why_none_is_allowed()
    {
        var tenant = await NewTenantAsync();
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);
        await tenant.AddIssueAsync();

        var ways = await viewer.GetAsync("/api/v1/issues/LEGAL-1/transitions").OkAsync();
        await viewer
            .PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" })
            .RefusedAsync(403, "FORBIDDEN");

        var way = Assert.Single(ways["transitions"]!.AsArray())!;
        Assert.False((bool?)way["allowed"]);
        Assert.Equal("FORBIDDEN", (string?)way["reasons"]![0]!["code"]);
    }

    [Fact]
    public async Task A_final_state_completes_an_issue_and_a_reopened_one_is_open_again()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync();
        foreach (var state in new[] { "in_progress", "review", "done" })
            await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = state }).OkAsync();

        var done = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").OkAsync();
        var reopened = await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "Reopen" }).OkAsync();

        Assert.NotNull(done["completed_at"]);
        Assert.Null(reopened["completed_at"]);
    }

    [Fact]
    public async Task History_shows_every_change_with_who_when_and_what()
    {
        var tenant = await NewTenantAsync();
        var (developerId, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.AddIssueAsync();
        await developer
            .PatchJsonAsync(
                "/api/v1/issues/LEGAL-1",
                new
                {
                    title = "New",
                    labels = new[] { "a" },
                    custom_fields = new { x = 1 },
                }
            )
            .OkAsync();
        await developer.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "New" }).OkAsync();
        await developer
            .PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress", comment = "Off we go" })
            .OkAsync();

        var history = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/history").OkAsync();
        var second = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/history?per_page=1&page=2").OkAsync();

        var entries = history["data"]!.AsArray();
        Assert.Equal(["created", "updated", "transitioned"], entries.Select(e => (string?)e!["action"]));
        Assert.Equal(
            """[{"field":"title","from":"An issue","to":"New"},{"field":"labels","from":[],"to":["a"]}"""
                + """,{"field":"custom_fields.x","from":null,"to":1}]""",
            entries[1]!["changes"]!.ToJsonString()
        );
        Assert.Equal("""[{"field":"status","from":"backlog","to":"in_progress"}]""", entries[2]!["changes"]!.ToJsonString());
        Assert.Equal("Off we go", (string?)entries[2]!["comment"]);
        Assert.Equal(developerId, (long?)entries[2]!["actor"]!["id"]);
        Assert.Equal(entries[1]!.ToJsonString(), second["data"]![0]!.ToJsonString());
        Assert.Equal(3, (int?)second["meta"]!["total"]);
    }

    [Fact]
    public async Task Only_a_lead_opens_an_issue_in_another_than_the_initial_state()
    {
        var tenant = await NewTenantAsync();
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);

        await developer
            .PostJsonAsync(
                "/api/v1/issues",
                new
                {
                    project_key = "LEGAL",
                    title = "x",
                    status = "done",
                }
            )
            .RefusedAsync(403, "FORBIDDEN");
        var imported = await tenant.AddIssueAsync(fields: new { status = "done" });

        Assert.Equal(("LEGAL-1", "done"), ((string?)imported["key"], (string?)imported["status"]));
        Assert.NotNull(imported["completed_at"]);
    }

    [Fact]
    public async Task A_deleted_issue_is_gone_and_its_children_become_roots()
    {
        var tenant = await NewTenantAsync();
        var epic = await tenant.AddIssueAsync(fields: new { issue_type = "Epic" });
        var story = await tenant.AddIssueAsync(fields: new { issue_type = "UserStory", parent_id = (long)epic["id"]! });
        var task = await tenant.AddIssueAsync(fields: new { parent_id = (long)story["id"]! });
        Assert.Equal((2, (long?)epic["id"]), ((int?)task["hierarchy_depth"], (long?)task["root_id"]));

        var answer = await tenant.Admin.DeleteAsync("/api/v1/issues/LEGAL-1").OkAsync();

        Assert.Equal("""{"success":true}""", answer.ToJsonString());
        await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1/history").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await tenant.Admin.DeleteAsync("/api/v1/issues/LEGAL-1").RefusedAsync(404, "ISSUE_NOT_FOUND");
        Assert.Equal(2, (int?)(await tenant.Admin.GetAsync("/api/v1/issues").OkAsync())["meta"]!["total"]);
        var root = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-2").OkAsync();
        Assert.Equal((null, 0), ((long?)root["parent_id"], (int?)root["hierarchy_depth"]));
        var below = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-3").OkAsync();
        Assert.Equal(((long?)story["id"], 1), ((long?)below["root_id"], (int?)below["hierarchy_depth"]));
        Assert.Equal("LEGAL-4", (string?)(await tenant.AddIssueAsync())["key"]);
    }

    [Fact]
    public async Task Only_leads_and_administrators_delete_issues()
    {
        var tenant = await NewTenantAsync();
        var (leadId, lead) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (_, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { lead_id = leadId }).OkAsync();
        await tenant.AddIssueAsync();

        await developer.DeleteAsync("/api/v1/issues/LEGAL-1").RefusedAsync(403, "FORBIDDEN");
        await manager.DeleteAsync("/api/v1/issues/LEGAL-1").RefusedAsync(403, "FORBIDDEN");
        await lead.DeleteAsync("/api/v1/issues/LEGAL-1").OkAsync();
    }

    [Fact]
    public async Task The_hierarchy_has_no_cycles_keeps_to_one_project_and_to_types_with_children()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddProjectAsync("OTHER");
        var epic = await tenant.AddIssueAsync(fields: new { issue_type = "Epic" });
        var story = await tenant.AddIssueAsync(fields: new { issue_type = "UserStory", parent_id = (long)epic["id"]! });
        var task = await tenant.AddIssueAsync(fields: new { parent_id = (long)story["id"]! });
        var far = await tenant.AddIssueAsync("OTHER", fields: new { issue_type = "Epic" });
        Task<JsonNode> PutUnder(JsonNode issue, JsonNode parent) =>
            tenant
                .Admin.PatchJsonAsync($"/api/v1/issues/{issue["id"]}", new { parent_id = (long)parent["id"]! })
                .RefusedAsync(422, "VALIDATION_ERROR", "issue.parent_id");

        await PutUnder(epic, epic);
        await PutUnder(epic, story);
        await PutUnder(story, task);
        await PutUnder(story, far);

        var second = await tenant.AddIssueAsync(fields: new { issue_type = "Epic" });
        var moved = await tenant
            .Admin.PatchJsonAsync($"/api/v1/issues/{story["id"]}", new { parent_id = ((long)second["id"]!).ToString() })
            .OkAsync();
        var below = await tenant.Admin.GetAsync($"/api/v1/issues/{task["id"]}").OkAsync();
        Assert.Equal((string?)second["key"], (string?)moved["parent_key"]);
        Assert.Equal(((long?)second["id"], 2), ((long?)below["root_id"], (int?)below["hierarchy_depth"]));
    }

    [Fact]
    public async Task Another_organizations_issue_does_not_exist()
    {
        var (tenant, other) = (await NewTenantAsync(), await NewTenantAsync());
        var issue = await tenant.AddIssueAsync();
        var own = await other.AddIssueAsync(fields: new { issue_type = "Epic" });
        var path = $"/api/v1/issues/{issue["id"]}";

        await other.Admin.GetAsync(path).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.PatchJsonAsync(path, new { title = "Mine" }).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.DeleteAsync(path).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.PostJsonAsync($"{path}/transition", new { to = "in_progress" }).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.GetAsync($"{path}/transitions").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.GetAsync($"{path}/history").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other
            .Admin.PatchJsonAsync($"/api/v1/issues/{own["id"]}", new { parent_id = (long)issue["id"]! })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.parent_id");
        await other
            .Admin.PatchJsonAsync($"/api/v1/issues/{own["id"]}", new { assigned_to = tenant.AdminId })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.assignee_id");
        Assert.Equal("LEGAL-1", (string?)(await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").OkAsync())["key"]);
    }

    [Fact]
    public async Task Roles_and_scopes_are_checked()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync();
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);
        var reader = await tenant.WithScopesAsync("read:issues");
        var stranger = await tenant.WithScopesAsync("projects");

        await viewer.GetAsync("/api/v1/issues/LEGAL-1").OkAsync();
        await viewer.PostJsonAsync("/api/v1/issues", new { project_key = "LEGAL", title = "x" }).RefusedAsync(403, "FORBIDDEN");
        await viewer.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "x" }).RefusedAsync(403, "FORBIDDEN");
        await reader.GetAsync("/api/v1/issues").OkAsync();
        foreach (var path in new[] { "", "/LEGAL-1", "/LEGAL-1/transitions", "/LEGAL-1/history" })
            await stranger.GetAsync($"/api/v1/issues{path}").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        foreach (var client in new[] { reader, stranger })
        {
            await client
                .PostJsonAsync("/api/v1/issues", new { project_key = "LEGAL", title = "x" })
                .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
            await client.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "x" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
            await client.DeleteAsync("/api/v1/issues/LEGAL-1").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
            await client
                .PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "x" })
                .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        }
    }

    [Fact]
    public async Task A_stale_version_is_refused_on_every_write()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync();
        var tag = (await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1")).Headers.ETag!.ToString();
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "New" }, tag).OkAsync();

        await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/LEGAL-1", new { title = "Newer" }, tag)
            .RefusedAsync(412, "PRECONDITION_FAILED", "version");
        foreach (var (method, path) in new[] { (HttpMethod.Post, "/transition"), (HttpMethod.Delete, "") })
        {
            var request = new HttpRequestMessage(method, $"/api/v1/issues/LEGAL-1{path}") { Headers = { { "If-Match", tag } } };
            if (method == HttpMethod.Post)
                request.Content = new StringContent("""{"to":"in_progress"}""", System.Text.Encoding.UTF8, "application/json");
            await tenant.Admin.SendAsync(request).RefusedAsync(412, "PRECONDITION_FAILED", "version");
        }

        var known = new HttpRequestMessage(HttpMethod.Get, "/api/v1/issues/LEGAL-1") { Headers = { { "If-None-Match", tag } } };
        Assert.Equal(HttpStatusCode.OK, (await tenant.Admin.SendAsync(known)).StatusCode);
    }

    [Fact]
    public async Task A_changed_name_of_the_assignee_makes_a_new_entity_tag()
    {
        var tenant = await NewTenantAsync();
        await tenant.AddIssueAsync(fields: new { assigned_to = tenant.AdminId });
        var before = (await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1")).Headers.ETag;

        await tenant.RenameAdminAsync("Somebody Else");

        Assert.NotEqual(before, (await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1")).Headers.ETag);
    }

    private async Task<Tenant> NewTenantAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("LEGAL");
        return tenant;
    }
}
