using System.Net;
using System.Text;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Extensions;

public sealed class ReportTests(KiketServer server)
{
    /// <summary>The bodies that the SDKs send; Go sends empty texts for null.</summary>
    private static object Telemetry(string status) =>
        new
        {
            @event = "issue.created",
            version = "v1",
            status,
            duration_ms = 12.5,
            timestamp = "2026-01-01T00:00:00Z",
            extension_id = "com.example.helper",
            extension_version = "1.2.3",
            error_message = "",
            error_class = (string?)null,
            metadata = new { deep = new[] { 1 } },
        };

    [Theory]
    [InlineData(0, 0, "healthy")]
    [InlineData(10, 0, "healthy")]
    [InlineData(9, 1, "degraded")]
    [InlineData(5, 5, "unhealthy")]
    public async Task The_health_of_an_extension_follows_from_its_telemetry(int ok, int failed, string health)
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);
        for (var i = 0; i < ok + failed; i++)
        {
            var answer = await installed
                .Client.PostJsonAsync("/ext/telemetry", Telemetry(i < ok ? "ok" : "error"))
                .ReadAsync(HttpStatusCode.Accepted);
            Assert.Equal("""{"accepted":true}""", answer.ToJsonString());
        }

        var read = await tenant.Admin.GetAsync("/api/v1/extensions/com.example.helper").OkAsync();
        var listed = (await tenant.Admin.GetAsync("/api/v1/extensions").OkAsync())["extensions"]![0]!;

        Assert.Equal(health, (string?)read["health"]!["status"]);
        Assert.False(string.IsNullOrEmpty((string?)read["health"]!["message"]));
        Assert.Equal(read["health"]!.ToJsonString(), listed["health"]!.ToJsonString());
    }

    [Fact]
    public async Task Telemetry_needs_a_credential() =>
        await server.NewClient().PostJsonAsync("/ext/telemetry", Telemetry("ok")).RefusedAsync(401, "AUTH_INVALID_TOKEN");

    [Fact]
    public async Task Telemetry_without_a_credential_is_taken_where_the_operator_allows_it()
    {
        await using var open = new KiketServer
        {
            Settings = new Dictionary<string, string> { ["Extensions:AnonymousTelemetry"] = "true" },
        };
        await open.InitializeAsync();
        var tenant = await open.NewTenantAsync();
        await Installed.NewAsync(tenant);
        var anonymous = open.NewClient();

        await anonymous.PostJsonAsync("/ext/telemetry", Telemetry("error")).ReadAsync(HttpStatusCode.Accepted);
        await anonymous
            .PostJsonAsync("/ext/telemetry", new { extension_id = "com.example.unknown" })
            .ReadAsync(HttpStatusCode.Accepted);

        Assert.Equal(
            "unhealthy",
            (string?)(await tenant.Admin.GetAsync("/api/v1/extensions/com.example.helper").OkAsync())["health"]!["status"]
        );

        // With a second installation it is ambiguous which one is meant.
        var other = await open.NewTenantAsync();
        await Installed.NewAsync(other);
        await anonymous.PostJsonAsync("/ext/telemetry", Telemetry("error")).ReadAsync(HttpStatusCode.Accepted);
        Assert.Equal(
            "healthy",
            (string?)(await other.Admin.GetAsync("/api/v1/extensions/com.example.helper").OkAsync())["health"]!["status"]
        );
    }

    [Fact]
    public async Task What_the_sdks_send_is_kept_and_shown()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant, permissions: ["notifications:write"]);
        var client = installed.Client;

        await client
            .PostJsonAsync(
                "/extensions/com.example.helper/events",
                new
                {
                    @event = "synced",
                    version = "v1",
                    data = new { count = 3 },
                }
            )
            .ReadAsync(HttpStatusCode.Accepted);
        await client
            .PostJsonAsync("/api/v1/extensions/logs", new { level = "error", message = "Oh" })
            .ReadAsync(HttpStatusCode.Accepted);
        await client
            .PostJsonAsync("/extensions/metrics", new { name = "latency", value = 1.5 })
            .ReadAsync(HttpStatusCode.Accepted);
        await client
            .PostJsonAsync("/extensions/notifications", new { message = "Hello", channel_type = "channel" })
            .ReadAsync(HttpStatusCode.Accepted);
        var all = await tenant.Admin.GetAsync($"/api/v1/extensions/{installed.Id}/reports").OkAsync();
        var logs = await client.GetAsync("/extensions/com.example.helper/reports?kind=log").OkAsync();

        Assert.Equal(
            [("notification", ""), ("metric", "latency"), ("log", "error"), ("event", "synced")],
            all["data"]!.AsArray().Select(r => ((string)r!["kind"]!, (string)r["name"]!))
        );
        Assert.True((bool)Assert.Single(logs["data"]!.AsArray())!["is_failure"]!);
        Assert.Equal("""{"count":3}""", all["data"]![3]!["body"]!["data"]!.ToJsonString());
    }

    [Theory]
    [InlineData("/extensions/com.example.helper/events", "event")]
    [InlineData("/api/v1/extensions/com.example.helper/events", "event")]
    [InlineData("/extensions/logs", "log")]
    [InlineData("/extensions/metrics", "metric")]
    [InlineData("/extensions/notifications", "notification")]
    public async Task A_user_reports_for_an_extension_that_they_can_see(string path, string kind)
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);
        var unscoped = await tenant.WithScopesAsync("issues:write");

        await developer.PostJsonAsync(path, new { name = "one" }).ReadAsync(HttpStatusCode.Accepted);
        await viewer.PostJsonAsync(path, new { name = "two" }).RefusedAsync(403, "FORBIDDEN");
        await unscoped.PostJsonAsync(path, new { name = "three" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await (await server.NewTenantAsync())
            .Admin.PostJsonAsync(path, new { name = "four", extension_id = installed.Id })
            .RefusedAsync(404, "EXTENSION_NOT_FOUND");

        var report = Assert.Single(
            (await tenant.Admin.GetAsync($"/api/v1/extensions/{installed.Id}/reports").OkAsync())["data"]!.AsArray()
        )!;
        Assert.Equal((kind, "one"), ((string?)report["kind"], (string?)report["name"]));
    }

    [Fact]
    public async Task Those_who_only_read_a_project_do_not_report_for_its_extension()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var installed = await Installed.NewAsync(tenant, "LEGAL");
        var (id, viewer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PostJsonAsync("/api/v1/projects/LEGAL/members", new { user_id = id, role = "viewer" }).CreatedAsync();

        await viewer.PostJsonAsync("/extensions/logs", new { message = "x" }).RefusedAsync(403, "FORBIDDEN");
        await viewer
            .PostJsonAsync("/extensions/logs", new { message = "x", extension_id = installed.Id })
            .RefusedAsync(403, "FORBIDDEN");
        await developer.PostJsonAsync("/extensions/logs", new { message = "x" }).ReadAsync(HttpStatusCode.Accepted);
    }

    [Fact]
    public async Task A_user_names_which_of_several_extensions_reports()
    {
        var tenant = await server.NewTenantAsync();
        await Installed.NewAsync(tenant);
        var other = await Installed.NewAsync(tenant, id: "com.example.other");

        await tenant
            .Admin.PostJsonAsync("/extensions/logs", new { message = "x" })
            .RefusedAsync(422, "VALIDATION_ERROR", "extension_id");
        await tenant
            .Admin.PostJsonAsync("/extensions/logs", new { message = "x", extension_id = "com.example.third" })
            .RefusedAsync(404, "EXTENSION_NOT_FOUND");
        await tenant
            .Admin.PostJsonAsync("/extensions/logs", new { message = "x", extension_id = "com.example.other" })
            .ReadAsync(HttpStatusCode.Accepted);
        await tenant
            .Admin.PostJsonAsync("/extensions/logs", new { message = "x", extension_id = other.Id })
            .ReadAsync(HttpStatusCode.Accepted);

        var reports = await tenant.Admin.GetAsync($"/api/v1/extensions/{other.Id}/reports").OkAsync();
        Assert.Equal(2, reports["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task Bad_reports_are_refused()
    {
        var tenant = await server.NewTenantAsync();
        var client = (await Installed.NewAsync(tenant)).Client;

        await tenant.Admin.PostJsonAsync("/ext/telemetry", new { name = "x" }).RefusedAsync(403, "FORBIDDEN");
        foreach (
            var path in new[]
            {
                "/ext/telemetry",
                "/extensions/logs",
                "/extensions/metrics",
                "/extensions/com.example.helper/events",
            }
        )
        {
            await client
                .PostAsync(path, new StringContent("[1]", Encoding.UTF8, "application/json"))
                .RefusedAsync(400, "INVALID_JSON");
            await client
                .PostAsync(path, new StringContent("{", Encoding.UTF8, "application/json"))
                .RefusedAsync(400, "INVALID_JSON");
            await client
                .PostAsync(path, new StringContent("{}", Encoding.UTF8, "text/plain"))
                .RefusedAsync(415, "UNSUPPORTED_MEDIA_TYPE");
            await client
                .PostJsonAsync(path, new { text = new string('x', 70_000) })
                .RefusedAsync(422, "VALIDATION_ERROR", "body");
        }

        await client.PostJsonAsync("/extensions/notifications", new { message = "x" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await client
            .GetAsync("/extensions/com.example.helper/reports?kind=nonsense")
            .RefusedAsync(400, "INVALID_PARAMETER", "kind");
    }
}
