using System.Globalization;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.OAuth;

/// <summary>An application that acts on its own behalf.</summary>
public sealed class OAuthClientCredentialsTests(KiketServer server)
{
    [Fact]
    public async Task A_token_allows_what_its_scopes_say()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var application = await tenant.AddApplicationAsync("issues", "projects:read");

        var client = server.NewClient(await server.ExchangeAsync(application));

        await client.GetAsync("/api/v1/projects").OkAsync();
        await client
            .PostJsonAsync("/api/v1/issues", new { project_key = "LEGAL", issue = new { title = "By a program" } })
            .CreatedAsync();
        await client.GetAsync("/api/v1/users").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await client.GetAsync("/api/v1/oauth_applications").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    [Theory]
    [InlineData("issues:read")]
    [InlineData("read:issues")]
    [InlineData("issues.read")]
    public async Task A_token_can_ask_for_less_in_any_spelling(string scope)
    {
        var tenant = await server.NewTenantAsync();
        var application = await tenant.AddApplicationAsync("issues", "projects");

        var client = server.NewClient(await server.ExchangeAsync(application, scope));

        await client.GetAsync("/api/v1/issues").OkAsync();
        await client.GetAsync("/api/v1/projects").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    [Theory]
    [InlineData("issues:write")]
    [InlineData("issues:read users")]
    [InlineData("openid")]
    [InlineData("*")]
    [InlineData("nonsense")]
    public async Task A_token_cannot_ask_for_more(string scope)
    {
        var tenant = await server.NewTenantAsync();
        var application = await tenant.AddApplicationAsync("issues:read");

        await server.ExchangeRefusedAsync(application, "invalid_scope", scope);
    }

    [Fact]
    public async Task The_history_names_the_application()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var client = server.NewClient(await server.ExchangeAsync(await tenant.AddApplicationAsync("admin")));

        var issue = await client
            .PostJsonAsync("/api/v1/issues", new { project_key = "LEGAL", issue = new { title = "By a program" } })
            .CreatedAsync();

        Assert.Equal("Robot", (string?)(await client.GetAsync("/api/v1/me").OkAsync())["name"]);
        Assert.DoesNotContain(
            "Robot",
            (await tenant.Admin.GetAsync("/api/v1/users").OkAsync())["users"]!.AsArray().Select(u => (string?)u!["name"])
        );
        var history = await tenant.Admin.GetAsync($"/api/v1/issues/{issue["key"]}/history").OkAsync();
        Assert.Contains("Robot", history.ToJsonString(), StringComparison.Ordinal);
        var issued = (await tenant.Admin.GetAsync("/api/v1/audit_log?action=issue_tokens").OkAsync())["data"]!.AsArray();
        var record = Assert.Single(issued)!;
        Assert.Equal(
            ("client_credentials", "oauth_application", "tokens_issued"),
            (
                (string?)record["credential"],
                (string?)record["subject"]!["type"],
                (string?)Assert.Single(record["changes"]!.AsArray())!["change"]
            )
        );
    }

