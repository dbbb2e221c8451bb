using System.Net;
using System.Text;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Dashboard;

public sealed class DashboardTests(KiketServer server)
{
    [Theory]
    [InlineData("/hangfire")]
    [InlineData("/hangfire/recurring")]
    [InlineData("/hangfire/stats")]
    public async Task A_browser_is_asked_for_a_token(string page)
    {
        var response = await server.NewClient().GetAsync(page);

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
        Assert.Equal("Basic", Assert.Single(response.Headers.WwwAuthenticate).Scheme);
    }

    [Theory]
    [InlineData("any:")]
    [InlineData("any:wrong")]
    [InlineData("no colon")]
    public async Task A_wrong_password_is_asked_for_again(string credentials)
    {
        var response = await WithBasic(credentials).GetAsync("/hangfire");

        Assert.Equal(HttpStatusCode.Unauthorized, response.StatusCode);
    }

    [Fact]
    public async Task The_operator_sees_the_jobs_by_names_that_people_understand()
    {
        await using var process = KiketProcess.Start(settings: ("Dashboard__Token", "token-of-the-operator"));
        var browser = await process.ListeningAsync();
        browser.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("any:token-of-the-operator"u8));

        Assert.Contains("Delete expired idempotency keys", await RecurringAsync(browser), StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_administrator_of_an_organization_does_not_see_the_jobs_of_all_the_others()
    {
        var tenant = await server.NewTenantAsync();

        Assert.Equal(HttpStatusCode.Unauthorized, (await tenant.Admin.GetAsync("/hangfire")).StatusCode);
        Assert.Equal(HttpStatusCode.Unauthorized, (await tenant.Admin.GetAsync("/HangFire/recurring")).StatusCode);
        Assert.Equal(
            HttpStatusCode.Unauthorized,
            (await WithBasic($"any:{tenant.AdminToken}").GetAsync("/hangfire/jobs/enqueued")).StatusCode
        );
        Assert.Equal(HttpStatusCode.Unauthorized, (await tenant.Admin.PostAsync("/hangfire/recurring/trigger", null)).StatusCode);
        Assert.Equal(HttpStatusCode.OK, (await server.NewClient(KiketServer.DashboardToken).GetAsync("/hangfire")).StatusCode);
    }

    [Fact]
    public async Task An_operator_opens_it_by_signing_in_and_an_administrator_does_not()
    {
        var tenant = await server.NewTenantAsync();
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Admin);
        var browser = new Browser(server);

        var signIn = await browser.GetPageAsync("/hangfire/recurring");
        var refused = await browser.SignInAsync(signIn, email);
        await tenant.MakeOperatorAsync(id);
        var opened = await browser.GetPageAsync("/hangfire/recurring");

        Assert.Contains("<h1>Sign in</h1>", signIn.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.Forbidden, refused.Status);
        Assert.Contains("<h1>Only for operators</h1>", refused.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, opened.Status);
        Assert.Contains("Kiket jobs", opened.Text, StringComparison.Ordinal);
        await tenant.Admin.PostAsync($"/api/v1/users/{id}/password_reset", null).RefusedAsync(403, "FORBIDDEN");
    }

    [Fact]
    public async Task The_operators_token_opens_nothing_else() =>
        await server.NewClient(KiketServer.DashboardToken).GetAsync("/api/v1/projects").RefusedAsync(401, "AUTH_INVALID_TOKEN");

