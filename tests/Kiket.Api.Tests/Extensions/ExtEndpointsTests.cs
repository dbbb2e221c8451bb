using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Extensions;

public sealed class ExtEndpointsTests(KiketServer server)
{
    [Fact]
    public async Task Issues_are_listed_opened_read_and_changed()
    {
        var client = await InstallAsync("issues:write");

        var issue = await client
            .PostJsonAsync(
                "/api/v1/ext/issues",
                new
                {
                    issue = new
                    {
                        title = "One",
                        labels = new[] { "a" },
                        custom_fields = new { size = 3 },
                    },
                }
            )
            .CreatedAsync();
        var list = await client.GetAsync("/api/v1/ext/issues?label=a&sort=id%20desc&per_page=5").OkAsync();
        var read = await client.GetAsync("/api/v1/ext/issues/LEGAL-1").OkAsync();
        var changed = await client
            .PatchJsonAsync("/api/v1/ext/issues/LEGAL-1", new { issue = new { labels = new[] { "b" } } })
            .OkAsync();
        var moved = await client
            .PostJsonAsync("/api/v1/ext/issues/LEGAL-1/transitions", new { transition = new { state = "in_progress" } })
            .OkAsync();

        Assert.Equal(["issues", "meta"], list.AsObject().Select(p => p.Key));
        Assert.Equal((long)issue["id"]!, (long)list["issues"]![0]!["id"]!);
        Assert.Equal(issue.ToJsonString(), read.ToJsonString());
        Assert.Equal("""["b"]""", changed["labels"]!.ToJsonString());
        Assert.Equal("in_progress", (string?)moved["status"]);
        await client
            .PatchJsonAsync("/api/v1/ext/issues/LEGAL-1", new { title = "x" }, ifMatch: "\"1\"")
            .RefusedAsync(412, "PRECONDITION_FAILED");
        await client
            .PostJsonAsync("/api/v1/ext/issues", new { issue = new { title = "" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.title");
        await client
            .PostJsonAsync("/api/v1/ext/issues", new { issue = new { nonsense = 1 } })
            .RefusedAsync(400, "INVALID_PARAMETER", "issue.nonsense");
        await client.GetAsync("/api/v1/ext/issues/LEGAL-9").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await client.GetAsync("/api/v1/ext/issues?sort=nonsense").RefusedAsync(400, "INVALID_PARAMETER", "sort");
    }

    [Fact]
    public async Task Comments_are_written_wrapped_or_bare()
    {
        var client = await InstallAsync("issues:write", "comments:write");
        await client.PostJsonAsync("/api/v1/ext/issues", new { title = "One" }).CreatedAsync();

        await client.PostJsonAsync("/ext/issues/LEGAL-1/comments", new { comment = new { body = "First" } }).CreatedAsync();
        await client.PostJsonAsync("/ext/issues/LEGAL-1/comments", new { body = "Second" }).CreatedAsync();
        var list = await client.GetAsync("/ext/issues/LEGAL-1/comments").OkAsync();

        Assert.Equal(["First", "Second"], list["comments"]!.AsArray().Select(c => (string?)c!["body"]));
        await client
            .PostJsonAsync("/ext/issues/LEGAL-1/comments", new { body = "" })
            .RefusedAsync(422, "VALIDATION_ERROR", "comment.body");
    }

    [Fact]
    public async Task An_extension_changes_and_deletes_its_own_comments_only()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        await tenant.AddIssueAsync();
        var client = (await Installed.NewAsync(tenant, "LEGAL", permissions: ["issues:write", "comments:write"])).Client;
        var reader = (await Installed.NewAsync(tenant, "LEGAL", "com.example.reader", "comments:read")).Client;
        var own = await client.PostJsonAsync("/ext/issues/LEGAL-1/comments", new { body = "Lok" }).CreatedAsync();
        var others = await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/comments", new { body = "Mine" }).CreatedAsync();
        var path = $"/ext/issues/LEGAL-1/comments/{own["id"]}";

        var changed = await client.PatchJsonAsync(path, new { comment = new { body = "Look" } }).OkAsync();
        await reader.PatchJsonAsync(path, new { body = "x" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await reader.DeleteAsync(path).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await client.PatchJsonAsync(path, new { body = "" }).RefusedAsync(422, "VALIDATION_ERROR", "comment.body");
        await client
            .PatchJsonAsync($"/ext/issues/LEGAL-1/comments/{others["id"]}", new { body = "x" })
            .RefusedAsync(403, "FORBIDDEN");
        await client.DeleteAsync($"/ext/issues/LEGAL-1/comments/{others["id"]}").RefusedAsync(403, "FORBIDDEN");
        await client.DeleteAsync($"/ext/issues/LEGAL-2/comments/{own["id"]}").RefusedAsync(404, "COMMENT_NOT_FOUND");
        var deleted = await client.DeleteAsync(path).OkAsync();
        await client.DeleteAsync(path).RefusedAsync(404, "COMMENT_NOT_FOUND");

        Assert.Equal(
            ("Look", own["author"]!["id"]!.ToString()),
            ((string?)changed["body"], changed["author"]!["id"]!.ToString())
        );
        Assert.Equal("""{"success":true}""", deleted.ToJsonString());
        var left = await client.GetAsync("/ext/issues/LEGAL-1/comments").OkAsync();
        Assert.Equal(["Mine"], left["comments"]!.AsArray().Select(c => (string?)c!["body"]));
    }

    [Fact]
    public async Task The_states_of_a_workflow_are_shown()
    {
        var client = await InstallAsync("read:workflows");

        var answer = await client.GetAsync("/api/v1/ext/workflows/states").OkAsync();
        var byType = await client.GetAsync("/api/v1/ext/workflows/states?issue_type=bug&workflow=default").OkAsync();

        Assert.Equal("""{"id":"default","name":"Default","version":1}""", answer["workflow"]!.ToJsonString());
        Assert.Equal(["backlog", "in_progress", "review", "done"], answer["states"]!.AsArray().Select(s => (string?)s!["key"]));
        Assert.Equal(
            """
            {"key":"review","label":"Review","name":"Review","type":"active","category":"review",
            "color":"warning","icon":null,"position":2,"wip_limit":null,"sla":[]}
            """.ReplaceLineEndings(""),
            answer["states"]![2]!.ToJsonString()
        );
        Assert.Equal(answer.ToJsonString(), byType.ToJsonString());
        await client.GetAsync("/api/v1/ext/workflows/states?workflow=none").RefusedAsync(404, "WORKFLOW_NOT_FOUND");
        await client
            .GetAsync("/api/v1/ext/workflows/states?issue_type=none")
            .RefusedAsync(400, "INVALID_PARAMETER", "issue_type");
    }

    [Fact]
    public async Task An_action_of_a_workflow_is_triggered_by_state_or_by_name()
    {
        var client = await InstallAsync("issues:write", "workflows.execute");
        var issue = await client.PostJsonAsync("/api/v1/ext/issues", new { title = "One" }).CreatedAsync();

        var moved = await client
            .PostJsonAsync(
                "/api/v1/ext/workflows/trigger",
                new
                {
                    issue_key = "LEGAL-1",
                    action = "transition",
                    to = "in_progress",
                    @params = new { comment = "Go" },
                }
            )
            .OkAsync();
        var named = await client
            .PostJsonAsync("/api/v1/ext/workflows/trigger", new { issue_id = (long)issue["id"]!, action = "Ready for Review" })
            .OkAsync();

        Assert.Equal("ok", (string?)moved["status"]);
        Assert.Equal("in_progress", (string?)moved["issue"]!["status"]);
        Assert.StartsWith("exec_", (string?)moved["execution_id"], StringComparison.Ordinal);
        Assert.Equal("review", (string?)named["issue"]!["status"]);
        await client
            .PostJsonAsync("/api/v1/ext/workflows/trigger", new { to = "done" })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue_id");
        await client
            .PostJsonAsync("/api/v1/ext/workflows/trigger", new { issue_key = "LEGAL-1" })
            .RefusedAsync(422, "VALIDATION_ERROR", "to");
        await client
            .PostJsonAsync("/api/v1/ext/workflows/trigger", new { issue_key = "LEGAL-1", action = "fly" })
            .RefusedAsync(422, "VALIDATION_ERROR", "action");
        await client
            .PostJsonAsync("/api/v1/ext/workflows/trigger", new { issue_key = "LEGAL-1", to = "backlog" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        await client
            .PostJsonAsync("/api/v1/ext/workflows/trigger", new { issue_key = "LEGAL-9", to = "done" })
            .RefusedAsync(404, "ISSUE_NOT_FOUND");
    }

    [Fact]
    public async Task The_project_and_its_members_are_shown_without_services()
    {
        var tenant = await server.NewTenantAsync();
        var project = await tenant.AddProjectAsync();
        var (user, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects/LEGAL/members", new { member = new { user_id = user } })
            .CreatedAsync();
        var client = (await Installed.NewAsync(tenant, "LEGAL", permissions: ["projects:read", "users:read"])).Client;

        var shown = await client.GetAsync("/api/v1/ext/project").OkAsync();
        var members = await client.GetAsync("/api/v1/ext/project/members").OkAsync();

        Assert.Equal((long)project["id"]!, (long)shown["id"]!);
        var member = Assert.Single(members["members"]!.AsArray())!;
        Assert.Equal(user, (long)member["id"]!);
        Assert.Equal("member", (string?)member["project_role"]);
        Assert.Equal(1, (int)members["meta"]!["total"]!);
    }

    private async Task<HttpClient> InstallAsync(params string[] permissions)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        return (await Installed.NewAsync(tenant, "LEGAL", permissions: permissions)).Client;
    }
}