    [Fact]
    public async Task A_token_shows_no_other_organization()
    {
        var (own, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await other.AddProjectAsync("OTHER");

        var client = server.NewClient(await server.ExchangeAsync(await own.AddApplicationAsync("admin")));

        Assert.Empty((await client.GetAsync("/api/v1/projects").OkAsync())["data"]!.AsArray());
        await client.GetAsync("/api/v1/projects/OTHER").RefusedAsync(404, "PROJECT_NOT_FOUND");
    }

    [Fact]
    public async Task A_revoked_token_ends_at_once_and_introspection_says_so()
    {
        var tenant = await server.NewTenantAsync();
        var application = await tenant.AddApplicationAsync("issues:read");
        var token = await server.ExchangeAsync(application);
        await server.NewClient(token).GetAsync("/api/v1/issues").OkAsync();
        var before = await server.PostFormAsync("/connect/introspect", application, ("token", token)).OkAsync();

        await server.PostFormAsync("/connect/revoke", application, ("token", token)).OkAsync();

        await server.NewClient(token).GetAsync("/api/v1/issues").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        Assert.True((bool)before["active"]!);
        Assert.Equal((string?)application["client_id"], (string?)before["client_id"]);
        Assert.False(
            (bool)(await server.PostFormAsync("/connect/introspect", application, ("token", token)).OkAsync())["active"]!
        );
    }

    [Fact]
    public async Task A_wrong_secret_and_an_unknown_application_are_refused()
    {
        var application = await (await server.NewTenantAsync()).AddApplicationAsync("issues:read");
        var (wrong, unknown) = (application.DeepClone(), application.DeepClone());
        wrong["client_secret"] = "ksec_wrong";
        unknown["client_id"] = "kapp_unknown";

        await server.ExchangeRefusedAsync(wrong, "invalid_client");
        await server.ExchangeRefusedAsync(unknown, "invalid_client");
    }

    [Fact]
    public async Task Neither_the_secret_nor_a_token_is_stored()
    {
        var tenant = await server.NewTenantAsync();
        var application = await tenant.AddApplicationAsync("issues:read");
        var token = await server.ExchangeAsync(application);

        var stored = await server.StoredOAuthAsync();

        Assert.DoesNotContain((string)application["client_secret"]!, stored, StringComparison.Ordinal);
        Assert.DoesNotContain(token, stored, StringComparison.Ordinal);
        Assert.Contains((string)application["client_id"]!, stored, StringComparison.Ordinal);
    }

    [Fact]
    public async Task Discovery_names_the_endpoints_and_the_keys_that_sign()
    {
        var client = server.NewClient();

        var document = await client.GetAsync("/.well-known/openid-configuration").OkAsync();
        var keys = await client.GetAsync(new Uri((string)document["jwks_uri"]!)).OkAsync();
        var extensionKeys = await client.GetAsync("/.well-known/jwks.json").OkAsync();

        Assert.Equal(server.Address.ToString(), (string?)document["issuer"]);
        Assert.EndsWith("/connect/token", (string?)document["token_endpoint"], StringComparison.Ordinal);
        Assert.Contains("client_credentials", document["grant_types_supported"]!.AsArray().Select(g => (string?)g));
        Assert.Contains("issues:read", document["scopes_supported"]!.AsArray().Select(g => (string?)g));
        Assert.Equal(
            extensionKeys["keys"]!.AsArray().Select(k => (string?)k!["kid"]),
            keys["keys"]!.AsArray().Select(k => (string?)k!["kid"])
        );
        Assert.All(keys["keys"]!.AsArray(), k => Assert.Null(k!["d"]));
    }

    [Fact]
    public async Task The_documented_address_of_the_token_endpoint_works_too()
    {
        var application = await (await server.NewTenantAsync()).AddApplicationAsync("issues:read");

        var answer = await server.PostFormAsync("/oauth/token", application, ("grant_type", "client_credentials")).OkAsync();

        Assert.NotNull((string?)answer["access_token"]);
        Assert.InRange((int)answer["expires_in"]!, 3590, 3600);
    }

    [Fact]
    public async Task Attempts_to_guess_a_secret_are_counted_by_address()
    {
        var application = await (await server.NewTenantAsync()).AddApplicationAsync("issues:read");

        var answer = await server.RequestTokenAsync(application);

        Assert.True(answer.IsSuccessStatusCode);
        var before = RemainingOf(answer);
        Assert.InRange(RemainingOf(await server.RequestTokenAsync(application)), 0, before - 1);
    }

    [Fact]
    public async Task Requests_are_counted_per_application_and_not_per_token()
    {
        var tenant = await server.NewTenantAsync();
        var (first, second) = (await tenant.AddApplicationAsync("issues:read"), await tenant.AddApplicationAsync("issues:read"));

        var remaining = new List<long>();
        foreach (var application in new[] { first, first, second })
        {
            var response = await server.NewClient(await server.ExchangeAsync(application)).GetAsync("/api/v1/issues");
            remaining.Add(long.Parse(response.Headers.GetValues("X-RateLimit-Remaining").Single()));
        }

        Assert.Equal([remaining[0], remaining[0] - 1, remaining[0]], remaining);
    }

    private static int RemainingOf(HttpResponseMessage answer) =>
        int.Parse(Assert.Single(answer.Headers.GetValues("X-RateLimit-Remaining")), CultureInfo.InvariantCulture);
}
