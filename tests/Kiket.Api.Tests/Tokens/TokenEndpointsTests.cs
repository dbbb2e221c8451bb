using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Tokens;

public sealed class TokenEndpointsTests(KiketServer server)
{
    private const string Workspace = "workspace_api_token";
    private const string Personal = "personal_access_token";

    [Theory]
    [InlineData(Workspace, "wksp_")]
    [InlineData(Personal, "kpat_")]
    public async Task A_new_token_is_shown_once_works_and_is_listed_without_its_secret(string kind, string label)
    {
        var tenant = await server.NewTenantAsync();

        var created = await CreateAsync(
            tenant.Admin,
            kind,
            new
            {
                name = "CI",
                scopes = new[] { "users:read" },
                expires_at = "2099-01-02T03:04:05Z",
            }
        );
        var secret = (string)created["token"]!;
        var listed = (await tenant.Admin.GetAsync($"/api/v1/{kind}s").OkAsync())[$"{kind}s"]!
            .AsArray()
            .Single(t => (string?)t!["name"] == "CI")!;

        Assert.Equal(
            [
                "allowed_networks",
                "created_at",
                "expires_at",
                "id",
                "last_used_at",
                "name",
                "owner",
                "rate_limit_requests",
                "rate_limit_window",
                "scopes",
                "token",
                "token_prefix",
            ],
            created.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal)
        );
        Assert.StartsWith(label, secret, StringComparison.Ordinal);
        Assert.Equal(secret[..13], (string?)created["token_prefix"]);
        Assert.Equal("2099-01-02T03:04:05.000Z", (string?)created["expires_at"]);
        Assert.Equal("""["users:read"]""", created["scopes"]!.ToJsonString());
        Assert.Null(created["last_used_at"]);
        Assert.Equal($$"""{"id":{{tenant.AdminId}},"name":"Ada Admin"}""", created["owner"]!.ToJsonString());

        Assert.False(listed.AsObject().ContainsKey("token"));
        created.AsObject().Remove("token");
        Assert.Equal(created.ToJsonString(), listed.ToJsonString());

        await server.NewClient(secret).GetAsync("/api/v1/users").OkAsync();
        await server.NewClient(secret).GetAsync("/api/v1/projects").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    [Theory]
    [InlineData(Workspace)]
    [InlineData(Personal)]
    public async Task A_revoked_token_stops_working_at_once(string kind)
    {
        var tenant = await server.NewTenantAsync();
        var created = await CreateAsync(tenant.Admin, kind, new { name = "CI" });
        var client = server.NewClient((string?)created["token"]);
        await client.GetAsync("/api/v1/me").OkAsync();

        var answer = await tenant.Admin.DeleteAsync($"/api/v1/{kind}s/{created["id"]}").OkAsync();

        Assert.Equal("""{"success":true}""", answer.ToJsonString());
        await client.GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await tenant.Admin.DeleteAsync($"/api/v1/{kind}s/{created["id"]}").RefusedAsync(404, "TOKEN_NOT_FOUND");
    }

    [Theory]
    [InlineData(Workspace)]
    [InlineData(Personal)]
    public async Task The_secret_is_not_stored(string kind)
    {
        var tenant = await server.NewTenantAsync();
        var secret = (string)(await CreateAsync(tenant.Admin, kind, new { name = "CI" }))["token"]!;

        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var stored = await db
            .AccessTokens.IgnoreQueryFilters()
            .AsNoTracking()
            .SingleAsync(t => t.Hash == TokenSecret.HashOf(secret));

        var values = db.Entry(stored).Properties.Select(p => p.CurrentValue?.ToString()).OfType<string>();
        Assert.DoesNotContain(values, value => value.Contains(secret[13..], StringComparison.Ordinal));
    }

