using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Webhooks;
using Kiket.Domain.Events;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Api.Tests.Webhooks;

public sealed class DeliveryEndpointsTests(KiketServer server)
{
    private const string All = "/api/v1/webhook_deliveries";
    private const string Own = "/api/v1/ext/webhook_deliveries";

    [Fact]
    public async Task Deliveries_are_listed_newest_first_and_filtered()
    {
        await using var s = await StageAsync();

        var all = await s.Tenant.Admin.GetAsync(All).OkAsync();
        Assert.Equal(3, (int)all["meta"]!["total"]!);
        var ids = Ids(all);
        Assert.Equal(ids.OrderDescending(), ids);
        Assert.Equal(ids.Order(), Ids(await s.Tenant.Admin.GetAsync($"{All}?sort=id asc").OkAsync()));
        Assert.Equal(2, Ids(await s.Tenant.Admin.GetAsync($"{All}?state=failed").OkAsync()).Count);
        Assert.Equal(3, Ids(await s.Tenant.Admin.GetAsync($"{All}?state=failed,delivered").OkAsync()).Count);
        Assert.Single(Ids(await s.Tenant.Admin.GetAsync($"{All}?event=issue.updated").OkAsync()));
        Assert.Single(Ids(await s.Tenant.Admin.GetAsync($"{All}?extension_id=com.example.other").OkAsync()));
        Assert.Equal(2, Ids(await s.Tenant.Admin.GetAsync($"{All}?extension_id={s.Extension}").OkAsync()).Count);
        Assert.Empty(Ids(await s.Tenant.Admin.GetAsync($"{All}?since=2999-01-01").OkAsync()));
        Assert.Equal(3, Ids(await s.Tenant.Admin.GetAsync($"{All}?since=2020-01-01").OkAsync()).Count);
        await s.Tenant.Admin.GetAsync($"{All}?state=nonsense").RefusedAsync(400, "INVALID_PARAMETER", "state");
        await s.Tenant.Admin.GetAsync($"{All}?since=nonsense").RefusedAsync(400, "INVALID_PARAMETER", "since");
    }

    [Fact]
    public async Task One_delivery_shows_its_attempts()
    {
        await using var s = await StageAsync();
        var id = Ids(await s.Client.GetAsync($"{Own}?event=issue.created").OkAsync()).Single();

        var read = await s.Tenant.Admin.GetAsync($"{All}/{id}").OkAsync();

        var attempt = Assert.Single(read["attempts"]!.AsArray())!;
        Assert.Equal((1, 400, "answered 400"), ((int)attempt["number"]!, (int)attempt["status"]!, (string?)attempt["error"]));
        Assert.Equal("issue.created", (string?)attempt["request_headers"]!["X-Kiket-Event"]);
        Assert.Equal("{}", (string?)attempt["response_body"]);
        Assert.Equal("no", (string?)attempt["response_headers"]!["X-Answer"]);
        Assert.True((int)attempt["duration_ms"]! >= 0);
        Assert.NotNull(attempt["at"]);
        Assert.Equal("failed", (string?)read["state"]);
        Assert.Null(read["next_attempt_at"]);
        Assert.NotNull(read["completed_at"]);
    }

