using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Extensions;

/// <summary>An installed extension and the clients that it calls with.</summary>
internal sealed record Installed(KiketServer Server, JsonNode Answer)
{
    public long Id => (long)Answer["id"]!;

    public string Key => (string)Answer["api_key"]!;

    public long ServiceUserId => (long)Answer["service_user_id"]!;

    /// <summary>A client with the key in <c>X-Kiket-API-Key</c>.</summary>
    public HttpClient Client
    {
        get
        {
            var client = Server.NewClient();
            client.DefaultRequestHeaders.Add("X-Kiket-API-Key", Key);
            return client;
        }
    }

    public static JsonObject Manifest(string id = "com.example.helper", params string[] permissions) =>
        new()
        {
            ["model_version"] = "1.0",
            ["extension"] = new JsonObject
            {
                ["id"] = id,
                ["name"] = "Helper",
                ["version"] = "1.2.3",
                ["delivery"] = "http",
                ["callback"] = new JsonObject { ["url"] = "https://helper.example.com/kiket" },
                ["permissions"] = new JsonArray([.. permissions.Select(p => JsonValue.Create(p))]),
                ["configuration"] = new JsonObject
                {
                    ["greeting"] = new JsonObject { ["type"] = "string", ["default"] = "Hello" },
                    ["API_TOKEN"] = new JsonObject
                    {
                        ["type"] = "string",
                        ["secret"] = true,
                        ["required"] = true,
                    },
                },
            },
        };

    public static async Task<Installed> NewAsync(
        Tenant tenant,
        string? project = null,
        string id = "com.example.helper",
        params string[] permissions
    ) =>
        new(
            tenant.Server,
            await tenant
                .Admin.PostJsonAsync(
                    "/api/v1/extensions",
                    new
                    {
                        manifest = Manifest(id, permissions),
                        project_id = project,
                        strict = false,
                    }
                )
                .CreatedAsync()
        );
}
