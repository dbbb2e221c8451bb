using System.Net.Http.Headers;
using System.Text;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Extensions;

public sealed class ExtensionEndpointsTests(KiketServer server)
{
    private const string Yaml = """
        model_version: "1.0"
        extension:
          id: com.example.yaml
          name: From YAML
          delivery: http
          callback: {url: "${EXTENSION_BASE_URL:-https://yaml.example.com}/hooks/", secret: literal-secret-of-the-manifest,
              timeout: 5000}
          permissions: [issues:read]
          hooks:
            - {event: issue.created, timeout: 5000, retries: 1}
            - {event: yaml.greet}
        """;

    [Fact]
    public async Task An_extension_shows_when_its_key_was_last_used()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);
        var path = $"/api/v1/extensions/{installed.Answer["id"]}";
        Assert.Null((await tenant.Admin.GetAsync(path).OkAsync())["api_key_last_used_at"]);

        await installed.Client.GetAsync(path).OkAsync();

        while ((await tenant.Admin.GetAsync(path).OkAsync())["api_key_last_used_at"] is null) // written a moment later
            await Task.Delay(50, TestContext.Current.CancellationToken);
    }

    [Fact]
    public async Task An_installed_extension_has_every_member_and_shows_its_secrets_once()
    {
        var tenant = await server.NewTenantAsync();

        var installed = await Installed.NewAsync(tenant, permissions: ["issues:read"]);
        var read = await tenant.Admin.GetAsync("/api/v1/extensions/com.example.helper").OkAsync();

        Assert.StartsWith("ext_live_", installed.Key, StringComparison.Ordinal);
        Assert.Equal(installed.Key[..17], (string?)installed.Answer["api_key_prefix"]);
        Assert.StartsWith("whsec_", (string?)installed.Answer["webhook_secret"], StringComparison.Ordinal);
        Assert.Equal("""["issues:read"]""", installed.Answer["added_permissions"]!.ToJsonString());
        Assert.Equal("[]", installed.Answer["warnings"]!.ToJsonString());
        Assert.Equal("com.example.helper", (string?)read["extension_id"]);
        Assert.Equal("1.2.3", (string?)read["version"]);
        Assert.Equal("v1", (string?)read["api_version"]);
        Assert.Equal("active", (string?)read["status"]);
        Assert.Equal("http", (string?)read["delivery"]);
        Assert.Equal("https://helper.example.com/kiket", (string?)read["callback_url"]);
        Assert.Equal("""{"greeting":"Hello"}""", read["configuration"]!.ToJsonString());
        Assert.Equal("Helper", (string?)read["manifest"]!["extension"]!["name"]);
        Assert.Equal("healthy", (string?)read["health"]!["status"]);
        Assert.Null(read["project_id"]);
        foreach (var secret in new[] { "api_key", "webhook_secret", "added_permissions" })
            Assert.False(read.AsObject().ContainsKey(secret));
        Assert.DoesNotContain(installed.Key, read.ToJsonString(), StringComparison.Ordinal);

        var byId = await tenant.Admin.GetAsync($"/api/v1/extensions/{installed.Id}").OkAsync();
        var list = await tenant.Admin.GetAsync("/api/v1/extensions?organization=acme&product_installation=5").OkAsync();
        Assert.Equal(read.ToJsonString(), byId.ToJsonString());
        Assert.Equal(read.ToJsonString(), Assert.Single(list["extensions"]!.AsArray())!.ToJsonString());
        Assert.Equal(1, (int)list["meta"]!["total_count"]!);
    }

    [Fact]
    public async Task Neither_the_key_nor_the_webhook_secret_is_stored_as_it_is()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);

        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var stored = await db
            .Extensions.IgnoreQueryFilters()
            .AsNoTracking()
            .SingleAsync(e => e.Id == new ExtensionId(installed.Id));
        var values = db.Entry(stored).Properties.Select(p => p.CurrentValue?.ToString()).OfType<string>().ToList();

        Assert.DoesNotContain(values, v => v.Contains(installed.Key[17..], StringComparison.Ordinal));
        Assert.DoesNotContain(values, v => v.Contains((string)installed.Answer["webhook_secret"]!, StringComparison.Ordinal));
    }

    [Fact]
    public async Task A_manifest_can_be_the_body_itself()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var installed = await tenant.Admin.PostAsync("/api/v1/extensions?project_id=LEGAL", Body(Yaml)).CreatedAsync();

        Assert.Equal("https://yaml.example.com/hooks", (string?)installed["callback_url"]);
        Assert.NotNull(installed["project_id"]);
        Assert.Equal("literal-secret-of-the-manifest", (string?)installed["webhook_secret"]);
        Assert.Equal("[filtered]", (string?)installed["manifest"]!["extension"]!["callback"]!["secret"]);
        Assert.Equal("extension.hooks[1]", (string?)Assert.Single(installed["warnings"]!.AsArray())!["field"]);
    }

    [Fact]
    public async Task A_manifest_can_be_yaml_text_in_json()
    {
        var tenant = await server.NewTenantAsync();

        var installed = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/extensions",
                new
                {
                    manifest = Yaml,
                    callback_url = "https://other.example.com",
                    repository = new { url = "https://git.example.com" },
                }
            )
            .CreatedAsync();

        Assert.Equal("com.example.yaml", (string?)installed["extension_id"]);
        Assert.Equal("https://other.example.com", (string?)installed["callback_url"]);
    }

    [Fact]
    public async Task Every_error_is_reported_at_once_with_its_position_and_nothing_is_installed()
    {
        var tenant = await server.NewTenantAsync();
        const string broken = """
            model_version: "2.0"
            extension:
              id: 7up
              version: one
              delivery: carrier_pigeon
              callback: {url: x, timeout: 5}
              hooks:
                - {timeout: soon}
                - {event: issue.created, retries: -1}
              custom_data: {permissions: [{module: m, operations: [eat]}]}
              configuration: [1, 2]
            """;

        var refusal = await tenant
            .Admin.PostAsync("/api/v1/extensions", Body(broken))
            .RefusedAsync(422, "EXTENSION_INSTALL_FAILED");
        var faults = refusal["details"]!.AsArray().Select(d => $"{d!["line"]}:{d["column"]} {d["field"]}").ToList();

        Assert.Equal(
            [
                "1:16 model_version",
                "3:3 extension.name",
                "3:7 extension.id",
                "4:12 extension.version",
                "5:13 extension.delivery",
                "6:31 extension.callback.timeout",
                "8:17 extension.hooks[0].timeout",
                "8:7 extension.hooks[0].event",
                "9:39 extension.hooks[1].retries",
                "10:55 extension.custom_data.permissions[0].operations",
                "11:19 extension.configuration[0]",
                "11:22 extension.configuration[1]",
            ],
            faults.Order(StringComparer.Ordinal).OrderBy(f => int.Parse(f.Split(':')[0]))
        );
        Assert.Equal(0, (int)(await tenant.Admin.GetAsync("/api/v1/extensions").OkAsync())["meta"]!["total"]!);
    }

    [Fact]
    public async Task An_address_that_is_not_set_is_an_error()
    {
        var tenant = await server.NewTenantAsync();
        var manifest = Installed.Manifest();
        manifest["extension"]!["callback"]!["url"] = "${SOMEWHERE}/x";

        await tenant
            .Admin.PostJsonAsync("/api/v1/extensions", new { manifest })
            .RefusedAsync(422, "EXTENSION_INSTALL_FAILED", "extension.callback.url");
        foreach (
            var url in new[] { "ftp://x.example.com", "helper", "https://user:pw@x.example.com", "https://x.example.com/?a=b" }
        )
            await tenant
                .Admin.PostJsonAsync("/api/v1/extensions", new { manifest, callback_url = url })
                .RefusedAsync(422, "EXTENSION_INSTALL_FAILED", "callback_url");
    }

    [Theory]
    [InlineData("https://10.0.0.1/hook")]
    [InlineData("https://169.254.169.254/hook")]
    [InlineData("https://[::1]/hook")]
    [InlineData("http://8.8.8.8/hook")]
    public async Task A_callback_that_may_not_be_called_is_refused_before_anything_is_installed(string url)
    {
        var tenant = await server.NewTenantAsync();

        await tenant
            .Admin.PostJsonAsync("/api/v1/extensions", new { manifest = Yaml, callback_url = url })
            .RefusedAsync(422, "EXTENSION_INSTALL_FAILED", "callback_url");
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/extensions",
                new
                {
                    manifest = Yaml.Replace(
                        "${EXTENSION_BASE_URL:-https://yaml.example.com}/hooks/",
                        url,
                        StringComparison.Ordinal
                    ),
                }
            )
            .RefusedAsync(422, "EXTENSION_INSTALL_FAILED", "extension.callback.url");

        Assert.Empty((await tenant.Admin.GetAsync("/api/v1/extensions").OkAsync())["extensions"]!.AsArray());
    }

    [Fact]
    public async Task Installing_again_upgrades_and_keeps_the_key()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant, permissions: ["issues:read"]);
        var next = Installed.Manifest(permissions: ["issues:read", "comments:write"]);
        next["extension"]!["version"] = "2.0.0";
        next["extension"]!["name"] = "Better Helper";

        var upgraded = await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest = next }).OkAsync();
        var audit = await tenant.Admin.GetAsync("/api/v1/extensions/com.example.helper/audit_log").OkAsync();

        Assert.Equal(installed.Id, (long)upgraded["id"]!);
        Assert.Equal("2.0.0", (string?)upgraded["version"]);
        Assert.Equal("""["comments:write"]""", upgraded["added_permissions"]!.ToJsonString());
        Assert.False(upgraded.AsObject().ContainsKey("api_key"));
        Assert.False(upgraded.AsObject().ContainsKey("webhook_secret"));
        await installed.Client.GetAsync("/api/v1/extensions/com.example.helper").OkAsync();
        Assert.Equal(["upgraded", "installed"], audit["data"]!.AsArray().Select(e => (string?)e!["action"]));
        Assert.Equal(
            """{"from":"1.2.3","to":"2.0.0","added_permissions":["comments:write"]}""",
            Sorted(audit["data"]![0]!["details"]!, "from", "to", "added_permissions")
        );
    }

    [Fact]
    public async Task The_endpoint_of_an_extension_follows_its_manifest()
    {
        var tenant = await server.NewTenantAsync();
        var manifest = Installed.Manifest();
        manifest["extension"]!["hooks"] = new JsonArray("issue.created");
        manifest["extension"]!["callback"]!["secret"] = "the first secret";
        var id = (long)(await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).CreatedAsync())["id"]!;
        var made = await tenant.OnDatabaseAsync(db =>
            db.Webhooks.AsNoTracking().SingleAsync(w => w.ExtensionId == new ExtensionId(id))
        );

        manifest["extension"]!["hooks"] = new JsonArray("issue.created", "issue.closed", "not.an.event");
        manifest["extension"]!["callback"]!["url"] = "https://moved.example.com";
        await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).OkAsync();
        var moved = await tenant.OnDatabaseAsync(db =>
            db.Webhooks.AsNoTracking().SingleAsync(w => w.ExtensionId == new ExtensionId(id))
        );
        manifest["extension"]!["callback"]!["secret"] = "the second secret";
        await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).OkAsync();
        var rotated = await tenant.OnDatabaseAsync(db =>
            db.Webhooks.AsNoTracking().SingleAsync(w => w.ExtensionId == new ExtensionId(id))
        );
        await tenant.Admin.DeleteAsync($"/api/v1/extensions/{id}").OkAsync();
        var stopped = await tenant.OnDatabaseAsync(db =>
            db.Webhooks.AsNoTracking().SingleAsync(w => w.ExtensionId == new ExtensionId(id))
        );

        Assert.Equal(("https://helper.example.com/kiket", 1), (made.Target.Url, made.Hooks.Count));
        Assert.DoesNotContain("first", made.Secret, StringComparison.Ordinal);
        Assert.Equal(["issue.created", "issue.closed"], moved.Hooks.Select(h => h.Event));
        Assert.Equal(
            ("https://moved.example.com", made.Secret, (string?)null),
            (moved.Target.Url, moved.Secret, moved.PreviousSecret)
        );
        Assert.Equal(made.Secret, rotated.PreviousSecret);
        Assert.NotEqual(made.Secret, rotated.Secret);
        Assert.True(rotated.Active);
        Assert.False(stopped.Active);
    }

    [Fact]
    public async Task The_same_extension_can_be_installed_for_several_projects()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("NEWS");
        var (legal, news) = (await Installed.NewAsync(tenant, "LEGAL"), await Installed.NewAsync(tenant, "NEWS"));

        Assert.NotEqual(legal.Id, news.Id);
        await tenant.Admin.GetAsync("/api/v1/extensions/com.example.helper").RefusedAsync(400, "INVALID_PARAMETER", "project_id");
        Assert.Equal(
            news.Id,
            (long)(await tenant.Admin.GetAsync("/api/v1/extensions/com.example.helper?project_id=NEWS").OkAsync())["id"]!
        );
        Assert.Equal(legal.Id, (long)(await legal.Client.GetAsync("/api/v1/extensions/com.example.helper").OkAsync())["id"]!);

        var wide = await Installed.NewAsync(tenant);
        Assert.Equal(wide.Id, (long)(await tenant.Admin.GetAsync("/api/v1/extensions/com.example.helper").OkAsync())["id"]!);
        Assert.Equal(
            [news.Id, wide.Id],
            (await tenant.Admin.GetAsync("/api/v1/extensions?project_id=NEWS").OkAsync())["extensions"]!
                .AsArray()
                .Select(e => (long)e!["id"]!)
        );
    }

    [Fact]
    public async Task An_uninstalled_extension_is_locked_out_and_remembered()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant, permissions: ["storage:write"]);
        await installed.Client.PutAsync("/api/v1/ext/storage/a", Body("""{"value": 1}""", "application/json")).OkAsync();

        Assert.Equal(
            """{"success":true}""",
            (await tenant.Admin.DeleteAsync("/api/v1/extensions/com.example.helper").OkAsync()).ToJsonString()
        );

        await installed.Client.GetAsync("/api/v1/ext/rate_limit").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await tenant.Admin.GetAsync("/api/v1/extensions/com.example.helper").RefusedAsync(404, "EXTENSION_NOT_FOUND");
        await tenant.Admin.DeleteAsync($"/api/v1/extensions/{installed.Id}").RefusedAsync(404, "EXTENSION_NOT_FOUND");
        Assert.Empty((await tenant.Admin.GetAsync("/api/v1/extensions").OkAsync())["extensions"]!.AsArray());
        Assert.Equal(
            "uninstalled",
            (string?)(await tenant.Admin.GetAsync($"/api/v1/extensions/{installed.Id}").OkAsync())["status"]
        );
        Assert.Single((await tenant.Admin.GetAsync("/api/v1/extensions?status=uninstalled").OkAsync())["extensions"]!.AsArray());
        var audit = await tenant.Admin.GetAsync($"/api/v1/extensions/{installed.Id}/audit_log").OkAsync();
        Assert.Equal(["uninstalled", "installed"], audit["data"]!.AsArray().Select(e => (string?)e!["action"]));

        var again = await Installed.NewAsync(tenant, permissions: ["storage:read"]);
        Assert.NotEqual(installed.Id, again.Id);
        await again.Client.GetAsync("/api/v1/ext/storage/a").RefusedAsync(404, "STORAGE_KEY_NOT_FOUND");
    }

    [Theory]
    [InlineData(OrganizationRole.Viewer)]
    [InlineData(OrganizationRole.Developer)]
    [InlineData(OrganizationRole.ProjectManager)]
    [InlineData(OrganizationRole.FinanceManager)]
    public async Task Only_administrators_manage_extensions(Enum role)
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);
        var (_, client) = await tenant.AddUserAsync((OrganizationRole)role);

        await client.PostJsonAsync("/api/v1/extensions", new { manifest = Installed.Manifest() }).RefusedAsync(403, "FORBIDDEN");
        await client
            .PatchJsonAsync($"/api/v1/extensions/{installed.Id}", new { rate_limit_requests = 5 })
            .RefusedAsync(403, "FORBIDDEN");
        await client.DeleteAsync($"/api/v1/extensions/{installed.Id}").RefusedAsync(403, "FORBIDDEN");
        await client.GetAsync($"/api/v1/extensions/{installed.Id}/audit_log").RefusedAsync(403, "FORBIDDEN");
        await client.GetAsync($"/api/v1/extensions/{installed.Id}/secrets").RefusedAsync(403, "FORBIDDEN");
        await client.GetAsync($"/api/v1/extensions/{installed.Id}").OkAsync();
    }

    [Fact]
    public async Task An_extension_of_a_private_project_is_seen_by_those_who_see_the_project()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("CLOSED", "private");
        var installed = await Installed.NewAsync(tenant, "CLOSED");
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);

        await client.GetAsync($"/api/v1/extensions/{installed.Id}").RefusedAsync(404, "EXTENSION_NOT_FOUND");
        Assert.Empty((await client.GetAsync("/api/v1/extensions").OkAsync())["extensions"]!.AsArray());
        await tenant.Admin.PostJsonAsync("/api/v1/projects/CLOSED/members", new { member = new { user_id = id } }).CreatedAsync();
        await client.GetAsync($"/api/v1/extensions/{installed.Id}").OkAsync();
    }

    [Fact]
    public async Task Another_tenants_extension_does_not_exist()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var installed = await Installed.NewAsync(tenant);

        foreach (var name in new[] { installed.Id.ToString(), "com.example.helper" })
        {
            await other.Admin.GetAsync($"/api/v1/extensions/{name}").RefusedAsync(404, "EXTENSION_NOT_FOUND");
            await other.Admin.DeleteAsync($"/api/v1/extensions/{name}").RefusedAsync(404, "EXTENSION_NOT_FOUND");
            await other
                .Admin.PatchJsonAsync($"/api/v1/extensions/{name}", new { rate_limit_requests = 5 })
                .RefusedAsync(404, "EXTENSION_NOT_FOUND");
            await other.Admin.GetAsync($"/api/v1/extensions/{name}/audit_log").RefusedAsync(404, "EXTENSION_NOT_FOUND");
            await other.Admin.GetAsync($"/api/v1/extensions/{name}/secrets").RefusedAsync(404, "EXTENSION_NOT_FOUND");
        }
    }

    [Fact]
    public async Task Settings_and_limits_are_changed_by_name()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);
        var path = $"/api/v1/extensions/{installed.Id}";

        var changed = await tenant
            .Admin.PatchJsonAsync(
                path,
                new
                {
                    extension = new
                    {
                        configuration = new { greeting = "Hi" },
                        rate_limit_requests = 7,
                        rate_limit_window = 60,
                    },
                }
            )
            .OkAsync();
        Assert.Equal("""{"greeting":"Hi"}""", changed["configuration"]!.ToJsonString());
        Assert.Equal((7, 60), ((int)changed["rate_limit_requests"]!, (int)changed["rate_limit_window"]!));

        var back = await tenant.Admin.PatchJsonAsync(path, new { configuration = new { greeting = (string?)null } }).OkAsync();
        Assert.Equal("""{"greeting":"Hello"}""", back["configuration"]!.ToJsonString());
        Assert.Equal(7, (int)back["rate_limit_requests"]!);

        await tenant
            .Admin.PatchJsonAsync(path, new { configuration = new { nonsense = 1 } })
            .RefusedAsync(422, "VALIDATION_ERROR", "extension.configuration.nonsense");
        await tenant
            .Admin.PatchJsonAsync(path, new { configuration = new { API_TOKEN = "x" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "extension.configuration.API_TOKEN");
        await tenant
            .Admin.PatchJsonAsync(path, new { rate_limit_requests = 0 })
            .RefusedAsync(422, "VALIDATION_ERROR", "extension.rate_limit_requests");
        await tenant
            .Admin.PatchJsonAsync(path, new { rate_limit_window = 86401 })
            .RefusedAsync(422, "VALIDATION_ERROR", "extension.rate_limit_window");
        await tenant
            .Admin.PatchJsonAsync(path, new { rate_limit_requests = 8 }, ifMatch: "\"1\"")
            .RefusedAsync(412, "PRECONDITION_FAILED");
    }

    [Fact]
    public async Task Bad_bodies_are_refused()
    {
        var tenant = await server.NewTenantAsync();
        const string path = "/api/v1/extensions";

        await tenant.Admin.PostJsonAsync(path, new { manifest = 5 }).RefusedAsync(422, "VALIDATION_ERROR", "manifest");
        await tenant.Admin.PostJsonAsync(path, new { project_id = 5 }).RefusedAsync(422, "VALIDATION_ERROR", "manifest");
        await tenant
            .Admin.PostJsonAsync(path, new { manifest = Installed.Manifest(), nonsense = 5 })
            .RefusedAsync(400, "INVALID_PARAMETER", "nonsense");
        await tenant
            .Admin.PostJsonAsync(path, new { manifest = Installed.Manifest(), project_id = "NONE" })
            .RefusedAsync(404, "PROJECT_NOT_FOUND");
        await tenant
            .Admin.PostJsonAsync(path, new { manifest = Installed.Manifest(), configuration = new { nonsense = 1 } })
            .RefusedAsync(422, "VALIDATION_ERROR");
        await tenant.Admin.PostAsync(path, Body("[1]")).RefusedAsync(422, "EXTENSION_INSTALL_FAILED");
        await tenant.Admin.PostAsync(path, Body("")).RefusedAsync(422, "EXTENSION_INSTALL_FAILED");
        await tenant.Admin.PostAsync(path, Body("a: [")).RefusedAsync(422, "EXTENSION_INSTALL_FAILED");
        await tenant.Admin.PostAsync(path, Body("{}", "text/plain")).RefusedAsync(415, "UNSUPPORTED_MEDIA_TYPE");
    }

    private static StringContent Body(string text, string type = "application/yaml") =>
        new(text, Encoding.UTF8, new MediaTypeHeaderValue(type));

    private static string Sorted(JsonNode node, params string[] names) =>
        new JsonObject(names.Select(n => KeyValuePair.Create(n, node[n]?.DeepClone()))).ToJsonString();
}
