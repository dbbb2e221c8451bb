using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.OAuth;

/// <summary>Helpers that register applications and get their tokens.</summary>
internal static class OAuthRequests
{
    public static Task<JsonNode> AddApplicationAsync(this Tenant tenant, params string[] scopes) =>
        tenant
            .Admin.PostJsonAsync(
                "/api/v1/oauth_applications",
                new
                {
                    oauth_application = new
                    {
                        name = "Robot",
                        scopes,
                        grant_types = new[] { "client_credentials" },
                    },
                }
            )
            .CreatedAsync();

    /// <summary>Has the credentials of an application accepted only from some networks.</summary>
    public static Task<JsonNode> RestrictAsync(this Tenant tenant, JsonNode application, params string[] networks) =>
        tenant
            .Admin.PatchJsonAsync(
                $"/api/v1/oauth_applications/{application["id"]}",
                new { oauth_application = new { allowed_networks = networks } }
            )
            .OkAsync();

    /// <summary>A new access token of an application.</summary>
    public static async Task<string> ExchangeAsync(this KiketServer server, JsonNode application, string? scope = null)
    {
        var answer = await server.RequestTokenAsync(application, scope).OkAsync();
        Assert.Equal("Bearer", (string?)answer["token_type"]);
        return (string)answer["access_token"]!;
    }

    /// <returns>The whole refusal, without the id of the request.</returns>
    public static async Task<string> ExchangeRefusedAsync(
        this KiketServer server,
        JsonNode application,
        string error,
        string? scope = null
    )
    {
        var response = await server.RequestTokenAsync(application, scope);
        Assert.InRange((int)response.StatusCode, 400, 401);
        var text = await response.Content.ReadAsStringAsync();
        Assert.Equal(error, (string?)JsonNode.Parse(text)!["error"]);
        return text;
    }

    /// <summary>Sends a form with the credentials of an application.</summary>
    public static Task<HttpResponseMessage> PostFormAsync(
        this KiketServer server,
        string path,
        JsonNode application,
        params (string Name, string Value)[] fields
    ) =>
        server
            .NewClient()
            .PostAsync(
                path,
                new FormUrlEncodedContent([
                    new("client_id", (string)application["client_id"]!),
                    new("client_secret", (string)application["client_secret"]!),
                    .. fields.Select(f => KeyValuePair.Create(f.Name, f.Value)),
                ])
            );

    /// <summary>The whole content of the OAuth tables, as text.</summary>
    public static async Task<string> StoredOAuthAsync(this KiketServer server)
    {
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        List<object> rows =
        [
            .. await db.Set<OAuthClient>().ToListAsync(),
            .. await db.Set<OAuthAuthorization>().ToListAsync(),
            .. await db.Set<OAuthToken>().ToListAsync(),
        ];
        return string.Join('\n', rows.SelectMany(row => db.Entry(row).Properties.Select(p => $"{p.CurrentValue}")));
    }

    public static Task<HttpResponseMessage> RequestTokenAsync(
        this KiketServer server,
        JsonNode application,
        string? scope = null
    ) =>
        server.PostFormAsync(
            "/connect/token",
            application,
            [("grant_type", "client_credentials"), .. scope is null ? Array.Empty<(string, string)>() : [("scope", scope)]]
        );
}
