using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Api.Tests.Extensions;

/// <summary>The lifecycle events and the health of an extension.</summary>
[Collection("Outbox")]
public sealed class LifecycleTests(KiketServer server)
{
    [Fact]
    public async Task An_extension_is_notified_of_its_installation_its_upgrade_and_its_removal_if_it_asks()
    {
        var tenant = await server.NewTenantAsync();
        await using var receiver = await Receiver.StartAsync();
        var manifest = Manifest(receiver, "installed", "onUpgrade");
        var id = (long)(await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).CreatedAsync())["id"]!;
        var webhook = await EndpointAsync(tenant, id);
        await tenant.DeliverAsync(webhook);
        manifest["extension"]!["version"] = "2.0.0";
        await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).OkAsync();
        await tenant.DeliverAsync(webhook);
        await tenant.Admin.DeleteAsync($"/api/v1/extensions/{id}").OkAsync();
        await tenant.DeliverAsync(webhook);
        await tenant.DeliverAsync(webhook);

        var told = receiver.Requests.ToList();
        Assert.Equal(
            ["extension.installed", "extension.upgraded", "extension.uninstalled"],
            told.Select(t => t.Header("X-Kiket-Event"))
        );
        Assert.Equal(
            ["/webhooks/extension.installed", "/webhooks/extension.upgraded", "/webhooks/extension.uninstalled"],
            told.Select(t => t.Path)
        );
        Assert.All(told, t => Assert.NotNull(t.Header("X-Kiket-Signature")));
        Assert.All(
            told,
            t =>
                Assert.Equal(
                    (id, "com.example.helper"),
                    ((long)t.Json["extension"]!["id"]!, (string?)t.Json["extension"]!["extension_id"])
                )
        );
        Assert.Equal(["1.2.3", "2.0.0", "2.0.0"], told.Select(t => (string?)t.Json["extension"]!["version"]));
        Assert.All(told[..2], t => Assert.NotNull((string?)t.Json["authentication"]!["runtime_token"]));
        Assert.Null(told[2].Json["authentication"]);
        Assert.Null(told[2].Json["secrets"]);
        Assert.Equal(3, told.Select(t => (string?)t.Json["id"]).Distinct().Count());
    }

    [Fact]
    public async Task An_extension_that_asks_for_nothing_is_only_notified_of_its_removal_and_its_deliveries_are_cancelled()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var manifest = Manifest(receiver);
        manifest["extension"]!["hooks"] = new JsonArray("issue.created");
        var id = (long)(await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).CreatedAsync())["id"]!;
        var webhook = await EndpointAsync(tenant, id);
        receiver.AnswerWith(503);
        await tenant.AddIssueAsync();
        await tenant.DeliverAsync(webhook);
        receiver.AnswerWith(200);
        await tenant.Admin.DeleteAsync($"/api/v1/extensions/{id}").OkAsync();

        await tenant.DeliverAsync(webhook);

        Assert.Equal(["issue.created", "extension.uninstalled"], receiver.Requests.Select(t => t.Header("X-Kiket-Event")));
        Assert.Equal(
            [DeliveryState.Cancelled, DeliveryState.Delivered],
            (await tenant.DeliveriesAsync(webhook)).Select(d => d.State)
        );
    }

    [Fact]
    public async Task The_health_of_an_extension_follows_from_its_deliveries_too()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var manifest = Manifest(receiver);
        manifest["extension"]!["hooks"] = new JsonArray("issue.created");
        var id = (long)(await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest }).CreatedAsync())["id"]!;
        var webhook = await EndpointAsync(tenant, id);
        async Task<string?> HealthAsync() =>
            (string?)(await tenant.Admin.GetAsync($"/api/v1/extensions/{id}").OkAsync())["health"]!["status"];

        await tenant.AddIssueAsync();
        Assert.Equal("healthy", await HealthAsync()); // it is pending; its result is unknown
        await tenant.DeliverAsync(webhook);
        Assert.Equal("healthy", await HealthAsync());
        receiver.AnswerWith(503);
        await tenant.AddIssueAsync();
        await tenant.AddIssueAsync();
        await tenant.DeliverAsync(webhook);
        Assert.Equal("unhealthy", await HealthAsync());
    }

    private static JsonObject Manifest(Receiver receiver, params string[] lifecycle)
    {
        var manifest = Installed.Manifest();
        manifest["extension"]!["callback"] = new JsonObject { ["url"] = receiver.Url };
        manifest["extension"]!["lifecycleEvents"] = new JsonArray([.. lifecycle.Select(e => JsonValue.Create(e))]);
        return manifest;
    }

    private static Task<Webhook> EndpointAsync(Tenant tenant, long extension) =>
        tenant.OnDatabaseAsync(db => db.Webhooks.SingleAsync(w => w.ExtensionId == new ExtensionId(extension)));
}
