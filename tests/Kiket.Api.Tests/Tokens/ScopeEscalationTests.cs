using System.Net;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Tokens;

/// <summary>Nobody can grant, import or subscribe to anything that their own credential does not allow.</summary>
public sealed class ScopeEscalationTests(KiketServer server)
{
    private const string Refused = "AUTH_FORBIDDEN_SCOPE";

    [Theory]
    [InlineData("*", "extensions:write")]
    [InlineData("admin", "extensions:write")]
    [InlineData("issues:read", "extensions:write")]
    [InlineData("read:issues", "extensions:write", "comments")]
    [InlineData("issues.write", "extensions:write", "issues:read")]
    [InlineData("comments", "extensions:write", "comments:read")]
    [InlineData("workflows.execute", "extensions:write", "workflows:read")]
    public async Task A_manifest_asks_for_no_more_than_the_token_that_installs_it(string permission, params string[] scopes)
    {
        var tenant = await server.NewTenantAsync();
        var client = await tenant.WithScopesAsync(scopes);

        await client
            .PostJsonAsync("/api/v1/extensions", new { manifest = Installed.Manifest("com.example.greedy", permission) })
            .RefusedAsync(403, Refused);

        Assert.Equal(0, (int)(await tenant.Admin.GetAsync("/api/v1/extensions").OkAsync())["meta"]!["total"]!);
    }

    [Theory]
    [InlineData("issues:write", "issues:write", "issues")]
    [InlineData("comments.write", "comments:write", "comments")]
    [InlineData("notifications:send", "notifications:write", "notifications")]
    public async Task A_permission_to_write_needs_the_scope_to_read_that_it_implies(
        string permission,
        string insufficient,
        string sufficient
    )
    {
        var tenant = await server.NewTenantAsync();
        var body = new { manifest = Installed.Manifest("com.example.greedy", permission) };

        await (await tenant.WithScopesAsync("extensions:write", insufficient))
            .PostJsonAsync("/api/v1/extensions", body)
            .RefusedAsync(403, Refused);
        await (await tenant.WithScopesAsync("extensions:write", sufficient))
            .PostJsonAsync("/api/v1/extensions", body)
            .CreatedAsync();
    }

