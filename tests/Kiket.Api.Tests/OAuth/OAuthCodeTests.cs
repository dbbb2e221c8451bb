using System.Net;
using System.Security.Cryptography;
using System.Text;
using System.Text.Json.Nodes;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;
using Microsoft.AspNetCore.WebUtilities;

namespace Kiket.Api.Tests.OAuth;

/// <summary>An application that acts for a user, and the pages on which the user signs in and allows it.</summary>
public sealed class OAuthCodeTests(KiketServer server)
{
    private const string Callback = "https://app.example.com/callback";
    private const string Verifier = "a-verifier-of-at-least-forty-three-characters-0123456789";

    [Fact]
    public async Task A_user_signs_in_allows_an_application_and_it_acts_as_the_user()
    {
        var (tenant, id, email, application, browser) = await StartAsync("issues:read");

        var signIn = await browser.GetPageAsync(Authorization(application, "openid profile email issues:read"));
        var consent = await browser.SubmitAsync(signIn, ("email", email), ("password", Browser.Password));
        var callback = await browser.SubmitAsync(consent, ("decision", "allow"));
        var tokens = await ExchangeAsync(application, CodeOf(callback)).OkAsync();
        var client = server.NewClient((string?)tokens["access_token"]);

        Assert.Contains("<h1>Sign in</h1>", signIn.Text, StringComparison.Ordinal);
        Assert.Contains("<h1>Allow Robot?</h1>", consent.Text, StringComparison.Ordinal);
        Assert.Contains("<li>read issues</li>", consent.Text, StringComparison.Ordinal);
        await client.GetAsync("/api/v1/issues").OkAsync();
        await client.GetAsync("/api/v1/users").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        Assert.Equal(id, (long)(await client.GetAsync("/api/v1/me").OkAsync())["id"]!);
        var user = await client.GetAsync("/connect/userinfo").OkAsync();
        Assert.Equal([$"{id}", email], new[] { "sub", "email" }.Select(c => (string?)user[c]));
        Assert.Equal($"{id}", ClaimOf((string)tokens["id_token"]!, "sub"));
        Assert.NotNull(tenant);

        // The user is not asked again for scopes that they have allowed.
        var again = await browser.GetPageAsync(Authorization(application, "openid profile email issues:read"));
        Assert.StartsWith(Callback, again.Location, StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_application_without_a_secret_always_asks_because_another_program_can_pretend_to_be_it()
    {
        var tenant = await server.NewTenantAsync();
        var (_, email) = await tenant.AddPersonAsync(OrganizationRole.Developer);
        var (application, browser) = (await AddAsync(tenant, isPublic: true, "issues:read"), new Browser(server));
        var address = Authorization(application, "issues:read");
        var consent = await browser.SignInAsync(await browser.GetPageAsync(address), email);
        CodeOf(await browser.SubmitAsync(consent, ("decision", "allow")));

        var again = await browser.GetPageAsync(address);
        var silent = await browser.GetPageAsync($"{address}&prompt=none");

        Assert.Contains("<h1>Allow Robot?</h1>", again.Text, StringComparison.Ordinal);
        Assert.Contains("error=consent_required", silent.Location, StringComparison.Ordinal);
        CodeOf(await browser.SubmitAsync(again, ("decision", "allow")));
    }

    [Fact]
    public async Task A_used_refresh_token_that_comes_again_ends_all_that_followed()
    {
        var (_, _, email, application, browser) = await StartAsync("issues:read");
        var first = await AllowAsync(application, browser, email, "issues:read offline_access");

        var second = await RefreshAsync(application, first).OkAsync();
        await server.NewClient((string?)second["access_token"]).GetAsync("/api/v1/issues").OkAsync();
        Assert.Equal("invalid_grant", await ErrorOf(RefreshAsync(application, first)));

        Assert.Equal("invalid_grant", await ErrorOf(RefreshAsync(application, second)));
        await EventuallyRefusedAsync((string)second["access_token"]!);
    }

    [Fact]
    public async Task Outside_the_networks_of_an_application_nothing_that_it_has_is_accepted()
    {
        var (tenant, _, email, application, browser) = await StartAsync("issues:read");
        var tokens = await AllowAsync(application, browser, email, "openid issues:read offline_access");
        var client = server.NewClient((string?)tokens["access_token"]);
        await client.GetAsync("/connect/userinfo").OkAsync();

        await RestrictAsync("192.0.2.0/24");
        var code = CodeOf(await browser.GetPageAsync(Authorization(application, "issues:read"))); // users may be anywhere
        var refused = new[]
        {
            await client.GetAsync("/api/v1/issues"),
            await client.GetAsync("/connect/userinfo"),
            await RefreshAsync(application, tokens),
            await ExchangeAsync(application, code),
        };
        await RestrictAsync("127.0.0.0/8", "::1");

        Assert.All(refused, r => Assert.Equal(HttpStatusCode.Unauthorized, r.StatusCode));
        await client.GetAsync("/api/v1/issues").OkAsync();
        await ExchangeAsync(application, code).OkAsync(); // a refusal uses nothing up
        await RefreshAsync(application, tokens).OkAsync();

        Task<JsonNode> RestrictAsync(params string[] networks) => tenant.RestrictAsync(application, networks);
    }

    [Fact]
    public async Task A_code_is_good_once_and_only_with_its_verifier()
    {
        var (_, _, email, application, browser) = await StartAsync("issues:read");
        await AllowAsync(application, browser, email, "issues:read");
        async Task<string> NewCode() => CodeOf(await browser.GetPageAsync(Authorization(application, "issues:read")));

        var (stolen, used) = (await NewCode(), await NewCode());
        Assert.Equal("invalid_grant", await ErrorOf(ExchangeAsync(application, stolen, verifier: new string('x', 50))));
        await ExchangeAsync(application, used).OkAsync();
        Assert.Equal("invalid_grant", await ErrorOf(ExchangeAsync(application, used)));

        var plain = Authorization(application, "issues:read").Replace("S256", "plain", StringComparison.Ordinal);
        var without = Regex.Replace(Authorization(application, "issues:read"), "&code_challenge[^&]*", "");
        foreach (var request in new[] { plain, without })
        {
            var refused = await browser.GetPageAsync(request);
            Assert.Equal((HttpStatusCode.BadRequest, ""), (refused.Status, refused.Location));
            Assert.Contains("invalid_request", refused.Text, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task A_user_can_deny_and_a_stranger_and_a_wider_scope_are_refused()
    {
        var (_, _, email, application, browser) = await StartAsync("issues:read");
        var (_, _, _, foreign, _) = await StartAsync("issues:read");
        var consent = await browser.SubmitAsync(
            await browser.GetPageAsync(Authorization(application, "issues:read")),
            ("email", email),
            ("password", Browser.Password)
        );

        var denied = await browser.SubmitAsync(consent, ("decision", "deny"));
        var stranger = await browser.GetPageAsync(Authorization(foreign, "issues:read"));
        var wider = await browser.GetPageAsync(Authorization(application, "issues:write"));
        var elsewhere = await browser.GetPageAsync(
            Authorization(application, "issues:read").Replace("app.example.com", "evil.example.com", StringComparison.Ordinal)
        );

        Assert.Contains("error=access_denied", denied.Location, StringComparison.Ordinal);
        Assert.Contains("error=access_denied", stranger.Location, StringComparison.Ordinal);
        Assert.Contains("error=invalid_scope", wider.Location, StringComparison.Ordinal);
        Assert.Equal("", elsewhere.Location);
        Assert.Equal(HttpStatusCode.BadRequest, elsewhere.Status);
    }

    [Fact]
    public async Task A_deactivated_user_loses_tokens_and_sign_in()
    {
        var (tenant, id, email, application, browser) = await StartAsync("issues:read");
        var tokens = await AllowAsync(application, browser, email, "issues:read offline_access");
        var client = server.NewClient((string?)tokens["access_token"]);
        await client.GetAsync("/api/v1/issues").OkAsync();

        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { user = new { deactivated = true } }).OkAsync();

        await client.GetAsync("/api/v1/issues").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        Assert.Equal("invalid_grant", await ErrorOf(RefreshAsync(application, tokens)));
        var page = await browser.GetPageAsync(Authorization(application, "issues:read"));
        Assert.Contains("<h1>Sign in</h1>", page.Text, StringComparison.Ordinal);
        var refused = await browser.SubmitAsync(page, ("email", email), ("password", Browser.Password));
        Assert.Contains("is wrong", refused.Text, StringComparison.Ordinal);
    }

    private async Task<(Tenant Tenant, long UserId, string Email, JsonNode Application, Browser Browser)> StartAsync(
        params string[] scopes
    )
    {
        var tenant = await server.NewTenantAsync();
        var (id, email) = await tenant.AddPersonAsync(OrganizationRole.Developer);
        return (tenant, id, email, await AddAsync(tenant, isPublic: false, scopes), new Browser(server));
    }

    private static Task<JsonNode> AddAsync(Tenant tenant, bool isPublic, params string[] scopes) =>
        tenant
            .Admin.PostJsonAsync(
                "/api/v1/oauth_applications",
                new
                {
                    oauth_application = new
                    {
                        name = "Robot",
                        scopes,
                        grant_types = new[] { "authorization_code", "refresh_token" },
                        redirect_uris = new[] { Callback },
                        @public = isPublic,
                    },
                }
            )
            .CreatedAsync();

    private static string Authorization(JsonNode application, string scope) =>
        QueryHelpers.AddQueryString(
            "/connect/authorize",
            new Dictionary<string, string?>
            {
                ["client_id"] = (string?)application["client_id"],
                ["response_type"] = "code",
                ["redirect_uri"] = Callback,
                ["scope"] = scope,
                ["state"] = "a \"state\" & more",
                ["code_challenge"] = WebEncoders.Base64UrlEncode(SHA256.HashData(Encoding.ASCII.GetBytes(Verifier))),
                ["code_challenge_method"] = "S256",
            }
        );

    private async Task<JsonNode> AllowAsync(JsonNode application, Browser browser, string email, string scope)
    {
        var page = await browser.GetPageAsync(Authorization(application, scope));
        page = await browser.SubmitAsync(page, ("email", email), ("password", Browser.Password));
        page = await browser.SubmitAsync(page, ("decision", "allow"));
        return await ExchangeAsync(application, CodeOf(page)).OkAsync();
    }

    private Task<HttpResponseMessage> ExchangeAsync(JsonNode application, string code, string verifier = Verifier) =>
        server.PostFormAsync(
            "/connect/token",
            application,
            ("grant_type", "authorization_code"),
            ("code", code),
            ("redirect_uri", Callback),
            ("code_verifier", verifier)
        );

    private Task<HttpResponseMessage> RefreshAsync(JsonNode application, JsonNode tokens) =>
        server.PostFormAsync(
            "/connect/token",
            application,
            ("grant_type", "refresh_token"),
            ("refresh_token", (string)tokens["refresh_token"]!)
        );

    private static string CodeOf(Browser.Page page)
    {
        Assert.StartsWith(Callback, page.Location, StringComparison.Ordinal);
        var query = QueryHelpers.ParseQuery(new Uri(page.Location).Query);
        Assert.Equal("a \"state\" & more", query["state"]);
        return query["code"]!;
    }

    private static async Task<string?> ErrorOf(Task<HttpResponseMessage> sent)
    {
        var response = await sent;
        Assert.Equal(HttpStatusCode.BadRequest, response.StatusCode);
        return (string?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["error"];
    }

    /// <summary>The server revokes a family with one statement, which is seen when a credential is read again.</summary>
    private async Task EventuallyRefusedAsync(string token)
    {
        var client = server.NewClient(token);
        for (var tries = 0; tries < 50; tries++)
        {
            if ((await client.GetAsync("/api/v1/issues")).StatusCode is HttpStatusCode.Unauthorized)
                return;
            await Task.Delay(100);
        }

        Assert.Fail("The token is still accepted after 5 s.");
    }

    private static string? ClaimOf(string jwt, string claim) =>
        (string?)JsonNode.Parse(WebEncoders.Base64UrlDecode(jwt.Split('.')[1]))![claim];
}
