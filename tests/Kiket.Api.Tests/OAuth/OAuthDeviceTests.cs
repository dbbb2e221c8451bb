using System.Net;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.OAuth;

/// <summary>A command-line tool that acts for a user who allows it in a browser elsewhere.</summary>
public sealed class OAuthDeviceTests(KiketServer server)
{
    [Fact]
    public async Task A_tool_gets_tokens_once_its_user_has_entered_the_code_and_allowed_it()
    {
        var (id, email, application) = await StartAsync();
        var started = await BeginAsync(application);
        var browser = new Browser(server);
        var early = await ErrorOf(PollAsync(application, started));

        var signIn = await browser.GetPageAsync("/connect/verify");
        var form = await browser.SignInAsync(signIn, email);
        var wrong = await browser.SubmitAsync(form, ("user_code", "0000-0000-0000"));
        var consent = await browser.SubmitAsync(wrong, ("user_code", (string)started["user_code"]!));
        var done = await browser.SubmitAsync(consent, ("decision", "allow"));
        var tokens = await PollAsync(application, started).OkAsync();

        Assert.Equal("authorization_pending", early);
        Assert.Contains("<h1>Connect a device</h1>", form.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.UnprocessableEntity, wrong.Status);
        Assert.Contains("<h1>Allow Tool?</h1>", consent.Text, StringComparison.Ordinal);
        Assert.Contains("<li>read issues</li>", consent.Text, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.OK, done.Status);
        var client = server.NewClient((string?)tokens["access_token"]);
        Assert.Equal(id, (long)(await client.GetAsync("/api/v1/me").OkAsync())["id"]!);
        await client.GetAsync("/api/v1/users").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        Assert.Equal("invalid_grant", await ErrorOf(PollAsync(application, started)));
        Assert.NotNull(tokens["refresh_token"]);
    }

    [Fact]
    public async Task A_user_can_deny_and_a_strange_user_cannot_allow()
    {
        var (_, email, application) = await StartAsync();
        var (_, stranger, _) = await StartAsync();
        var started = await BeginAsync(application);
        var address = new Uri((string)started["verification_uri_complete"]!).PathAndQuery;
        var (browser, other) = (new Browser(server), new Browser(server));

        var refused = await other.SignInAsync(await other.GetPageAsync(address), stranger);
        var consent = await browser.SignInAsync(await browser.GetPageAsync(address), email);
        await browser.SubmitAsync(consent, ("decision", "deny"));

        Assert.Contains("does not belong to the organization", refused.Text, StringComparison.Ordinal);
        Assert.Equal("access_denied", await ErrorOf(PollAsync(application, started)));
    }

    [Fact]
    public async Task A_tool_gets_tokens_only_in_the_networks_of_its_application()
    {
        var tenant = await server.NewTenantAsync();
        var (_, email, application) = await StartAsync(tenant);
        var started = await BeginAsync(application);
        var browser = new Browser(server);
        var address = new Uri((string)started["verification_uri_complete"]!).PathAndQuery;
        var consent = await browser.SignInAsync(await browser.GetPageAsync(address), email);
        await browser.SubmitAsync(consent, ("decision", "allow"));

        await tenant.RestrictAsync(application, "192.0.2.0/24");
        var elsewhere = await PollAsync(application, started);
        await tenant.RestrictAsync(application, "127.0.0.0/8", "::1");

        Assert.Equal(HttpStatusCode.Unauthorized, elsewhere.StatusCode);
        await PollAsync(application, started).OkAsync();
    }

    [Fact]
    public async Task What_a_user_allows_a_device_is_not_kept_for_longer_than_its_tokens()
    {
        var (_, email, application) = await StartAsync();
        var started = await BeginAsync(application);
        var browser = new Browser(server);
        var address = new Uri((string)started["verification_uri_complete"]!).PathAndQuery;
        var consent = await browser.SignInAsync(await browser.GetPageAsync(address), email);
        await browser.SubmitAsync(consent, ("decision", "allow"));
        await PollAsync(application, started).OkAsync();

        await using var scope = server.Services.CreateAsyncScope();
        var client = (string)application["client_id"]!;
        var kept = scope
            .ServiceProvider.GetRequiredService<KiketDbContext>()
            .Set<OAuthAuthorization>()
            .Where(a => a.Application!.ClientId == client)
            .Select(a => a.Type);

        // The kind that is pruned once it has no more tokens, and that no other request relies on.
        Assert.Equal(["ad-hoc"], await kept.Distinct().ToListAsync(TestContext.Current.CancellationToken));
    }

    private async Task<(long Id, string Email, JsonNode Application)> StartAsync(Tenant? organization = null)
    {
        var tenant = organization ?? await server.NewTenantAsync();
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Developer);
        var application = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/oauth_applications",
                new
                {
                    oauth_application = new
                    {
                        name = "Tool",
                        scopes = new[] { "issues:read" },
                        grant_types = new[] { "device_code", "refresh_token" },
                    },
                }
            )
            .CreatedAsync();
        return (id, email, application);
    }

    private Task<JsonNode> BeginAsync(JsonNode application) =>
        server.PostFormAsync("/connect/device", application, ("scope", "issues:read offline_access")).OkAsync();

    private Task<HttpResponseMessage> PollAsync(JsonNode application, JsonNode started) =>
        server.PostFormAsync(
            "/connect/token",
            application,
            ("grant_type", "urn:ietf:params:oauth:grant-type:device_code"),
            ("device_code", (string)started["device_code"]!)
        );

    private static async Task<string?> ErrorOf(Task<HttpResponseMessage> sent)
    {
        var response = await sent;
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        return (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"];
    }
}
