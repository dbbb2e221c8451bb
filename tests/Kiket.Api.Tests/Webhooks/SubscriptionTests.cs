using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Api.Tests.Webhooks;

public sealed class SubscriptionTests(KiketServer server)
{
    private const string Path = "/api/v1/ext/webhooks";

    [Fact]
    public async Task A_subscription_gets_the_events_that_it_names_of_its_project_signed_with_the_secret_shown_once()
    {
        await using var receiver = await Receiver.StartAsync();
        var (tenant, client) = await InstallAsync();
        await tenant.AddProjectAsync("OTHER");

        var made = await client
            .PostJsonAsync(
                $"{Path}/subscribe",
                new { url = $"{receiver.Url}/in", events = new[] { "issue.created", "issue.created" } }
            )
            .CreatedAsync();
        Assert.StartsWith("whsec_", (string?)made["secret"]);
        Assert.Equal(32, Convert.FromBase64String(((string)made["secret"]!)["whsec_".Length..]).Length);
        Assert.Equal(["issue.created"], made["events"]!.AsArray().Select(e => (string)e!));
        Assert.True((bool)made["active"]!);
        Assert.Equal(("timestamp", "none"), ((string?)made["signature_scheme"], (string?)made["ordering"]));
        Assert.NotNull(made["created_at"]);
        var listed = await client.GetAsync(Path).OkAsync();
        Assert.Equal(1, (int)listed["meta"]!["total"]!);
        Assert.Equal((long)made["id"]!, (long)listed["webhooks"]![0]!["id"]!);
        Assert.False(listed["webhooks"]![0]!.AsObject().ContainsKey("secret"));

        await tenant.AddIssueAsync("OTHER", "Not for it");
        var issue = await tenant.AddIssueAsync();
        await tenant.DeliverAsync(await WebhookAsync(tenant, made));

        var received = Assert.Single(receiver.Requests);
        Assert.Equal("/in", received.Path);
        Assert.Equal((long)issue["id"]!, (long)received.Json["issue_id"]!);
        Assert.Equal(Signature((string)made["secret"]!, received), received.Header("X-Kiket-Signature"));
    }

    [Fact]
    public async Task After_a_rotation_the_old_secret_signs_beside_the_new_one()
    {
        await using var receiver = await Receiver.StartAsync();
        var (tenant, client) = await InstallAsync();
        var made = await client
            .PostJsonAsync(
                $"{Path}/subscribe",
                new
                {
                    url = receiver.Url,
                    events = new[] { "issue.created" },
                    secret = "the first",
                }
            )
            .CreatedAsync();
        Assert.Equal("the first", (string?)made["secret"]);

        var rotated = await client.PostAsync($"{Path}/{made["id"]}/rotate_secret", null).OkAsync();
        Assert.InRange(
            (DateTimeOffset)rotated["previous_secret_until"]!,
            DateTimeOffset.UtcNow.AddHours(23.9),
            DateTimeOffset.UtcNow.AddHours(24)
        );
        await tenant.AddIssueAsync();
        await tenant.DeliverAsync(await WebhookAsync(tenant, made));

        var received = Assert.Single(receiver.Requests);
        Assert.Equal(Signature((string)rotated["secret"]!, received), received.Header("X-Kiket-Signature"));
        Assert.Equal(Signature("the first", received), received.Header("X-Kiket-Signature-Previous"));
    }

    [Fact]
    public async Task An_ended_subscription_is_gone_and_what_waits_for_it_is_cancelled()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswerWith(500);
        var (tenant, client) = await InstallAsync();
        var made = await client
            .PostJsonAsync($"{Path}/subscribe", new { url = receiver.Url, events = new[] { "issue.created" } })
            .CreatedAsync();
        await tenant.AddIssueAsync();
        var webhook = await WebhookAsync(tenant, made);
        await tenant.DeliverAsync(webhook);
        Assert.Equal(DeliveryState.Pending, Assert.Single(await tenant.DeliveriesAsync(webhook)).State);

        Assert.True((bool)(await client.DeleteAsync($"{Path}/{made["id"]}").OkAsync())["success"]!);

