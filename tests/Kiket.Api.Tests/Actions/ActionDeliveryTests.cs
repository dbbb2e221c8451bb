using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Common;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Api.Tests.Actions;

/// <summary>The actions of a workflow that send requests: <c>webhook</c> and <c>ext:*</c>.</summary>
[Collection("Outbox")]
public sealed class ActionDeliveryTests(KiketServer server)
{
    [Fact]
    public async Task A_webhook_sends_its_request_once_and_no_title_can_break_its_json()
    {
        await using var receiver = await Receiver.StartAsync();
        var tenant = await server.NewBoardAsync(
            Entering(
                $$$"""
                - action: webhook
                  url: "{{{receiver.Url}}}/hooks/${issue.key}?p=${issue.priority}"
                  method: put
                  headers: { Authorization: "Bearer ${env.ACTION_TOKEN}", X-Issue: "{{issue.id}}" }
                  body:
                    text: "New: ${issue.title}"
                    ticket: { id: "${issue.id}", points: 3, tags: ["${issue.key}", null] }
                """
            )
        );
        var issue = await tenant.AddIssueAsync("ACT", "A \"quoted\" ${env.ACTION_TOKEN} title");

        await tenant.RunOutboxAsync();
        var webhook = Assert.Single(await HostsAsync(tenant));
        await tenant.DeliverAsync(webhook);
        await tenant.DeliverAsync(webhook);

        var sent = Assert.Single(receiver.Requests);
        Assert.Equal(("PUT", "/hooks/ACT-1", "application/json"), (sent.Method, sent.Path, sent.Header("Content-Type")));
        Assert.Equal(
            ("Bearer token-of-the-operator", issue["id"]!.ToString()),
            (sent.Header("Authorization"), sent.Header("X-Issue"))
        );
        var expected = $$$"""
            {
              "text": "New: A \"quoted\" ${env.ACTION_TOKEN} title",
              "ticket": {"id": "{{{issue["id"]}}}", "points": 3, "tags": ["ACT-1", null]}
            }
            """;
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), sent.Json), sent.Body);
        var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal(
            [$"on_enter.open.webhook done: Queued PUT to {receiver.Url} as delivery {delivery.Id}."],
            await tenant.ReadActionsAsync("ACT-1")
        );
    }

    [Fact]
    public async Task What_a_webhook_sends_is_stored_encrypted_and_shown_without_its_secrets_and_can_be_sent_again()
    {
        await using var receiver = await Receiver.StartAsync();
        var tenant = await server.NewBoardAsync(
            Entering(
                $$$"""
                - action: webhook
                  url: "{{{receiver.Url}}}/services/${env.ACTION_TOKEN}"
                  headers: { X-Token: "${env.ACTION_TOKEN}" }
                  body: '{"token": "${env.ACTION_TOKEN}", "title": "${issue.title}"}'
                """
            )
        );
        await tenant.AddIssueAsync("ACT", "A \"quoted\" title");
        await tenant.RunOutboxAsync();
        var webhook = Assert.Single(await HostsAsync(tenant));
        receiver.AnswerWith(400);
        await tenant.DeliverAsync(webhook);

        var stored = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.DoesNotContain("token-of-the-operator", $"{stored.Request}{stored.Payload}", StringComparison.Ordinal);
        var shown = await tenant.ReadAsync($"webhook_deliveries/{stored.Id}");
        Assert.DoesNotContain("token-of-the-operator", shown.ToJsonString(), StringComparison.Ordinal);
        Assert.Equal($"{receiver.Url}/…", (string?)shown["attempts"]![0]!["url"]);

        receiver.AnswerWith(200);
        await tenant.Admin.PostJsonAsync($"/api/v1/webhook_deliveries/{stored.Id}/redeliver", new { }).OkAsync();
        await tenant.DeliverAsync(webhook);

        Assert.Equal(2, receiver.Requests.Count);
        Assert.All(
            receiver.Requests,
            r => Assert.Equal("""{"token":"token-of-the-operator","title":"A \"quoted\" title"}""", r.Body)
        );
        Assert.All(receiver.Requests, r => Assert.Equal("/services/token-of-the-operator", r.Path));
    }

    [Fact]
    public async Task A_header_that_is_written_twice_is_sent_once_as_it_was_written_last()
    {
        await using var receiver = await Receiver.StartAsync();
        var tenant = await server.NewBoardAsync(
            Entering($$"""- { action: webhook, url: "{{receiver.Url}}", headers: { X-Twice: one, x-twice: two } }""")
        );
        await tenant.AddIssueAsync("ACT");

        await tenant.RunOutboxAsync();

        await tenant.DeliverAsync(Assert.Single(await HostsAsync(tenant)));
        Assert.Equal("two", Assert.Single(receiver.Requests).Header("X-Twice"));
    }

    [Fact]
    public async Task An_endpoint_is_woken_as_soon_as_an_action_has_sent_it_something()
    {
        var tenant = await server.NewBoardAsync(Entering("""- { action: webhook, url: "https://example.com/hook" }"""));
        await tenant.AddIssueAsync("ACT");

        await tenant.RunOutboxAsync();

        var webhook = Assert.Single(await HostsAsync(tenant));
        var queuedUntil = await tenant.OnDatabaseAsync(db =>
            db.Webhooks.Where(w => w.Id == webhook.Id)
                .Select(w => EF.Property<DateTimeOffset?>(w, WebhookSchedule.QueuedUntil))
                .SingleAsync()
        );
        Assert.True(queuedUntil > webhook.CreatedAt, $"queued until {queuedUntil:O}, made at {webhook.CreatedAt:O}");
    }

    [Theory]
    [InlineData("url: \"ftp://example.com/x\"", "The url must be https://")]
    [InlineData("url: \"https://user:secret@example.com/x\"", "The url must be https://")]
    [InlineData("url: \"https://example.com\", method: BREW", "The method must be one of")]
    [InlineData("url: \"https://example.com\", headers: { Host: other }", "Host: This header cannot be set.")]
    [InlineData(
        "url: \"https://example.com\", headers: { X-Title: \"${issue.title}\" }",
        "X-Title: A header value can have at most"
    )]
    public async Task A_webhook_that_makes_no_request_fails_and_says_why(string parameters, string reason)
    {
        var tenant = await server.NewBoardAsync(Entering($"- {{ action: webhook, {parameters} }}"));
        await tenant.AddIssueAsync("ACT", "two\r\nlines");

        await tenant.RunOutboxAsync();

        Assert.StartsWith(
            $"on_enter.open.webhook failed: {reason}",
            Assert.Single(await tenant.ReadActionsAsync("ACT-1")),
            StringComparison.Ordinal
        );
        Assert.Empty(await HostsAsync(tenant));
    }

    [Fact]
    public async Task A_webhook_to_an_address_that_may_not_be_called_is_a_failed_delivery_and_nothing_is_connected()
    {
        var tenant = await server.NewBoardAsync(Entering("""- { action: webhook, url: "https://10.1.2.3/internal" }"""));
        await tenant.AddIssueAsync("ACT");
        await tenant.RunOutboxAsync();
        var webhook = Assert.Single(await HostsAsync(tenant));

        await tenant.DeliverAsync(webhook);

        var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal(
            (DeliveryState.Failed, "delivery.validation: the address must not be called"),
            (delivery.State, delivery.LastError)
        );
    }

    [Fact]
    public async Task Requests_to_one_host_share_its_endpoint_and_hosts_have_a_limit()
    {
        var tenant = await server.NewBoardAsync(
            Entering(
                """
                - { action: webhook, url: "https://${issue.title}.example.com/a" }
                - { action: webhook, url: "https://${issue.title}.example.com:443/b" }
                """
            )
        );
        await tenant.AddIssueAsync("ACT", "one");
        await tenant.AddIssueAsync("ACT", "two");
        await tenant.RunOutboxAsync();
        Assert.Equal(["https://one.example.com", "https://two.example.com"], (await HostsAsync(tenant)).Select(w => w.Host));

        await tenant.OnDatabaseAsync(async db =>
        {
            db.Webhooks.AddRange(
                Enumerable
                    .Range(0, 198)
                    .Select(i =>
                        Webhook.ForActions(new(tenant.OrganizationId), $"https://h{i}.example.com", DateTimeOffset.UnixEpoch)
                    )
            );
            return await db.SaveChangesAsync();
        });
        await tenant.AddIssueAsync("ACT", "three");
        await tenant.AddIssueAsync("ACT", "two");
        await tenant.RunOutboxAsync();

        Assert.Equal(
            ["failed: Actions can send to at most 200 hosts.", "failed: Actions can send to at most 200 hosts."],
            await EndsAsync(tenant, "ACT-3")
        );
        Assert.All(
            await EndsAsync(tenant, "ACT-4"),
            end => Assert.StartsWith("done: Queued POST to https://two.example.com as delivery", end, StringComparison.Ordinal)
        );
    }

    [Theory]
    [InlineData("ext:post_note")]
    [InlineData("ext:com.example.notes.post_note")]
    [InlineData("ext:com.example.notes:post_note")]
    public async Task An_extension_is_asked_to_run_its_action_with_filled_parameters(string action)
    {
        await using var receiver = await Receiver.StartAsync();
        var tenant = await server.NewBoardAsync(
            Entering($$"""- { action: "{{action}}", text: "About ${issue.key}", count: 2 }""")
        );
        var extension = await InstallAsync(tenant, receiver.Url);
        await tenant.AddIssueAsync("ACT", "Told");

        await tenant.RunOutboxAsync();
        var webhook = await EndpointAsync(tenant, extension);
        await tenant.DeliverAsync(webhook);

        var sent = Assert.Single(receiver.Requests);
        Assert.Equal(("/webhooks/notes.post", "notes.post"), (sent.Path, sent.Header("X-Kiket-Event")));
        Assert.Equal(
            ("notes.post", "post_note", "Told"),
            ((string?)sent.Json["event"], (string?)sent.Json["action"], (string?)sent.Json["issue"]!["title"])
        );
        Assert.Equal(("About ACT-1", 2), ((string?)sent.Json["params"]!["text"], (int)sent.Json["params"]!["count"]!));
        Assert.NotNull((string?)sent.Json["authentication"]!["runtime_token"]);
        Assert.NotNull(sent.Header("X-Kiket-Signature"));
        var delivery = Assert.Single(await tenant.DeliveriesAsync(webhook));
        Assert.Equal((delivery.EventId, "automation"), ((string?)sent.Json["id"], (string?)sent.Json["cause"]));
        Assert.Equal([$"done: Queued for com.example.notes as delivery {delivery.Id}."], await EndsAsync(tenant, "ACT-1"));
    }

    [Fact]
    public async Task An_action_that_no_extension_offers_here_or_that_lacks_a_parameter_says_so()
    {
        var tenant = await server.NewBoardAsync(
            Entering(
                """
                - { action: "ext:post_note" }
                - { action: "ext:com.example.other.post_note", text: x }
                """
            )
        );
        await tenant.AddProjectAsync("LEGAL");
        await tenant.AddIssueAsync("ACT");
        await tenant.RunOutboxAsync();
        Assert.Equal(
            [
                "skipped: No extension here offers the action 'post_note'.",
                "skipped: No extension here offers the action 'com.example.other.post_note'.",
            ],
            await EndsAsync(tenant, "ACT-1")
        );

        await InstallAsync(tenant, "https://notes.example.com", "LEGAL"); // another project's
        await tenant.AddIssueAsync("ACT");
        await tenant.RunOutboxAsync();
        Assert.Equal("skipped: No extension here offers the action 'post_note'.", (await EndsAsync(tenant, "ACT-2"))[0]);

        await InstallAsync(tenant, "https://notes.example.com");
        await InstallAsync(tenant, "https://notes.example.com", id: "com.example.other");
        await tenant.AddIssueAsync("ACT");
        await tenant.RunOutboxAsync();
        var ends = await EndsAsync(tenant, "ACT-3");
        Assert.Equal(
            "skipped: Several extensions offer 'post_note': ext:com.example.notes.post_note, ext:com.example.other.post_note.",
            ends[0]
        );
        Assert.StartsWith("done: Queued for com.example.other as delivery", ends[1], StringComparison.Ordinal);

        await InstallAsync(tenant, "https://notes.example.com", "ACT"); // the project's own installation takes precedence
        await tenant.AddIssueAsync("ACT");
        await tenant.RunOutboxAsync();
        Assert.Equal("failed: The action requires text.", (await EndsAsync(tenant, "ACT-4"))[0]);
    }

    private static string Entering(string actions) =>
        $"workflow: {{ id: main, name: Main }}\nstates:\n  open:\n    type: initial\n    "
        + $"on_enter:\n{string.Join('\n', actions.Split('\n').Select(l => $"      {l}"))}\ntransitions: []\n";

    private static async Task<Installed> InstallAsync(
        Tenant tenant,
        string url,
        string? project = null,
        string id = "com.example.notes"
    )
    {
        var manifest = Installed.Manifest(id, "read:issues");
        manifest["extension"]!["callback"] = new JsonObject { ["url"] = url };
        manifest["extension"]!["contributes"] = new JsonObject
        {
            ["workflow_actions"] = new JsonArray(
                new JsonObject
                {
                    ["id"] = "post_note",
                    ["name"] = "Post a note",
                    ["handler"] = "notes.post",
                    ["parameters"] = new JsonArray(
                        new JsonObject
                        {
                            ["key"] = "text",
                            ["type"] = "string",
                            ["required"] = true,
                        }
                    ),
                }
            ),
        };
        return new(
            tenant.Server,
            await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest, project_id = project }).CreatedAsync()
        );
    }

    private static Task<List<Webhook>> HostsAsync(Tenant tenant) =>
        tenant.OnDatabaseAsync(db => db.Webhooks.Where(w => w.Kind == WebhookKind.Action).OrderBy(w => w.Id).ToListAsync());

    private static Task<Webhook> EndpointAsync(Tenant tenant, Installed extension) =>
        tenant.OnDatabaseAsync(db =>
            db.Webhooks.SingleAsync(w => w.ExtensionId == new ExtensionId(extension.Id) && w.Kind == WebhookKind.Extension)
        );

    private static async Task<List<string>> EndsAsync(Tenant tenant, string issue) =>
        [.. (await tenant.ReadActionsAsync(issue)).Select(a => a[(a.IndexOf(' ', StringComparison.Ordinal) + 1)..])];
}
