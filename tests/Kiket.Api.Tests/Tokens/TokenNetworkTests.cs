using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Tokens;

/// <summary>Tokens that are accepted only from some networks.</summary>
public sealed class TokenNetworkTests(KiketServer server)
{
    private const string Workspace = "workspace_api_token";
    private const string Personal = "personal_access_token";

    [Theory]
    [InlineData(Workspace)]
    [InlineData(Personal)]
    public async Task A_token_is_accepted_only_from_its_networks(string kind)
    {
        var tenant = await server.NewTenantAsync();
        var here = await CreateAsync(tenant, kind, "127.0.0.0/8", "::1");
        var there = await CreateAsync(tenant, kind, "192.0.2.0/24");
        var anywhere = await CreateAsync(tenant, kind);

        Assert.Equal("""["127.0.0.0/8","::1"]""", here["allowed_networks"]!.ToJsonString());
        Assert.Null(anywhere["allowed_networks"]);
        await AcceptedAsync(here);
        await AcceptedAsync(anywhere);
        await RefusedAsync(there);

        var listed = (await tenant.Admin.GetAsync($"/api/v1/{kind}s?sort=id desc").OkAsync())[$"{kind}s"]!.AsArray();
        Assert.Equal(
            [null, """["192.0.2.0/24"]""", """["127.0.0.0/8","::1"]"""],
            listed.Take(3).Select(t => t!["allowed_networks"]?.ToJsonString())
        );
    }

    [Fact]
    public async Task Changed_networks_hold_at_once()
    {
        var tenant = await server.NewTenantAsync();
        var token = await CreateAsync(tenant, Personal);
        var path = $"/api/v1/tokens/{token["id"]}";
        await AcceptedAsync(token);

        var changed = await tenant.Admin.PatchJsonAsync(path, new { allowed_networks = new[] { "2001:db8::/32" } }).OkAsync();
        Assert.Equal("""["2001:db8::/32"]""", changed["allowed_networks"]!.ToJsonString());
        await RefusedAsync(token);
        await tenant.Admin.PatchJsonAsync(path, new { rate_limit_requests = 7 }).OkAsync();
        await RefusedAsync(token);

        changed = await tenant.Admin.PatchJsonAsync(path, new { allowed_networks = (string[]?)null }).OkAsync();
        Assert.Null(changed["allowed_networks"]);
        await AcceptedAsync(token);
    }

    [Fact]
    public async Task A_successor_has_the_same_networks()
    {
        var tenant = await server.NewTenantAsync();
        var token = await CreateAsync(tenant, Workspace, "192.0.2.0/24");

        var successor = await tenant.Admin.PostAsync($"/api/v1/tokens/{token["id"]}/rotate", null).CreatedAsync();

        Assert.Equal("""["192.0.2.0/24"]""", successor["allowed_networks"]!.ToJsonString());
        await RefusedAsync(successor);
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("10.0.0.0/99")]
    [InlineData("10.1")]
    [InlineData("010.0.0.1")]
    [InlineData("[::1]:443")]
    [InlineData("fe80::1%eth0")]
    [InlineData("::ffff:10.0.0.1")]
    [InlineData("")]
    public async Task What_is_not_a_network_is_refused_by_name(string network)
    {
        var tenant = await server.NewTenantAsync();
        var token = await CreateAsync(tenant, Personal, "127.0.0.1");
        object body = new { name = "CI", allowed_networks = new[] { "127.0.0.1", network } };

        await tenant
            .Admin.PostJsonAsync("/api/v1/workspace_api_tokens", body)
            .RefusedAsync(422, "VALIDATION_ERROR", "workspace_api_token.allowed_networks");
        await tenant
            .Admin.PostJsonAsync("/api/v1/personal_access_tokens", body)
            .RefusedAsync(422, "VALIDATION_ERROR", "personal_access_token.allowed_networks");
        await tenant
            .Admin.PatchJsonAsync($"/api/v1/tokens/{token["id"]}", new { allowed_networks = new[] { network } })
            .RefusedAsync(422, "VALIDATION_ERROR", "token.allowed_networks");
        await AcceptedAsync(token);
    }

    [Fact]
    public async Task A_token_has_a_limited_number_of_networks()
    {
        var tenant = await server.NewTenantAsync();
        string[] networks = [.. Enumerable.Range(1, 21).Select(i => $"10.{i}.0.0/16")];

        Assert.Equal(20, (await CreateAsync(tenant, Personal, networks[..20]))["allowed_networks"]!.AsArray().Count);
        await tenant
            .Admin.PostJsonAsync("/api/v1/personal_access_tokens", new { name = "CI", allowed_networks = networks })
            .RefusedAsync(422, "VALIDATION_ERROR", "personal_access_token.allowed_networks");
    }

    private static Task<JsonNode> CreateAsync(Tenant tenant, string kind, params string[] networks) =>
        tenant
            .Admin.PostJsonAsync($"/api/v1/{kind}s", new { name = "CI", allowed_networks = networks is [] ? null : networks })
            .CreatedAsync();

    private Task<JsonNode> AcceptedAsync(JsonNode token) =>
        server.NewClient((string?)token["token"]).GetAsync("/api/v1/me").OkAsync();

    private Task<JsonNode> RefusedAsync(JsonNode token) =>
        server.NewClient((string?)token["token"]).GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");
}