        var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal(DeliveryState.Cancelled, delivery.State);
        Assert.Empty((await client.GetAsync(Path).OkAsync())["webhooks"]!.AsArray());
        await client.DeleteAsync($"{Path}/{made["id"]}").RefusedAsync(404, "WEBHOOK_NOT_FOUND");
        await client.PostAsync($"/api/v1/ext/webhook_deliveries/{delivery.Id}/redeliver", null).RefusedAsync(409, "CONFLICT");
    }

    [Fact]
    public async Task Another_installations_subscription_is_not_there()
    {
        var (tenant, client) = await InstallAsync();
        var made = await client
            .PostJsonAsync($"{Path}/subscribe", new { url = "http://127.0.0.1:1/", events = new[] { "issue.created" } })
            .CreatedAsync();
        var other = (await Installed.NewAsync(tenant, "LEGAL", "com.example.other", "webhooks", "issues:read")).Client;

        Assert.Empty((await other.GetAsync(Path).OkAsync())["webhooks"]!.AsArray());
        await other.DeleteAsync($"{Path}/{made["id"]}").RefusedAsync(404, "WEBHOOK_NOT_FOUND");
        await other.PostAsync($"{Path}/{made["id"]}/rotate_secret", null).RefusedAsync(404, "WEBHOOK_NOT_FOUND");
        await other.PostAsync($"{Path}/{made["id"]}/test", null).RefusedAsync(404, "WEBHOOK_NOT_FOUND");
        await tenant.Admin.GetAsync(Path).RefusedAsync(403, "FORBIDDEN");
    }

    [Fact]
    public async Task What_cannot_be_subscribed_is_refused_at_the_field()
    {
        var (_, client) = await InstallAsync();
        Task<HttpResponseMessage> Subscribe(
            string? url = "http://127.0.0.1:1/",
            string[]? events = null,
            string? secret = null,
            string scheme = "timestamp"
        ) =>
            client.PostJsonAsync(
                $"{Path}/subscribe",
                new
                {
                    url,
                    events = events ?? ["issue.created"],
                    secret,
                    signature_scheme = scheme,
                }
            );

        await Subscribe("http://10.0.0.1/").RefusedAsync(422, "VALIDATION_ERROR", "url");
        await Subscribe(null).RefusedAsync(422, "VALIDATION_ERROR", "url");
        await Subscribe(events: []).RefusedAsync(422, "VALIDATION_ERROR", "events");
        await Subscribe(events: ["issue.created", "issue.nonsense"]).RefusedAsync(422, "VALIDATION_ERROR", "events");
        await Subscribe(secret: "not base64!", scheme: "standard").RefusedAsync(422, "VALIDATION_ERROR", "secret");
        await Subscribe(secret: "").RefusedAsync(422, "VALIDATION_ERROR", "secret");
        await Subscribe(scheme: "nonsense").RefusedAsync(422, "VALIDATION_ERROR");
        Assert.Empty((await client.GetAsync(Path).OkAsync())["webhooks"]!.AsArray());
    }

    [Fact]
    public async Task An_installation_has_at_most_50_subscriptions()
    {
        var (_, client) = await InstallAsync();
        Task<HttpResponseMessage> Subscribe() =>
            client.PostJsonAsync($"{Path}/subscribe", new { url = "http://127.0.0.1:1/", events = new[] { "issue.created" } });
        var first = await Subscribe().CreatedAsync();
        for (var i = 1; i < Webhook.MaxSubscriptions; i++)
            await Subscribe().CreatedAsync();

        await Subscribe().RefusedAsync(422, "VALIDATION_ERROR", "url");
        await client.DeleteAsync($"{Path}/{first["id"]}").OkAsync();
        await Subscribe().CreatedAsync();
    }

    [Fact]
    public async Task A_test_shows_what_was_sent_and_answered_and_is_recorded()
    {
        await using var receiver = await Receiver.StartAsync();
        receiver.AnswerWith(202, ("X-Answer", "yes"));
        var (tenant, client) = await InstallAsync();
        var made = await client
            .PostJsonAsync($"{Path}/subscribe", new { url = $"{receiver.Url}/in", events = new[] { "issue.created" } })
            .CreatedAsync();

        var tested = await client.PostAsync($"{Path}/{made["id"]}/test", null).OkAsync();

        var received = Assert.Single(receiver.Requests);
        Assert.Equal(received.Body, (string?)tested["request"]!["body"]);
        Assert.Equal("webhook.test", (string?)received.Json["event"]);
        Assert.Equal((string?)tested["delivery"]!["event_id"], (string?)received.Json["id"]);
        Assert.Equal($"{tested["delivery"]!["id"]}", received.Header("X-Kiket-Delivery"));
        Assert.Equal($"{receiver.Url}/in", (string?)tested["request"]!["url"]);
        Assert.Equal(Signature((string)made["secret"]!, received), (string?)tested["request"]!["headers"]!["X-Kiket-Signature"]);
        Assert.Equal(
            (202, "yes", "{}"),
            (
                (int)tested["response"]!["status"]!,
                (string?)tested["response"]!["headers"]!["X-Answer"],
                (string?)tested["response"]!["body"]
            )
        );
        Assert.Null(tested["error"]);
        Assert.True((int)tested["duration_ms"]! >= 0);
        var read = await client.GetAsync($"/api/v1/ext/webhook_deliveries/{tested["delivery"]!["id"]}").OkAsync();
        Assert.Equal(("delivered", 1), ((string?)read["state"], read["attempts"]!.AsArray().Count));
        Assert.Equal(202, (int)read["attempts"]![0]!["status"]!);
        await tenant.DeliverAsync(await WebhookAsync(tenant, made));
        Assert.Single(receiver.Requests);
    }

    [Theory]
    [InlineData(503)]
    [InlineData(410)]
    [InlineData(400)]
    [InlineData(0)]
    public async Task A_failed_test_is_failed_and_not_tried_again(int status)
    {
        var receiver = await Receiver.StartAsync();
        await using var _ = receiver;
        receiver.AnswerWith(status);
        var (tenant, client) = await InstallAsync();
        var made = await client
            .PostJsonAsync($"{Path}/subscribe", new { url = receiver.Url, events = new[] { "issue.created" } })
            .CreatedAsync();
        if (status == 0)
            await receiver.DisposeAsync();

        var tested = await client.PostAsync($"{Path}/{made["id"]}/test", null).OkAsync();

        Assert.Equal(("failed", 1), ((string?)tested["delivery"]!["state"], (int)tested["delivery"]!["attempt_count"]!));
        Assert.Equal(status == 0 ? null : status, (int?)tested["response"]?["status"]);
        Assert.Equal(status == 0 ? "no connection" : $"answered {status}", (string?)tested["error"]);
        var webhook = await WebhookAsync(tenant, made);
        await tenant.DeliverAsync(webhook);
        Assert.Equal(status == 0 ? 0 : 1, receiver.Requests.Count);
        Assert.Equal(1, Assert.Single(await tenant.DeliveriesAsync(webhook)).Attempts);
    }

    private async Task<(Tenant Tenant, HttpClient Client)> InstallAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        return (
            tenant,
            (
                await Installed.NewAsync(
                    tenant,
                    "LEGAL",
                    permissions: ["webhooks", "issues:read", "comments:read", "projects:read"]
                )
            ).Client
        );
    }

    private static Task<Webhook> WebhookAsync(Tenant tenant, System.Text.Json.Nodes.JsonNode made)
    {
        var id = (long)made["id"]!;
        return tenant.OnDatabaseAsync(db => db.Webhooks.SingleAsync(w => w.Id == id));
    }

    private static string Signature(string secret, Received received) =>
        Convert.ToHexStringLower(
            System.Security.Cryptography.HMACSHA256.HashData(
                System.Text.Encoding.UTF8.GetBytes(secret),
                System.Text.Encoding.UTF8.GetBytes($"{received.Header("X-Kiket-Timestamp")}.{received.Body}")
            )
        );
}