    [Theory]
    [InlineData(Workspace)]
    [InlineData(Personal)]
    public async Task A_bad_token_is_refused_with_the_invalid_field(string kind)
    {
        var tenant = await server.NewTenantAsync();

        await PostAsync(tenant.Admin, kind, new { }).RefusedAsync(422, "VALIDATION_ERROR", $"{kind}.name");
        await PostAsync(tenant.Admin, kind, new { name = new string('n', 101) })
            .RefusedAsync(422, "VALIDATION_ERROR", $"{kind}.name");
        await PostAsync(tenant.Admin, kind, new { name = "CI", scopes = new[] { "everything" } })
            .RefusedAsync(422, "VALIDATION_ERROR", $"{kind}.scopes");
        await PostAsync(tenant.Admin, kind, new { name = "CI", scopes = new string?[] { null } })
            .RefusedAsync(422, "VALIDATION_ERROR", $"{kind}.scopes");
        await PostAsync(tenant.Admin, kind, new { name = "CI", scopes = "issues" })
            .RefusedAsync(422, "VALIDATION_ERROR", $"{kind}.scopes");
        await PostAsync(tenant.Admin, kind, new { name = "CI", expires_at = "2020-01-01T00:00:00Z" })
            .RefusedAsync(422, "VALIDATION_ERROR", $"{kind}.expires_at");
        await PostAsync(tenant.Admin, kind, new { name = "CI", expires_at = "soon" })
            .RefusedAsync(422, "VALIDATION_ERROR", $"{kind}.expires_at");
        await PostAsync(tenant.Admin, kind, new { name = "CI", owner = 5 })
            .RefusedAsync(400, "INVALID_PARAMETER", $"{kind}.owner");
        await tenant.Admin.GetAsync($"/api/v1/{kind}s?sort=scopes").RefusedAsync(400, "INVALID_PARAMETER", "sort");
        await tenant.Admin.DeleteAsync($"/api/v1/{kind}s/CI").RefusedAsync(400, "INVALID_PARAMETER", "token");
    }

    [Theory]
    [InlineData(OrganizationRole.Viewer)]
    [InlineData(OrganizationRole.Developer)]
    [InlineData(OrganizationRole.ProjectManager)]
    [InlineData(OrganizationRole.FinanceManager)]
    public async Task Only_administrators_manage_the_tokens_of_the_organization(Enum role)
    {
        var tenant = await server.NewTenantAsync();
        var (_, client) = await tenant.AddUserAsync((OrganizationRole)role);
        var token = await CreateAsync(tenant.Admin, Workspace, new { name = "CI" });

        await client.GetAsync("/api/v1/workspace_api_tokens").RefusedAsync(403, "FORBIDDEN");
        await PostAsync(client, Workspace, new { name = "Mine" }).RefusedAsync(403, "FORBIDDEN");
        await client.DeleteAsync($"/api/v1/workspace_api_tokens/{token["id"]}").RefusedAsync(403, "FORBIDDEN");
    }

    [Fact]
    public async Task Administrators_share_the_tokens_of_the_organization()
    {
        var tenant = await server.NewTenantAsync();
        var (_, second) = await tenant.AddUserAsync(OrganizationRole.Admin);
        var token = await CreateAsync(tenant.Admin, Workspace, new { name = "CI" });

        var list = await second.GetAsync("/api/v1/workspace_api_tokens").OkAsync();

        Assert.Equal("Ada Admin", (string?)Assert.Single(list["workspace_api_tokens"]!.AsArray())!["owner"]!["name"]);
        Assert.Equal(1, (int)list["meta"]!["total_count"]!);
        await second.DeleteAsync($"/api/v1/workspace_api_tokens/{token["id"]}").OkAsync();
    }

    [Fact]
    public async Task Personal_tokens_are_private_to_their_user()
    {
        var tenant = await server.NewTenantAsync();
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var token = await CreateAsync(developer, Personal, new { name = "Mine" });

        await tenant.Admin.DeleteAsync($"/api/v1/personal_access_tokens/{token["id"]}").RefusedAsync(404, "TOKEN_NOT_FOUND");
        await tenant.Admin.DeleteAsync($"/api/v1/workspace_api_tokens/{token["id"]}").RefusedAsync(404, "TOKEN_NOT_FOUND");
        var mine = await tenant.Admin.GetAsync("/api/v1/personal_access_tokens").OkAsync();
        Assert.DoesNotContain(mine["personal_access_tokens"]!.AsArray(), t => (long)t!["id"]! == (long)token["id"]!);
    }

