using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Tokens;

/// <summary>Tokens that are replaced, and tokens with their own limit.</summary>
public sealed class TokenRotationTests(KiketServer server)
{
    private const string Workspace = "workspace_api_token";
    private const string Personal = "personal_access_token";

    [Theory]
    [InlineData(Workspace, "wksp_")]
    [InlineData(Personal, "kpat_")]
    public async Task A_rotated_token_has_a_successor_that_may_do_the_same_and_works_until_the_overlap_ends(
        string kind,
        string label
    )
    {
        var tenant = await server.NewTenantAsync();
        var old = await CreateAsync(
            tenant.Admin,
            kind,
            new
            {
                name = "CI",
                scopes = new[] { "users:read" },
                expires_at = "2099-01-02T03:04:05Z",
            }
        );

        var rotated = await RotateAsync(tenant.Admin, old, new { overlap_seconds = 3600 }).CreatedAsync();

        Assert.StartsWith(label, (string?)rotated["token"], StringComparison.Ordinal);
        Assert.NotEqual((long)old["id"]!, (long)rotated["id"]!);
        foreach (var same in new[] { "name", "scopes", "expires_at", "owner" })
            Assert.Equal(old[same]!.ToJsonString(), rotated[same]!.ToJsonString());
        await server.NewClient((string)rotated["token"]!).GetAsync("/api/v1/users").OkAsync();
        await server.NewClient((string)old["token"]!).GetAsync("/api/v1/users").OkAsync();
        var listed = (await tenant.Admin.GetAsync($"/api/v1/{kind}s").OkAsync())[$"{kind}s"]!.AsArray();
        var end = (DateTimeOffset)listed.Single(t => (long)t!["id"]! == (long)old["id"]!)!["expires_at"]!;
        Assert.InRange(end, DateTimeOffset.UtcNow.AddMinutes(58), DateTimeOffset.UtcNow.AddMinutes(61));

        await RotateAsync(tenant.Admin, rotated, new { overlap_seconds = 0 }).CreatedAsync();
        await server.NewClient((string)rotated["token"]!).GetAsync("/api/v1/users").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await RotateAsync(tenant.Admin, rotated, new { }).RefusedAsync(422, "VALIDATION_ERROR", "token");
    }

    [Fact]
    public async Task Nobody_rotates_the_tokens_of_others()
    {
        var (tenant, stranger) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var shared = await CreateAsync(tenant.Admin, Workspace, new { name = "CI" });
        var own = await CreateAsync(developer, Personal, new { name = "Mine" });

        await RotateAsync(developer, shared, null).RefusedAsync(404, "TOKEN_NOT_FOUND");
        await RotateAsync(tenant.Admin, own, null).RefusedAsync(404, "TOKEN_NOT_FOUND");
        await RotateAsync(stranger.Admin, shared, null).RefusedAsync(404, "TOKEN_NOT_FOUND");
        await RotateAsync(developer, own, null).CreatedAsync();
        await RotateAsync(tenant.Admin, shared, new { overlap_seconds = 604_801 })
            .RefusedAsync(422, "VALIDATION_ERROR", "token.overlap_seconds");
        await RotateAsync(tenant.Admin, shared, new { overlap_seconds = -1 })
            .RefusedAsync(422, "VALIDATION_ERROR", "token.overlap_seconds");
    }

    [Fact]
    public async Task An_administrator_limits_one_token_at_any_time()
    {
        var tenant = await server.NewTenantAsync();
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var token = await CreateAsync(developer, Personal, new { name = "Mine" });
        var (client, path) = (server.NewClient((string?)token["token"]), $"/api/v1/tokens/{token["id"]}");
        await client.GetAsync("/api/v1/me").OkAsync();

        var limit = new { token = new { rate_limit_requests = 7, rate_limit_window = 60 } };
        await developer.PatchJsonAsync(path, limit).RefusedAsync(403, "FORBIDDEN");
        var limited = await tenant.Admin.PatchJsonAsync(path, limit).OkAsync();
        var answer = await client.GetAsync("/api/v1/me");

        Assert.Equal((7, 60), ((int)limited["rate_limit_requests"]!, (int)limited["rate_limit_window"]!));
        Assert.False(limited.AsObject().ContainsKey("token"));
        Assert.Equal("\"default\";q=7;w=60", Assert.Single(answer.Headers.GetValues("RateLimit-Policy")));
        await tenant
            .Admin.PatchJsonAsync(path, new { rate_limit_requests = 0 })
            .RefusedAsync(422, "VALIDATION_ERROR", "token.rate_limit_requests");

        var reset = await tenant.Admin.PatchJsonAsync(path, new { rate_limit_requests = (int?)null }).OkAsync();
        Assert.Null(reset["rate_limit_requests"]);
        Assert.Equal(60, (int)reset["rate_limit_window"]!);
        await (await server.NewTenantAsync()).Admin.PatchJsonAsync(path, limit).RefusedAsync(404, "TOKEN_NOT_FOUND");
    }

    private static Task<JsonNode> CreateAsync(HttpClient client, string kind, object body) =>
        client.PostJsonAsync($"/api/v1/{kind}s", body).CreatedAsync();

    private static Task<HttpResponseMessage> RotateAsync(HttpClient client, JsonNode token, object? body) =>
        body is null
            ? client.PostAsync($"/api/v1/tokens/{token["id"]}/rotate", null)
            : client.PostJsonAsync($"/api/v1/tokens/{token["id"]}/rotate", body);
}