    [Fact]
    public async Task One_delivery_is_sent_again_under_the_same_ids_and_only_once_however_often_that_is_asked()
    {
        await using var s = await StageAsync();
        var id = Ids(await s.Client.GetAsync($"{Own}?event=issue.created").OkAsync()).Single();
        s.Receiver.AnswerWith(200);
        var before = s.Receiver.Requests.Single(r => r.Header("X-Kiket-Delivery") == $"{id}");

        var again = await s.Tenant.Admin.PostAsync($"{All}/{id}/redeliver", null).OkAsync();
        Assert.Equal("pending", (string?)again["state"]);
        await s.Tenant.Admin.PostAsync($"{All}/{id}/redeliver", null).OkAsync();
        await s.Client.PostAsync($"{Own}/{id}/redeliver", null).OkAsync();
        await s.DeliverAsync();

        var after = s.Receiver.Requests.Last(r => r.Header("X-Kiket-Delivery") == $"{id}");
        Assert.NotSame(before, after);
        Assert.Equal((string?)before.Json["id"], (string?)after.Json["id"]);
        var read = await s.Client.GetAsync($"{Own}/{id}").OkAsync();
        Assert.Equal(("delivered", 2), ((string?)read["state"], read["attempts"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_delivery_that_waits_for_its_next_attempt_makes_it_now()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        receiver.AnswerWith(503);
        await tenant.AddIssueAsync();
        await tenant.AddIssueAsync();
        await tenant.DeliverAsync(webhook);
        var ids = (await tenant.DeliveriesAsync(webhook)).ConvertAll(d => d.Id);
        receiver.AnswerWith(200);
        await tenant.DeliverAsync(webhook);
        var waiting = receiver.Requests.Count;

        var retried = await tenant.Admin.PostAsync($"{All}/{ids[0]}/redeliver", null).OkAsync();
        var many = await tenant.Admin.PostJsonAsync($"{All}/redeliver", new { filter = new { state = "pending" } }).OkAsync();
        await tenant.DeliverAsync(webhook);

        Assert.Equal(2, waiting);
        Assert.Equal(("pending", 1, 2), ((string?)retried["state"], (int)retried["attempt_count"]!, (int)many["redelivered"]!));
        Assert.All(await tenant.DeliveriesAsync(webhook), d => Assert.Equal((DeliveryState.Delivered, 2), (d.State, d.Attempts)));
    }

    [Fact]
    public async Task An_attempt_shows_the_beginning_of_the_body_that_was_sent()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        await tenant.AddIssueAsync("LEGAL", "Short");
        await tenant.AddIssueAsync("LEGAL", "Long", new { description = new string('d', 20_000) });
        await tenant.DeliverAsync(webhook);

        var shown = new List<string>();
        foreach (var delivery in await tenant.DeliveriesAsync(webhook))
            shown.Add((string)(await tenant.Admin.GetAsync($"{All}/{delivery.Id}").OkAsync())["attempts"]![0]!["request_body"]!);

        Assert.Contains(shown[0], receiver.Requests.Select(r => r.Body));
        Assert.Equal(16_384, shown[1].Length);
        Assert.Contains(receiver.Requests, r => r.Body.StartsWith(shown[1], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(false, "webhooks:read")]
    [InlineData(false, "webhooks:read", "issues:read")]
    [InlineData(false, "webhooks:read", "comments:read")]
    [InlineData(true, "webhooks:read", "comments:read", "issues:read")]
    public async Task A_body_that_was_sent_is_shown_only_to_those_who_may_read_what_it_is_about(
        bool isShown,
        params string[] scopes
    )
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url, hooks: new WebhookHook("comment.created"));
        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/comments", new { comment = new { body = "between us" } })
            .CreatedAsync();
        await tenant.DeliverAsync(webhook);
        var id = Assert.Single(await tenant.DeliveriesAsync(webhook)).Id;

        var attempt = (await (await tenant.WithScopesAsync(scopes)).GetAsync($"{All}/{id}").OkAsync())["attempts"]![0]!;

        Assert.Equal(isShown, attempt["request_body"] is not null);
    }

    [Fact]
    public async Task Many_deliveries_are_sent_again_by_a_filter()
    {
        await using var s = await StageAsync();
        s.Receiver.AnswerWith(200);
        async Task<int> RedeliverAsync(object filter) =>
            (int)(await s.Tenant.Admin.PostJsonAsync($"{All}/redeliver", new { filter }).OkAsync())["redelivered"]!;

        Assert.Equal(0, await RedeliverAsync(new { since = "2999-01-01T00:00:00Z" }));
        Assert.Equal(0, await RedeliverAsync(new { @event = "issue.closed" }));
        Assert.Equal(
            1,
            await RedeliverAsync(
                new
                {
                    extension_id = s.Extension,
                    state = "failed",
                    @event = "issue.created",
                }
            )
        );
        Assert.Equal(1, await RedeliverAsync(new { })); // what failed, and not what was delivered or is pending
        Assert.Equal(1, await RedeliverAsync(new { state = "delivered" }));
        await s.DeliverAsync();

        Assert.Equal(6, s.Receiver.Requests.Count);
        Assert.Equal(3, Ids(await s.Tenant.Admin.GetAsync($"{All}?state=delivered").OkAsync()).Count);
    }

    [Fact]
    public async Task At_most_a_thousand_are_sent_again_at_once_the_oldest_first()
    {
        var tenant = await server.NewTenantAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        await tenant.OnDatabaseAsync(db =>
        {
            db.WebhookDeliveries.AddRange(
                Enumerable
                    .Range(0, RedeliverManyCommand.MaxAtOnce + 3)
                    .Select(_ => WebhookDelivery.Test(webhook, LoggedEvent.NewEventId(), "{}", DateTimeOffset.UtcNow))
            );
            return db.SaveChangesAsync();
        });
        async Task<int> RedeliverAsync() =>
            (int)
                (await tenant.Admin.PostJsonAsync($"{All}/redeliver", new { filter = new { state = "failed" } }).OkAsync())[
                    "redelivered"
                ]!;

        var first = await RedeliverAsync();
        var left = (await tenant.DeliveriesAsync(webhook)).FindAll(d => d.State == DeliveryState.Failed);
        var second = await RedeliverAsync();

        Assert.Equal((1_000, 3, 0), (first, second, await RedeliverAsync()));
        Assert.Equal((await tenant.DeliveriesAsync(webhook)).TakeLast(3).Select(d => d.Id), left.Select(d => d.Id));
    }

    [Fact]
    public async Task An_extension_sees_and_sends_again_only_its_own()
    {
        await using var s = await StageAsync();
        s.Receiver.AnswerWith(200);
        var foreign = Ids(await s.Tenant.Admin.GetAsync($"{All}?extension_id=com.example.other").OkAsync()).Single();

        Assert.Equal(2, Ids(await s.Client.GetAsync(Own).OkAsync()).Count);
        Assert.Empty(Ids(await s.Client.GetAsync($"{Own}?extension_id=com.example.other").OkAsync()));
        await s.Client.GetAsync($"{Own}/{foreign}").RefusedAsync(404, "WEBHOOK_DELIVERY_NOT_FOUND");
        await s.Client.PostAsync($"{Own}/{foreign}/redeliver", null).RefusedAsync(404, "WEBHOOK_DELIVERY_NOT_FOUND");
        Assert.Equal(
            1,
            (int)(await s.Client.PostJsonAsync($"{Own}/redeliver", new { filter = new { } }).OkAsync())["redelivered"]!
        );
        Assert.Equal(
            DeliveryState.Failed,
            await s.Tenant.OnDatabaseAsync(db =>
                db.WebhookDeliveries.Where(d => d.Id == foreign).Select(d => d.State).SingleAsync()
            )
        );
    }

    [Fact]
    public async Task Only_administrators_see_those_of_the_organization()
    {
        await using var s = await StageAsync();
        var (_, developer) = await s.Tenant.AddUserAsync(OrganizationRole.Developer);
        var stranger = (await server.NewTenantAsync()).Admin;
        var id = Ids(await s.Tenant.Admin.GetAsync(All).OkAsync())[0];

        await developer.GetAsync(All).RefusedAsync(403, "FORBIDDEN");
        await developer.GetAsync($"{All}/{id}").RefusedAsync(403, "FORBIDDEN");
        await developer.PostAsync($"{All}/{id}/redeliver", null).RefusedAsync(403, "FORBIDDEN");
        await developer.PostJsonAsync($"{All}/redeliver", new { filter = new { } }).RefusedAsync(403, "FORBIDDEN");
        await stranger.GetAsync($"{All}/{id}").RefusedAsync(404, "WEBHOOK_DELIVERY_NOT_FOUND");
        Assert.Empty(Ids(await stranger.GetAsync(All).OkAsync()));
    }

    /// <summary>Two deliveries of one extension, one refused and one taken, and a refused one of another.</summary>
    private async Task<Stage> StageAsync()
    {
        var receiver = await Receiver.StartAsync();
        receiver.Answer = (http, received) =>
        {
            http.Response.StatusCode = received.Header("X-Kiket-Event") == "issue.updated" ? 200 : 400;
            http.Response.Headers["X-Answer"] = "no";
            return Microsoft.AspNetCore.Http.HttpResponseWritingExtensions.WriteAsync(http.Response, "{}");
        };
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var helper = await Installed.NewAsync(tenant, "LEGAL", permissions: ["webhooks", "issues:read"]);
        var other = await Installed.NewAsync(tenant, "LEGAL", "com.example.other", "webhooks", "issues:read");
        await helper
            .Client.PostJsonAsync(
                "/api/v1/ext/webhooks/subscribe",
                new { url = receiver.Url, events = new[] { "issue.created", "issue.updated" } }
            )
            .CreatedAsync();
        await other
            .Client.PostJsonAsync(
                "/api/v1/ext/webhooks/subscribe",
                new { url = receiver.Url, events = new[] { "issue.created" } }
            )
            .CreatedAsync();
        var issue = await tenant.AddIssueAsync();
        await tenant.Admin.PatchJsonAsync($"/api/v1/issues/{issue["id"]}", new { issue = new { title = "Another" } }).OkAsync();
        var stage = new Stage(tenant, receiver, helper.Client, helper.Id);
        await stage.DeliverAsync();
        Assert.Equal(3, receiver.Requests.Count);
        return stage;
    }

    private static IReadOnlyList<long> Ids(JsonNode page) =>
        [.. page["webhook_deliveries"]!.AsArray().Select(d => (long)d!["id"]!)];

    private sealed record Stage(Tenant Tenant, Receiver Receiver, HttpClient Client, long Extension) : IAsyncDisposable
    {
        public async Task DeliverAsync() =>
            await Tenant.DeliverAsync(
                await Tenant.OnDatabaseAsync(db => db.Webhooks.Where(w => w.Kind == WebhookKind.Subscription).ToArrayAsync())
            );

        public ValueTask DisposeAsync() => Receiver.DisposeAsync();
    }
}
