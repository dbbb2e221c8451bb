using System.Net;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Webhooks;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Microsoft.AspNetCore.Http;
using Microsoft.AspNetCore.Routing;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Operations;

/// <summary>The operations pages, as a browser without scripts sees them.</summary>
[Collection("Outbox")]
public sealed class OperationsTests(KiketServer server)
{
    public static TheoryData<string> Pages =>
        [
            "/ops",
            "/ops/audit",
            "/ops/capacity",
            "/ops/deliveries",
            "/ops/deliveries/redeliver",
            "/ops/deliveries/{delivery}",
            "/ops/endpoints",
            "/ops/extensions",
            "/ops/extensions/{extension}",
            "/ops/imports",
            "/ops/rate_limits",
            "/ops/sla",
            "/ops/workflows",
            "/ops/workflows/{project}/{workflow}",
        ];

    [Fact]
    [Trait("Database", "Sqlite")]
    public void Each_page_is_among_those_that_are_tested() =>
        Assert.Equal(
            Pages.Select(p => Regex.Replace(p.Data, @"\{\w+\}", "{}")).Order(StringComparer.Ordinal),
            server
                .Services.GetRequiredService<EndpointDataSource>()
                .Endpoints.OfType<RouteEndpoint>()
                .Where(e => e.Metadata.GetMetadata<HttpMethodMetadata>()?.HttpMethods.Contains("GET") == true)
                .Select(e => Regex.Replace(e.RoutePattern.RawText!, @"\{.+?\}", "{}").TrimEnd('/'))
                .Where(p => p.StartsWith("/ops", StringComparison.Ordinal) && !p.EndsWith(".css", StringComparison.Ordinal))
                .Order(StringComparer.Ordinal)
        );

    [Theory]
    [MemberData(nameof(Pages))]
    public async Task An_administrator_sees_a_page_without_scripts_and_with_a_strict_policy(string page)
    {
        var tenant = await server.NewTenantAsync();
        var browser = await tenant.OpenBrowserAsync();

        var shown = await browser.GetPageAsync(await PathAsync(tenant, page));

        Assert.Equal(HttpStatusCode.OK, shown.Status);
        Assert.Contains("<h1>", shown.Text, StringComparison.Ordinal);
        Assert.DoesNotMatch("<script|<style| style=|javascript:", shown.Text);
        Assert.Equal(
            "default-src 'none'; style-src 'self'; form-action 'self'; frame-ancestors 'none'; base-uri 'none'",
            shown.Csp
        );
    }

    [Theory]
    [Trait("Database", "Sqlite")]
    [MemberData(nameof(Pages))]
    public async Task Who_has_not_signed_in_does_so_first_and_comes_back(string page)
    {
        var tenant = await server.NewTenantAsync();
        var (_, email) = await tenant.AddPersonAsync(OrganizationRole.Admin);
        var browser = new Browser(server);

        var signIn = await browser.GetPageAsync(await PathAsync(tenant, page) + "?since=2026-01-01");
        var back = await browser.SignInAsync(signIn, email);

        Assert.Contains("<h1>Sign in</h1>", signIn.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, back.Status);
        Assert.Contains("<nav aria-label=\"Operations\">", back.Text, StringComparison.Ordinal);
    }

