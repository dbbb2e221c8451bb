using System.Net.Http.Json;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Common;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Users;

/// <summary>The refusals of every route about users, tokens and members for an insufficient credential.</summary>
public sealed class CredentialTests(KiketServer server)
{
    /// <summary>The routes, with the only scope that opens them; null if any token is enough.</summary>
    private static readonly (string Method, string Path, string? Scope)[] Routes =
    [
        ("GET", "/users", "users:read"),
        ("POST", "/users", "admin"),
        ("GET", "/users/current", null),
        ("GET", "/me", null),
        ("GET", "/users/1", "users:read"),
        ("PATCH", "/users/1", "admin"),
        ("GET", "/workspace_api_tokens", "admin"),
        ("POST", "/workspace_api_tokens", "admin"),
        ("DELETE", "/workspace_api_tokens/1", "admin"),
        ("GET", "/personal_access_tokens", null),
        ("POST", "/personal_access_tokens", null),
        ("DELETE", "/personal_access_tokens/1", null),
        ("GET", "/projects/LEGAL/members", "projects:read"),
        ("POST", "/projects/LEGAL/members", "projects:write"),
        ("DELETE", "/projects/LEGAL/members/1", "projects:write"),
    ];

    public static TheoryData<string, string> All() => [.. Routes.Select(r => (r.Method, r.Path))];

    public static TheoryData<string, string, string> Scoped() =>
        [.. Routes.Where(r => r.Scope is not null).Select(r => (r.Method, r.Path, r.Scope!))];

    [Theory]
    [MemberData(nameof(All))]
    public async Task A_route_needs_a_token_that_is_known_current_and_of_an_active_user(string method, string path)
    {
        var tenant = await server.NewTenantAsync();
        var (expired, revoked, deactivated) = (
            await ExpiredAsync(tenant),
            await RevokedAsync(tenant),
            await DeactivatedAsync(tenant)
        );

        foreach (var client in new[] { server.NewClient(), server.NewClient("kpat_unknown"), expired, revoked, deactivated })
            await SendAsync(client, method, path).RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    [Theory]
    [MemberData(nameof(Scoped))]
    public async Task A_route_needs_its_own_scope(string method, string path, string scope)
    {
        var tenant = await server.NewTenantAsync();
        var everythingElse = await tenant.WithScopesAsync(
            "issues",
            "comments",
            "workflows",
            "analytics",
            "users:write",
            scope.StartsWith("users", StringComparison.Ordinal) ? "projects" : "users:read",
            scope == "projects:write" ? "projects:read" : "extensions"
        );
        var justIt = await tenant.WithScopesAsync(scope);

        var refusal = await SendAsync(everythingElse, method, path).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        var response = await SendAsync(justIt, method, path);

        Assert.Contains(scope, (string?)refusal["error"], StringComparison.Ordinal);
        Assert.DoesNotContain((int)response.StatusCode, new[] { 401, 403 });
    }

    [Fact]
    public async Task A_refused_credential_is_asked_for_by_its_scheme() =>
        Assert.Equal("Bearer", (await server.NewClient().GetAsync("/api/v1/me")).Headers.WwwAuthenticate.ToString());

    [Fact]
    public async Task The_last_use_of_a_token_is_noted_soon_after_it()
    {
        var tenant = await server.NewTenantAsync();

        DateTimeOffset? used = null;
        for (var look = 0; used is null && look < 100; look++, await Task.Delay(100))
            used = (DateTimeOffset?)
                (await tenant.Admin.GetAsync("/api/v1/personal_access_tokens").OkAsync())["personal_access_tokens"]![0]![
                    "last_used_at"
                ];

        Assert.NotNull(used);
        Assert.InRange(used.Value, DateTimeOffset.UtcNow.AddMinutes(-1), DateTimeOffset.UtcNow.AddSeconds(1));
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, string method, string path) =>
        client.SendAsync(
            new HttpRequestMessage(new HttpMethod(method), $"/api/v1{path}")
            {
                Content = method is "POST" or "PATCH" ? JsonContent.Create(new { }) : null,
            }
        );

    [Fact]
    public async Task A_user_who_was_deactivated_with_tokens_has_none_when_they_are_active_again()
    {
        var tenant = await server.NewTenantAsync();
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            // As earlier versions deactivated: the tokens stayed.
            var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
            Assert.Equal(
                1,
                await db
                    .Users.IgnoreQueryFilters()
                    .Where(u => u.Id == new UserId(id))
                    .ExecuteUpdateAsync(set => set.SetProperty(u => u.Deactivated, true), TestContext.Current.CancellationToken)
            );
        }

        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { deactivated = false }).OkAsync();

        await client.GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");
    }

    private async Task<HttpClient> ExpiredAsync(Tenant tenant)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var admin = await db.Users.IgnoreQueryFilters().AsNoTracking().SingleAsync(u => u.Id == new UserId(tenant.AdminId));
        var (secret, now) = (TokenSecret.Generate("kpat_"), DateTimeOffset.UtcNow);
        db.AccessTokens.Add(
            AccessToken.Issue(admin, TokenKind.Personal, "old", [], now.AddSeconds(-1), secret, now.AddDays(-1)).Value
        );
        await db.SaveChangesAsync();
        return server.NewClient(secret.Plaintext);
    }

    private async Task<HttpClient> RevokedAsync(Tenant tenant)
    {
        var token = await tenant
            .Admin.PostJsonAsync("/api/v1/personal_access_tokens", new { name = "short-lived" })
            .CreatedAsync();
        await tenant.Admin.DeleteAsync($"/api/v1/personal_access_tokens/{token["id"]}").OkAsync();
        return server.NewClient((string?)token["token"]);
    }

    private static async Task<HttpClient> DeactivatedAsync(Tenant tenant)
    {
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Admin);
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{id}", new { deactivated = true }).OkAsync();
        return client;
    }
}