    [Fact]
    public async Task Without_a_token_of_its_own_it_is_closed_to_all()
    {
        await using var process = KiketProcess.Start(settings: ("Bootstrap__AdminToken", "kpat_for_the_dashboard"));
        var browser = await process.ListeningAsync();
        browser.DefaultRequestHeaders.Authorization = new("Bearer", "kpat_for_the_dashboard");

        await browser.GetAsync("/hangfire").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        browser.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String("any:"u8));
        await browser.GetAsync("/hangfire").RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task A_password_opens_the_dashboard_only()
    {
        var tenant = await server.NewTenantAsync();

        await WithBasic($"any:{tenant.AdminToken}").GetAsync("/api/v1/projects").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await WithBasic($"any:{KiketServer.DashboardToken}").GetAsync("/api/v1/projects").RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task It_shows_and_does_nothing_unless_it_is_allowed_to()
    {
        await using var process = KiketProcess.Start(settings: ("Dashboard__Token", "token-of-the-operator"));
        var browser = await process.ListeningAsync();
        browser.DefaultRequestHeaders.Authorization = new("Bearer", "token-of-the-operator");

        var page = await RecurringAsync(browser);
        var action = await browser.SendAsync(Trigger(page));

        Assert.False(action.IsSuccessStatusCode);
        Assert.DoesNotContain("recurring/trigger", page, StringComparison.Ordinal);
        Assert.Contains("N/A", await browser.GetStringAsync("/hangfire/recurring"), StringComparison.Ordinal);
    }

    [Fact]
    public async Task Where_it_is_allowed_an_action_needs_the_page_that_offers_it()
    {
        await using var process = KiketProcess.Start(
            settings: [("Dashboard__Token", "token-of-the-operator"), ("Dashboard__AllowActions", "true")]
        );
        var browser = await process.ListeningAsync();
        browser.DefaultRequestHeaders.Authorization = new("Bearer", "token-of-the-operator");
        var page = await RecurringAsync(browser);

        // Another site can make a browser send the first request, but cannot read the page's token for the second.
        var forged = await browser.SendAsync(Trigger(""));
        var genuine = await browser.SendAsync(Trigger(page));

        Assert.Contains("recurring/trigger", page, StringComparison.Ordinal);
        Assert.False(forged.IsSuccessStatusCode);
        Assert.True(genuine.IsSuccessStatusCode);
        await AssertAuditedAsync(process, browser.BaseAddress!);
    }

    /// <summary>The first administrator is an operator, and acts in the name of an organization.</summary>
    private static async Task AssertAuditedAsync(KiketProcess process, Uri address)
    {
        var token = (await process.SaysAsync(Shown("Token of"))).Groups["shown"].Value;
        var link = (await process.SaysAsync(Shown("Link to"))).Groups["shown"].Value;
        var person = new Browser(address);
        await person.SetPasswordAsync(link);
        await person.SignInAsync("admin@kiket.local");

        var done = await person.Client.SendAsync(Trigger(await RecurringAsync(person.Client)));

        Assert.True(done.IsSuccessStatusCode);
        var admin = new HttpClient { BaseAddress = address, DefaultRequestHeaders = { Authorization = new("Bearer", token) } };
        var record = (await admin.GetAsync("/api/v1/audit_log?action=use_dashboard").OkAsync())["data"]!.AsArray().Single()!;
        Assert.Equal("recurring/trigger prune", (string?)record["changes"]![0]!["change"]);
        Assert.Equal("session", (string?)record["credential"]);
        Assert.Equal("admin@kiket.local", (string?)record["actor"]!["email"]);
    }

    private static Regex Shown(string line) => new($@"{line} .*:\s+(?<shown>\S+)");

    /// <summary>The page of the recurring jobs, which are planned beside the start.</summary>
    private static async Task<string> RecurringAsync(HttpClient browser)
    {
        while (true)
        {
            var page = await browser.GetStringAsync("/hangfire/recurring");
            if (page.Contains("Delete expired idempotency keys", StringComparison.Ordinal))
                return page;
            await Task.Delay(50);
        }
    }

    private static HttpRequestMessage Trigger(string page)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/hangfire/recurring/trigger")
        {
            Content = new FormUrlEncodedContent([new("jobs[]", "prune")]),
        };
        if (Meta(page, "csrf-token") is { } token)
            request.Headers.Add(Meta(page, "csrf-header")!, token);
        return request;
    }

    private static string? Meta(string page, string name)
    {
        var match = Regex.Match(page, $"<meta name=\"{name}\" content=\"([^\"]+)\"");
        return match.Success ? match.Groups[1].Value : null;
    }

    private HttpClient WithBasic(string credentials)
    {
        var client = server.NewClient();
        client.DefaultRequestHeaders.Authorization = new("Basic", Convert.ToBase64String(Encoding.UTF8.GetBytes(credentials)));
        return client;
    }
}