    [Fact]
    public async Task A_subscription_stays_at_an_upgrade_when_writing_implies_the_reading_that_it_needs()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant, permissions: ["webhooks", "issues:write"]);
        await installed
            .Client.PostJsonAsync(
                "/api/v1/ext/webhooks/subscribe",
                new { url = "https://127.0.0.1/hook", events = new[] { "issue.transitioned" } }
            )
            .CreatedAsync();

        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/extensions",
                new { manifest = Installed.Manifest(permissions: ["webhooks", "issues:write"]) }
            )
            .OkAsync();

        Assert.Single(
            (await installed.Client.GetAsync("/api/v1/ext/webhooks").OkAsync())["webhooks"]!.AsArray(),
            w => (bool)w!["active"]!
        );
    }

    [Fact]
    public async Task An_upgrade_needs_all_that_the_manifest_asks_for_since_it_may_send_its_tokens_elsewhere()
    {
        var tenant = await server.NewTenantAsync();
        await Installed.NewAsync(tenant, permissions: "issues:read");
        var client = await tenant.WithScopesAsync("extensions:write");
        var manifest = Installed.Manifest(permissions: "issues:read");

        await client
            .PostJsonAsync("/api/v1/extensions", new { manifest, callback_url = "https://other.example.com" })
            .RefusedAsync(403, Refused);
        await (await tenant.WithScopesAsync("extensions:write", "issues:read"))
            .PostJsonAsync("/api/v1/extensions", new { manifest, callback_url = "https://other.example.com" })
            .OkAsync();
    }

    [Theory]
    [InlineData("issue.created", "comments:read")]
    [InlineData("issue.transitioned", "projects:read")]
    [InlineData("workflow.before_transition", "comments:read")]
    [InlineData("workflow.sla_breach", "comments:read")]
    [InlineData("comment.created", "issues:read")]
    [InlineData("issue.commented", "issues:read")]
    [InlineData("project.updated", "issues:read")]
    public async Task A_manifest_subscribes_to_no_more_than_the_token_that_installs_it_may_read(string hook, string scope)
    {
        var tenant = await server.NewTenantAsync();
        var client = await tenant.WithScopesAsync("extensions:write", scope);
        var manifest = Installed.Manifest("com.example.curious");
        manifest["extension"]!["hooks"] = new JsonArray(new JsonObject { ["event"] = hook });

        await client.PostJsonAsync("/api/v1/extensions", new { manifest }).RefusedAsync(403, Refused);
    }

    [Fact]
    public async Task A_manifest_reaches_no_custom_data_that_the_token_does_not()
    {
        var tenant = await server.NewTenantAsync();
        var manifest = Installed.Manifest("com.example.records");
        manifest["extension"]!["custom_data"] = JsonNode.Parse(
            """{"permissions": [{"module": "com.example.crm", "operations": ["read", "write"]}]}"""
        );

        await (await tenant.WithScopesAsync("extensions:write", "custom_data:read"))
            .PostJsonAsync("/api/v1/extensions", new { manifest = manifest.DeepClone() })
            .RefusedAsync(403, Refused);
        await (await tenant.WithScopesAsync("extensions:write", "custom_data"))
            .PostJsonAsync("/api/v1/extensions", new { manifest })
            .CreatedAsync();
    }

    [Theory]
    [InlineData("issue.created", "webhooks:write")]
    [InlineData("comment.created", "webhooks:write", "issues:read")]
    [InlineData("project.updated", "webhooks:write", "issues:read")]
    public async Task A_subscription_covers_no_more_than_the_extension_may_read(string name, params string[] permissions)
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant, permissions: permissions);
        var body = new { url = "https://127.0.0.1/hook", events = new[] { name } };

        await installed.Client.PostJsonAsync("/api/v1/ext/webhooks/subscribe", body).RefusedAsync(403, Refused);
    }

    [Fact]
    public async Task A_subscription_ends_when_an_upgrade_takes_the_permission_away()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant, permissions: ["webhooks", "issues:read", "projects:read"]);
        foreach (var name in new[] { "issue.created", "project.updated" })
            await installed
                .Client.PostJsonAsync(
                    "/api/v1/ext/webhooks/subscribe",
                    new { url = "https://127.0.0.1/hook", events = new[] { name } }
                )
                .CreatedAsync();

        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/extensions",
                new { manifest = Installed.Manifest(permissions: ["webhooks", "projects:read"]) }
            )
            .OkAsync();

        var left = Assert.Single(
            (await installed.Client.GetAsync("/api/v1/ext/webhooks").OkAsync())["webhooks"]!.AsArray(),
            w => (bool)w!["active"]!
        )!;
        Assert.Equal("project.updated", (string)left["events"]![0]!);
    }

    [Theory]
    [InlineData("projects:write", "issues:write")]
    [InlineData("issues:write", "projects:write")]
    public async Task An_import_makes_nothing_that_the_token_may_not_make(string scope, string lacking)
    {
        var tenant = await server.NewTenantAsync();
        var client = await tenant.WithScopesAsync("workflows:write", scope);

        var refusal = await client.PostJsonAsync("/api/v1/definitions/import", new { files = Pack }).RefusedAsync(403, Refused);
        var rehearsed = await client
            .PostJsonAsync("/api/v1/definitions/import", new { files = Pack, dry_run = true })
            .RefusedAsync(403, Refused);

        Assert.Contains(lacking, (string)refusal["error"]!, StringComparison.Ordinal);
        Assert.Equal((string?)refusal["error"], (string?)rehearsed["error"]);
        Assert.Empty((await tenant.Admin.GetAsync("/api/v1/projects").OkAsync())["data"]!.AsArray());
        await (await tenant.WithScopesAsync("workflows:write", "projects:write", "issues:write"))
            .PostJsonAsync("/api/v1/definitions/import", new { files = Pack })
            .OkAsync();
    }

    [Theory]
    [InlineData("webhook", "issues:write", "webhooks:write")]
    [InlineData("ext:com.example.helper.call", "issues:write", "webhooks:write")]
    [InlineData("notify", "workflows:write", "issues:write")]
    public async Task A_workflow_acts_on_nothing_that_the_token_may_not_change(string action, string insufficient, string missing)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        const string path = "/api/v1/workflows/flow?project_id=LEGAL";
        var text = $$$"""
            workflow: {id: flow, name: Flow, version: "1"}
            states:
              open: {type: initial}
              shut: {type: final, on_enter: [{action: "{{{action}}}", url: "https://198.51.100.7", message: hello,
                  recipients: {fields: [assignee]}}]}
            transitions: [{from: open, to: shut}]
            """;

        await (await tenant.WithScopesAsync("workflows:write", insufficient))
            .PutAsync(path, Yaml(text))
            .RefusedAsync(403, Refused);
        Assert.Equal(HttpStatusCode.NotFound, (await tenant.Admin.GetAsync(path)).StatusCode);
        await (await tenant.WithScopesAsync("workflows:write", insufficient, missing)).PutAsync(path, Yaml(text)).OkAsync();
    }

    [Fact]
    public async Task A_workflow_without_actions_needs_no_other_scope_and_moving_issues_does()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var client = await tenant.WithScopesAsync("workflows:write");

        await client
            .PutAsync(
                "/api/v1/workflows/flow?project_id=LEGAL",
                Yaml(
                    """
                    workflow: {id: flow, name: Flow, version: "1"}
                    states: {open: {type: initial}, shut: {type: final}}
                    transitions: [{from: open, to: shut}]
                    """
                )
            )
            .OkAsync();
        await client
            .PostJsonAsync("/api/v1/workflows/flow/migrate?project_id=LEGAL", new { to_version = 1 })
            .RefusedAsync(403, Refused);
    }

    [Fact]
    public async Task Notifications_have_a_scope()
    {
        var tenant = await server.NewTenantAsync();
        var (without, reads) = (await tenant.WithScopesAsync("issues"), await tenant.WithScopesAsync("notifications:read"));

        await without.GetAsync("/api/v1/notifications").RefusedAsync(403, Refused);
        await without.PostJsonAsync("/api/v1/notifications/read_all", new { }).RefusedAsync(403, Refused);
        await reads.GetAsync("/api/v1/notifications").OkAsync();
        await reads.PatchJsonAsync("/api/v1/notifications/1", new { read = true }).RefusedAsync(403, Refused);
    }

    [Fact]
    public async Task The_log_shows_comments_only_to_those_who_may_read_them()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/comments", new { comment = new { body = "between us" } })
            .CreatedAsync();

        var seen = (await (await tenant.WithScopesAsync("issues:read")).GetAsync("/api/v1/events").OkAsync())["data"]!.AsArray();
        var all = (await (await tenant.WithScopesAsync("issues:read", "comments:read")).GetAsync("/api/v1/events").OkAsync())[
            "data"
        ]!.AsArray();

        Assert.Equal(["issue.created"], seen.Select(e => (string?)e!["event"]));
        Assert.Equal(["issue.created", "comment.created"], all.Select(e => (string?)e!["event"]));
    }

    [Fact]
    public async Task An_extension_reads_shared_secrets_only_where_its_manifest_names_them()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var installed = await Installed.NewAsync(tenant, "LEGAL");
        foreach (var scope in new[] { "organization", "project" })
        {
            foreach (var key in new[] { "API_TOKEN", $"FOREIGN_{scope.ToUpperInvariant()}" })
            {
                await tenant
                    .Admin.PostJsonAsync(
                        "/api/v1/extensions/com.example.helper/secrets?project_id=LEGAL",
                        new { secret = new { key, value = $"{scope} {key}" }, scope }
                    )
                    .CreatedAsync();
            }
        }

        await installed
            .Client.PostJsonAsync(
                "/api/v1/extensions/com.example.helper/secrets",
                new { secret = new { key = "ITS_OWN", value = "own" } }
            )
            .CreatedAsync();

        const string secrets = "/api/v1/extensions/com.example.helper/secrets";
        Assert.Equal("project API_TOKEN", (string?)(await installed.Client.GetAsync($"{secrets}/API_TOKEN").OkAsync())["value"]);
        Assert.Equal("own", (string?)(await installed.Client.GetAsync($"{secrets}/ITS_OWN").OkAsync())["value"]);
        foreach (var query in new[] { "", "?scope=organization", "?scope=project" })
        {
            Assert.Equal(
                HttpStatusCode.NotFound,
                (await installed.Client.GetAsync($"{secrets}/FOREIGN_ORGANIZATION{query}")).StatusCode
            );
            Assert.Equal(
                HttpStatusCode.NotFound,
                (await installed.Client.GetAsync($"{secrets}/FOREIGN_PROJECT{query}")).StatusCode
            );
        }

        var listed = (await installed.Client.GetAsync(secrets).OkAsync())["keys"]!.AsArray().Select(k => (string)k!);
        Assert.Equal(["API_TOKEN", "ITS_OWN"], listed);
        Assert.Equal(4, (await tenant.Admin.GetAsync($"{secrets}?project_id=LEGAL").OkAsync())["keys"]!.AsArray().Count);
    }

    private static object[] Pack =>
        [
            new
            {
                path = ".kiket/project.yaml",
                content = "project: {key: PACK, name: Pack, seed_data: {issues: [{title: First, type: Task}]}}",
            },
        ];

    private static StringContent Yaml(string text) => new(text, System.Text.Encoding.UTF8, "application/yaml");
}
