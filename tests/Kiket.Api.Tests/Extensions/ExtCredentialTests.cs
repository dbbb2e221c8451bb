using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Extensions;

/// <summary>The credentials of an extension and what each of them may do.</summary>
public sealed class ExtCredentialTests(KiketServer server)
{
    [Fact]
    public async Task An_extension_calls_with_its_key_in_either_header_and_at_either_address()
    {
        var tenant = await server.NewTenantAsync();
        var project = await tenant.AddProjectAsync();
        var installed = await Installed.NewAsync(tenant, "LEGAL", permissions: ["projects:read"]);

        foreach (var client in new[] { installed.Client, server.NewClient(installed.Key) })
        {
            foreach (var root in new[] { "/api/v1", "" })
            {
                Assert.Equal((long)project["id"]!, (long)(await client.GetAsync($"{root}/ext/project").OkAsync())["id"]!);
                Assert.Equal(
                    installed.Id,
                    (long)(await client.GetAsync($"{root}/extensions/com.example.helper").OkAsync())["id"]!
                );
            }
        }
    }

    [Fact]
    public async Task A_bad_bearer_beside_a_good_key_does_no_harm_and_a_bad_key_is_not_saved_by_a_good_bearer()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var installed = await Installed.NewAsync(tenant, "LEGAL", permissions: ["projects:read"]);

        var both = installed.Client;
        both.DefaultRequestHeaders.Authorization = new("Bearer", "wksp_nonsense");
        await both.GetAsync("/api/v1/ext/project").OkAsync();