    [Theory]
    [Trait("Database", "Sqlite")]
    [MemberData(nameof(Pages))]
    public async Task A_member_who_is_not_an_administrator_is_refused(string page)
    {
        var tenant = await server.NewTenantAsync();
        var browser = await tenant.OpenBrowserAsync(OrganizationRole.ProjectManager);

        var refused = await browser.GetPageAsync(await PathAsync(tenant, page));

        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("<h1>Only for administrators</h1>", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task What_belongs_to_another_organization_is_neither_shown_nor_changed()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var delivery = await AddFailedAsync(other);
        var browser = await tenant.OpenBrowserAsync();
        var own = await browser.GetPageAsync("/ops/endpoints");

        Assert.Contains("No deliveries match.", (await browser.GetPageAsync("/ops/deliveries")).Text, StringComparison.Ordinal);
        Assert.Contains("There are no endpoints.", own.Text, StringComparison.Ordinal);
        foreach (
            var path in (string[])
                [
                    $"/ops/deliveries/{delivery.Id}",
                    "/ops/deliveries/999999999",
                    $"/ops/extensions/{delivery.ExtensionId}",
                    "/ops/workflows/LEGAL/default",
                ]
        )
        {
            var page = await browser.GetPageAsync(path);
            Assert.Equal(HttpStatusCode.NotFound, page.Status);
            Assert.Contains("<h1>Not found</h1>", page.Text, StringComparison.Ordinal);
        }

        var mine = await browser.GetPageAsync($"/ops/deliveries/{(await AddFailedAsync(tenant)).Id}");
        foreach (
            var action in (string[])
                [
                    $"/ops/deliveries/{delivery.Id}/redeliver",
                    $"/ops/endpoints/{delivery.WebhookId}/pause",
                    $"/ops/endpoints/{delivery.WebhookId}/resume",
                ]
        )
            Assert.Equal(HttpStatusCode.NotFound, (await browser.PostAsync(action, Browser.HiddenFieldsOf(mine))).Status);
        Assert.Equal(DeliveryState.Failed, (await other.DeliveriesAsync(delivery.WebhookId)).Single().State);
    }

    [Theory]
    [InlineData("/ops/deliveries/{delivery}/redeliver")]
    [InlineData("/ops/deliveries/redeliver")]
    [InlineData("/ops/endpoints/{webhook}/pause")]
    [InlineData("/ops/endpoints/{webhook}/resume")]
    [InlineData("/ops/capacity/try")]
    [InlineData("/ops/capacity/reassign")]
    [InlineData("/ops/audit/verify")]
    public async Task An_action_needs_the_page_that_offers_it_and_an_administrator(string action)
    {
        var tenant = await server.NewTenantAsync();
        var delivery = await AddFailedAsync(tenant);
        var path = action.Replace("{delivery}", $"{delivery.Id}").Replace("{webhook}", $"{delivery.WebhookId}");
        var (admin, manager) = (await tenant.OpenBrowserAsync(), await tenant.OpenBrowserAsync(OrganizationRole.ProjectManager));

        Assert.Equal(HttpStatusCode.BadRequest, (await admin.PostAsync(path, [])).Status);
        Assert.Equal(HttpStatusCode.Forbidden, (await manager.PostAsync(path, [])).Status);
        Assert.Contains("<h1>Sign in</h1>", (await new Browser(server).PostAsync(path, [])).Text, StringComparison.Ordinal);
        Assert.Equal(DeliveryState.Failed, (await tenant.DeliveriesAsync(delivery.WebhookId)).Single().State);
        Assert.Null((await tenant.OnDatabaseAsync(db => db.Webhooks.FindAsync(delivery.WebhookId).AsTask()))!.PausedUntil);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_delivery_is_shown_with_its_attempts_and_sent_again()
    {
        var tenant = await server.NewTenantAsync();
        var delivery = await AddFailedAsync(tenant);
        var browser = await tenant.OpenBrowserAsync();

        var page = await browser.GetPageAsync($"/ops/deliveries/{delivery.Id}");
        var after = await browser.SubmitAsync(page, $"/ops/deliveries/{delivery.Id}/redeliver");

        Assert.Contains($"<h1>Delivery {delivery.Id}</h1>", page.Text, StringComparison.Ordinal);
        Assert.Contains("X-Kiket-Event: issue.created", page.Text, StringComparison.Ordinal);
        Assert.Contains("&lt;b&gt;no&lt;/b&gt;", page.Text, StringComparison.Ordinal); // the receiver's answer is not markup
        Assert.DoesNotContain(Subscribing.Secret, page.Text, StringComparison.Ordinal);
        Assert.Contains("The delivery is on the way again.", after.Text, StringComparison.Ordinal);
        Assert.Equal(DeliveryState.Pending, (await tenant.DeliveriesAsync(delivery.WebhookId)).Single().State);
        await tenant.AssertAuditedAsync("redeliver_one", $"redelivered {delivery.Id}");
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task Deliveries_that_match_a_filter_are_counted_and_sent_again()
    {
        var tenant = await server.NewTenantAsync();
        var (one, other) = (await AddFailedAsync(tenant), await AddFailedAsync(tenant, "OTHER"));
        var browser = await tenant.OpenBrowserAsync();

        var list = await browser.GetPageAsync($"/ops/deliveries?state=failed&webhook={one.WebhookId}&event=issue.created");
        var count = await browser.GetPageAsync($"/ops/deliveries/redeliver?webhook={one.WebhookId}&since=2026-01-01T10:00");
        var done = await browser.SubmitAsync(count);

        Assert.Contains("1 delivery, newest first", list.Text, StringComparison.Ordinal);
        Assert.Contains("<strong>1</strong> delivery matches.", count.Text, StringComparison.Ordinal);
        Assert.Contains("1 delivery is on the way again.", done.Text, StringComparison.Ordinal);
        Assert.Matches(@"0 of 1 delivery completed,\s+1 waiting for an attempt", done.Text);
        Assert.Equal(DeliveryState.Pending, (await tenant.DeliveriesAsync(one.WebhookId))[0].State);
        Assert.Equal(DeliveryState.Failed, (await tenant.DeliveriesAsync(other.WebhookId)).Single().State);
        await tenant.AssertAuditedAsync("redeliver_many", $"redelivered 1 from {one.Id} to {one.Id}");
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_redelivery_shows_its_progress_and_reloads_until_it_is_done_or_the_visitor_stops_it()
    {
        var tenant = await server.NewTenantAsync();
        var delivery = await AddFailedAsync(tenant);
        var browser = await tenant.OpenBrowserAsync();
        var progress = $"/ops/deliveries/redeliver?first={delivery.Id}&last={delivery.Id}&sent=1";

        var done = await browser.Client.GetAsync(progress);
        await browser.SubmitAsync(await browser.GetPageAsync("/ops/deliveries/redeliver"));
        var waiting = await browser.Client.GetAsync(progress);
        var stopped = await browser.Client.GetAsync($"{progress}&reload=no");

        Assert.False(done.Headers.Contains("Refresh"));
        Assert.Matches(@"1 of 1 delivery completed,\s+0 waiting", await done.Content.ReadAsStringAsync());
        Assert.Equal(["5"], waiting.Headers.GetValues("Refresh"));
        Assert.Contains(
            "&amp;reload=no\">Stop reloading</a>",
            await waiting.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        Assert.False(stopped.Headers.Contains("Refresh"));
        Assert.Contains(">Reload every 5 seconds</a>", await stopped.Content.ReadAsStringAsync(), StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task An_endpoint_is_paused_and_resumed()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        var browser = await tenant.OpenBrowserAsync();
        var page = await browser.GetPageAsync("/ops/endpoints");

        var paused = await browser.SubmitAsync(page, $"/ops/endpoints/{webhook.Id}/pause", ("hours", "8"));
        await tenant.AddIssueAsync();
        await tenant.DeliverAsync(webhook);
        var received = receiver.Requests.Count;
        var resumed = await browser.SubmitAsync(
            await browser.GetPageAsync("/ops/endpoints"),
            $"/ops/endpoints/{webhook.Id}/resume"
        );
        await tenant.DeliverAsync(webhook);

        Assert.Contains("The endpoint is paused.", paused.Text, StringComparison.Ordinal);
        Assert.Contains("by hand", paused.Text, StringComparison.Ordinal);
        Assert.Equal((0, 1), (received, receiver.Requests.Count));
        Assert.Contains("The endpoint receives events again.", resumed.Text, StringComparison.Ordinal);
        await tenant.AssertAuditedAsync("pause_webhook", "updated");
        await tenant.AssertAuditedAsync("resume_webhook", "updated");
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task An_attempt_that_was_on_its_way_does_not_end_a_pause()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await using var receiver = await Receiver.StartAsync();
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        var browser = await tenant.OpenBrowserAsync();
        var page = await browser.GetPageAsync("/ops/endpoints");
        receiver.Answer = async (http, _) =>
        {
            await browser.SubmitAsync(page, $"/ops/endpoints/{webhook.Id}/pause", ("hours", "1"));
            http.Response.StatusCode = StatusCodes.Status500InternalServerError;
        };
        await tenant.AddIssueAsync();

        await tenant.DeliverAsync(webhook);

        var after = await tenant.OnDatabaseAsync(db => db.Webhooks.SingleAsync(w => w.Id == webhook.Id));
        Assert.True(after.Circuit.IsByHand);
        Assert.Equal(1, (await tenant.DeliveriesAsync(webhook)).Single().Attempts);
    }

    [Theory]
    [InlineData("169")]
    [InlineData("2147483647")]
    public async Task An_endpoint_cannot_be_paused_for_longer_than_a_week(string hours)
    {
        var tenant = await server.NewTenantAsync();
        var delivery = await AddFailedAsync(tenant);
        var browser = await tenant.OpenBrowserAsync();
        var page = await browser.GetPageAsync("/ops/endpoints");

        var refused = await browser.SubmitAsync(page, $"/ops/endpoints/{delivery.WebhookId}/pause", ("hours", hours));

        Assert.Equal(HttpStatusCode.UnprocessableEntity, refused.Status);
        Assert.Contains("A pause can take at most 7 days.", refused.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task An_extension_is_shown_with_what_it_reported()
    {
        var tenant = await server.NewTenantAsync();
        var extension = (await tenant.AddWebhookAsync("http://127.0.0.1:1/")).ExtensionId;
        var report = new { @event = "issue.created", status = "error" };
        await tenant.Admin.PostJsonAsync($"/api/v1/extensions/{extension}/events", report);
        var browser = await tenant.OpenBrowserAsync();

        var list = await browser.GetPageAsync("/ops/extensions");
        var page = await browser.GetPageAsync($"/ops/extensions/{extension}");

        Assert.Contains($"<a href=\"/ops/extensions/{extension}\">Example</a>", list.Text, StringComparison.Ordinal);
        Assert.Contains("<h1>Example</h1>", page.Text, StringComparison.Ordinal);
        Assert.Contains("1 report of the last 7 days", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task A_workflow_is_drawn_with_its_issues_and_the_ways_they_took()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddIssueAsync();
        await tenant.AddIssueAsync();
        await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" }).OkAsync();
        var browser = await tenant.OpenBrowserAsync();

        var page = await browser.GetPageAsync("/ops/workflows/LEGAL/default");
        var unknown = await browser.GetPageAsync("/ops/workflows/LEGAL/default?version=2");

        Assert.Contains("Start Work · 1", WebUtility.HtmlDecode(page.Text), StringComparison.Ordinal);
        Assert.Equal(4, Regex.Count(page.Text, "<g class=\"state "));
        Assert.Equal(6, Regex.Count(page.Text, "<path class=\"way "));
        Assert.Matches("In Progress</th>\\s*<td>active</td>\\s*<td>in_progress</td>\\s*<td class=\"number\">1<", page.Text);
        Assert.Equal(HttpStatusCode.NotFound, unknown.Status);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task The_audit_log_is_filtered_paged_and_verified()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("ONE");
        await tenant.AddProjectAsync("TWO");
        var browser = await tenant.OpenBrowserAsync();

        var page = await browser.GetPageAsync($"/ops/audit?action=create_project&actor={tenant.AdminId}&from=2026-01-01T00:00");
        var none = await browser.GetPageAsync("/ops/audit?action=delete_everything");
        var verified = await browser.SubmitAsync(page, "/ops/audit/verify");

        Assert.Equal(2, Regex.Count(page.Text, "<code>create_project</code>"));
        Assert.Contains("No records match.", none.Text, StringComparison.Ordinal);
        Assert.Contains("The log is as it was written", verified.Text, StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("/ops/audit?cursor=x")]
    [InlineData("/ops/deliveries?event=%00")]
    [InlineData("/ops/deliveries?state=lost")]
    [InlineData("/ops/deliveries?since=yesterday")]
    [InlineData("/ops/deliveries?page=0")]
    [InlineData("/ops/deliveries?webhook=x")]
    public async Task A_filter_that_cannot_be_read_is_explained_on_a_page(string path)
    {
        var browser = await (await server.NewTenantAsync()).OpenBrowserAsync();

        var page = await browser.GetPageAsync(path);

        Assert.Equal(HttpStatusCode.BadRequest, page.Status);
        Assert.Contains("role=\"alert\"", page.Text, StringComparison.Ordinal);
    }

    [Fact]
    [Trait("Database", "Sqlite")]
    public async Task The_style_is_kept_by_browsers_until_it_changes()
    {
        var page = await (await (await server.NewTenantAsync()).OpenBrowserAsync()).GetPageAsync("/ops");
        var address = Regex.Match(page.Text, "<link rel=\"stylesheet\" href=\"([^\"]*)\"").Groups[1].Value;

        var style = await server.NewClient().GetAsync(address);
        var old = await server.NewClient().GetAsync("/ops/style-0.css");

        Assert.Equal("public, max-age=31536000, immutable", style.Headers.CacheControl!.ToString());
        Assert.Equal("text/css", style.Content.Headers.ContentType!.MediaType);
        Assert.Equal((HttpStatusCode.OK, "no-store"), (old.StatusCode, old.Headers.CacheControl!.ToString()));
    }

    private static async Task<string> PathAsync(Tenant tenant, string page)
    {
        if (!page.Contains('{'))
            return page;
        var delivery = await AddFailedAsync(tenant);
        return page.Replace("{delivery}", $"{delivery.Id}")
            .Replace("{extension}", $"{delivery.ExtensionId}")
            .Replace("{project}", "LEGAL")
            .Replace("{workflow}", "default");
    }

    /// <summary>A delivery that its receiver refused.</summary>
    private static async Task<WebhookDelivery> AddFailedAsync(Tenant tenant, string project = "LEGAL")
    {
        await tenant.AddProjectAsync(project);
        await using var receiver = await Receiver.StartAsync();
        receiver.Answer = (http, _) =>
        {
            http.Response.StatusCode = StatusCodes.Status400BadRequest;
            return http.Response.WriteAsync("<b>no</b>");
        };
        var webhook = await tenant.AddWebhookAsync(receiver.Url);
        await tenant.AddIssueAsync(project);
        await tenant.DeliverAsync(webhook);
        return (await tenant.DeliveriesAsync(webhook)).Single();
    }
}