    [Theory]
    [InlineData(Workspace)]
    [InlineData(Personal)]
    public async Task Tokens_of_another_organization_do_not_exist(string kind)
    {
        var (mine, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        var token = await CreateAsync(other.Admin, kind, new { name = "Theirs" });

        await mine.Admin.DeleteAsync($"/api/v1/{kind}s/{token["id"]}").RefusedAsync(404, "TOKEN_NOT_FOUND");
        Assert.DoesNotContain(
            "Theirs",
            (await mine.Admin.GetAsync($"/api/v1/{kind}s").OkAsync()).ToJsonString(),
            StringComparison.Ordinal
        );
        await server.NewClient((string?)token["token"]).GetAsync("/api/v1/me").OkAsync();
    }

    [Fact]
    public async Task A_scoped_token_cannot_issue_a_stronger_one()
    {
        var tenant = await server.NewTenantAsync();
        var scoped = await tenant.WithScopesAsync("issues", "users:read");

        await PostAsync(scoped, Personal, new { name = "All" }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await PostAsync(scoped, Personal, new { name = "All", scopes = new[] { "*" } }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await PostAsync(scoped, Personal, new { name = "More", scopes = new[] { "issues", "users" } })
            .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await CreateAsync(scoped, Personal, new { name = "Less", scopes = new[] { "read:issues", "users.read" } });
    }

    [Fact]
    public async Task A_scoped_token_cannot_revoke_a_stronger_one_but_itself()
    {
        var tenant = await server.NewTenantAsync();
        var strong = await CreateAsync(tenant.Admin, Personal, new { name = "Strong" });
        var weak = await CreateAsync(tenant.Admin, Personal, new { name = "Weak", scopes = new[] { "issues:read" } });
        var client = server.NewClient((string?)weak["token"]);

        await client.DeleteAsync($"/api/v1/personal_access_tokens/{strong["id"]}").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await client.DeleteAsync($"/api/v1/personal_access_tokens/{weak["id"]}").OkAsync();
        await client.GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Fact]
    public async Task A_token_has_the_role_that_its_owner_has_now()
    {
        var tenant = await server.NewTenantAsync();
        var (id, second) = await tenant.AddUserAsync(OrganizationRole.Admin);
        var client = server.NewClient((string?)(await CreateAsync(second, Workspace, new { name = "CI" }))["token"]);
        await client.GetAsync("/api/v1/workspace_api_tokens").OkAsync();

        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { role = "developer" }).OkAsync();

        await client.GetAsync("/api/v1/workspace_api_tokens").RefusedAsync(403, "FORBIDDEN");
    }

    [Fact]
    public async Task An_idempotent_creation_answers_with_the_same_token_again()
    {
        var tenant = await server.NewTenantAsync();
        tenant.Admin.DefaultRequestHeaders.Add("Idempotency-Key", "token-1");

        var first = await CreateAsync(tenant.Admin, Workspace, new { name = "CI" });
        var second = await CreateAsync(tenant.Admin, Workspace, new { name = "CI" });

        Assert.Equal(first.ToJsonString(), second.ToJsonString());
    }

    [Theory]
    [InlineData("id")]
    [InlineData("name")]
    [InlineData("expires_at")]
    [InlineData("last_used_at")]
    [InlineData("created_at")]
    public async Task The_list_can_be_sorted(string field)
    {
        var tenant = await server.NewTenantAsync();
        await CreateAsync(tenant.Admin, Workspace, new { name = "A" });
        await CreateAsync(tenant.Admin, Workspace, new { name = "B" });

        var list = await tenant.Admin.GetAsync($"/api/v1/workspace_api_tokens?sort={field}%20desc&per_page=1").OkAsync();

        Assert.Equal("B", (string?)Assert.Single(list["workspace_api_tokens"]!.AsArray())!["name"]);
        Assert.Equal(2, (int)list["meta"]!["total_pages"]!);
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string kind, object token) =>
        client.PostJsonAsync($"/api/v1/{kind}s", new Dictionary<string, object> { [kind] = token });

    private static Task<JsonNode> CreateAsync(HttpClient client, string kind, object token) =>
        PostAsync(client, kind, token).CreatedAsync();
}