        var bad = server.NewClient(tenant.AdminToken);
        bad.DefaultRequestHeaders.Add("X-Kiket-API-Key", "ext_live_nonsense");
        await bad.GetAsync("/api/v1/ext/project?project_id=LEGAL").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await server.NewClient("ext_live_nonsense").GetAsync("/api/v1/ext/project").RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Theory]
    [InlineData("X-Kiket-Runtime-Token")]
    [InlineData("X-Runtime-Token")]
    public async Task A_runtime_token_takes_precedence_and_ends_with_the_installation(string header)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var installed = await Installed.NewAsync(tenant, "LEGAL", permissions: ["projects:read"]);
        string token;
        await using (var scope = server.Services.CreateAsyncScope())
        {
            scope
                .ServiceProvider.GetRequiredService<CurrentActor>()
                .SignIn(new(new(tenant.OrganizationId), new(tenant.AdminId), OrganizationRole.Admin), []);
            var extension = await scope
                .ServiceProvider.GetRequiredService<KiketDbContext>()
                .Extensions.SingleAsync(e => e.Id == new ExtensionId(installed.Id));
            token = (
                await server
                    .Services.GetRequiredService<RuntimeTokens>()
                    .CreateAsync(extension, extension.ProjectId, "test", TestContext.Current.CancellationToken)
            ).Text;
        }

        HttpClient With(string value)
        {
            var client = server.NewClient("wksp_nonsense");
            client.DefaultRequestHeaders.Add(header, value);
            client.DefaultRequestHeaders.Add("X-Kiket-API-Key", "ext_live_nonsense");
            return client;
        }

        await With(token).GetAsync("/api/v1/ext/project").OkAsync();
        await With(token).GetAsync("/ext/issues").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await With(token[..^4] + "AAAA").GetAsync("/api/v1/ext/project").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await With(token).GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await tenant.Admin.DeleteAsync($"/api/v1/extensions/{installed.Id}").OkAsync();
        await With(token).GetAsync("/api/v1/ext/project").RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task The_key_takes_precedence_over_a_users_token()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var installed = await Installed.NewAsync(tenant, "LEGAL", permissions: ["issues:write"]);
        var both = installed.Client;
        both.DefaultRequestHeaders.Authorization = new("Bearer", tenant.AdminToken);

        var issue = await both.PostJsonAsync("/api/v1/ext/issues", new { issue = new { title = "Mine" } }).CreatedAsync();

        Assert.Equal(installed.ServiceUserId, (long)issue["reporter"]!["id"]!);
    }

    [Fact]
    public async Task A_users_token_works_on_ext_with_the_project_named()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var token = (string)
            (
                await tenant
                    .Admin.PostJsonAsync("/api/v1/workspace_api_tokens", new { name = "CI", scopes = new[] { "projects:read" } })
                    .CreatedAsync()
            )["token"]!;
        var client = server.NewClient(token);

        await client.GetAsync("/api/v1/ext/project?project_id=LEGAL").OkAsync();
        await client.GetAsync("/api/v1/ext/project").RefusedAsync(400, "INVALID_PARAMETER", "project_id");
        await client.GetAsync("/api/v1/ext/issues").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await tenant.Admin.GetAsync("/api/v1/ext/storage/a").RefusedAsync(403, "FORBIDDEN");
        await tenant.Admin.PostJsonAsync("/api/v1/ext/telemetry", new { status = "ok" }).RefusedAsync(403, "FORBIDDEN");
    }

    [Theory]
    [InlineData("/api/v1/issues")]
    [InlineData("/api/v1/projects")]
    [InlineData("/api/v1/me")]
    [InlineData("/api/v1/workspace_api_tokens")]
    public async Task An_extensions_key_opens_nothing_but_the_routes_for_extensions(string path)
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant, permissions: ["*"]);

        await installed.Client.GetAsync(path).RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await server.NewClient(installed.Key).GetAsync(path).RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task An_extension_manages_no_extensions_and_sees_only_itself()
    {
        var tenant = await server.NewTenantAsync();
        var mine = await Installed.NewAsync(tenant, permissions: ["*"]);
        var other = await Installed.NewAsync(tenant, id: "com.example.other");

        Assert.Equal(
            [mine.Id],
            (await mine.Client.GetAsync("/api/v1/extensions").OkAsync())["extensions"]!.AsArray().Select(e => (long)e!["id"]!)
        );
        await mine.Client.GetAsync($"/api/v1/extensions/{other.Id}").RefusedAsync(404, "EXTENSION_NOT_FOUND");
        await mine.Client.GetAsync($"/api/v1/extensions/{other.Id}/secrets").RefusedAsync(404, "EXTENSION_NOT_FOUND");
        await mine.Client.GetAsync($"/api/v1/extensions/{other.Id}/reports").RefusedAsync(404, "EXTENSION_NOT_FOUND");
        await mine
            .Client.PostJsonAsync("/api/v1/extensions/com.example.other/events", new { name = "x" })
            .RefusedAsync(404, "EXTENSION_NOT_FOUND");
        await mine
            .Client.PostJsonAsync("/api/v1/extensions", new { manifest = Installed.Manifest() })
            .RefusedAsync(403, "FORBIDDEN");
        await mine.Client.DeleteAsync($"/api/v1/extensions/{mine.Id}").RefusedAsync(403, "FORBIDDEN");
        await mine.Client.GetAsync($"/api/v1/extensions/{mine.Id}/audit_log").RefusedAsync(403, "FORBIDDEN");
    }

    [Fact]
    public async Task An_extension_without_permissions_may_do_nothing_that_needs_one()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var client = (await Installed.NewAsync(tenant, "LEGAL")).Client;

        foreach (var path in new[] { "issues", "project", "project/members", "workflows/states", "storage/a", "storage" })
            await client.GetAsync($"/api/v1/ext/{path}").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await client.GetAsync("/api/v1/ext/rate_limit").OkAsync();
        await client.PostJsonAsync("/api/v1/ext/telemetry", new { status = "ok" }).ReadAsync(System.Net.HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task An_installation_for_a_project_ends_at_its_borders()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("CLOSED", "private");
        await tenant.AddProjectAsync("OPEN");
        await tenant.AddIssueAsync("CLOSED");
        await tenant.AddIssueAsync("OPEN");
        var client = (await Installed.NewAsync(tenant, "CLOSED", permissions: ["*"])).Client;

        Assert.Equal(
            ["CLOSED-1"],
            (await client.GetAsync("/api/v1/ext/issues").OkAsync())["issues"]!.AsArray().Select(i => (string?)i!["key"])
        );
        Assert.Empty((await client.GetAsync("/api/v1/ext/issues?project=OPEN").OkAsync())["issues"]!.AsArray());
        await client.GetAsync("/api/v1/ext/issues/OPEN-1").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await client.PatchJsonAsync("/api/v1/ext/issues/OPEN-1", new { title = "x" }).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await client.PostJsonAsync("/api/v1/ext/issues/OPEN-1/comments", new { body = "x" }).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await client
            .PostJsonAsync("/api/v1/ext/issues", new { project_key = "OPEN", issue = new { title = "x" } })
            .RefusedAsync(404, "PROJECT_NOT_FOUND");
        await client.GetAsync("/api/v1/ext/project?project_id=OPEN").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await client.GetAsync("/api/v1/ext/project/members?project_key=OPEN").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await client.GetAsync("/api/v1/ext/workflows/states?project_id=OPEN").RefusedAsync(404, "PROJECT_NOT_FOUND");
        await client
            .PostJsonAsync("/api/v1/ext/workflows/trigger", new { issue_key = "OPEN-1", to = "in_progress" })
            .RefusedAsync(404, "ISSUE_NOT_FOUND");
    }

    [Fact]
    public async Task An_installation_for_the_organization_sees_what_is_open_to_it()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("CLOSED", "private");
        await tenant.AddProjectAsync("OPEN");
        await tenant.AddIssueAsync("CLOSED");
        await tenant.AddIssueAsync("OPEN");
        var client = (await Installed.NewAsync(tenant, permissions: ["*"])).Client;

        Assert.Equal(
            ["OPEN-1"],
            (await client.GetAsync("/api/v1/ext/issues").OkAsync())["issues"]!.AsArray().Select(i => (string?)i!["key"])
        );
        await client.GetAsync("/api/v1/ext/issues/CLOSED-1").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await client.GetAsync("/api/v1/ext/project").RefusedAsync(400, "INVALID_PARAMETER", "project_id");
        await client.GetAsync("/api/v1/ext/project?project_id=OPEN").OkAsync();
    }

    [Fact]
    public async Task Another_tenants_issue_does_not_exist()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await other.AddProjectAsync();
        var issue = await other.AddIssueAsync();
        var client = (await Installed.NewAsync(tenant, permissions: ["*"])).Client;

        await client.GetAsync($"/api/v1/ext/issues/{issue["id"]}").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await client.GetAsync("/api/v1/ext/project?project_id=LEGAL").RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Fact]
    public async Task What_an_extension_does_is_done_by_its_service()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var installed = await Installed.NewAsync(
            tenant,
            "LEGAL",
            permissions: ["issues:write", "comments:write", "workflows.execute"]
        );

        var issue = await installed
            .Client.PostJsonAsync("/api/v1/ext/issues", new { issue = new { title = "Found by a machine" } })
            .CreatedAsync();
        var comment = await installed
            .Client.PostJsonAsync($"/api/v1/ext/issues/{issue["key"]}/comments", new { comment = new { body = "Beep" } })
            .CreatedAsync();
        await installed
            .Client.PostJsonAsync("/api/v1/ext/workflows/trigger", new { issue_id = (long)issue["id"]!, to = "in_progress" })
            .OkAsync();
        var history = await tenant.Admin.GetAsync($"/api/v1/issues/{issue["key"]}/history").OkAsync();
        var events = await tenant.Admin.GetAsync("/api/v1/events").OkAsync();
        var users = await tenant.Admin.GetAsync("/api/v1/users").OkAsync();

        Assert.Equal("Helper", (string?)issue["reporter"]!["name"]);
        Assert.Equal(installed.ServiceUserId, (long)comment["author"]!["id"]!);
        Assert.All(history["data"]!.AsArray(), entry => Assert.Equal(installed.ServiceUserId, (long)entry!["actor"]!["id"]!));
        Assert.DoesNotContain(users["users"]!.AsArray(), u => (long)u!["id"]! == installed.ServiceUserId);
        Assert.NotEmpty(events["data"]!.AsArray());
    }

    [Fact]
    public async Task A_scope_of_the_token_is_needed_to_manage_extensions()
    {
        var tenant = await server.NewTenantAsync();
        var readOnly = await tenant.WithScopesAsync("extensions:read");
        var none = await tenant.WithScopesAsync("issues");

        await readOnly.GetAsync("/api/v1/extensions").OkAsync();
        await readOnly
            .PostJsonAsync("/api/v1/extensions", new { manifest = Installed.Manifest() })
            .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await none.GetAsync("/api/v1/extensions").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }
}
