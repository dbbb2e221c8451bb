using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.OAuth;

public sealed class OAuthApplicationTests(KiketServer server)
{
    private const string Path = "/api/v1/oauth_applications";

    [Fact]
    public async Task A_new_application_shows_its_secret_once()
    {
        var tenant = await server.NewTenantAsync();

        var created = await tenant.AddApplicationAsync("issues:read", "issues.read", "read:projects");
        var listed = (await tenant.Admin.GetAsync(Path).OkAsync())["oauth_applications"]!.AsArray().Single()!;

        Assert.Equal(
            [
                "allowed_networks",
                "client_id",
                "client_secret",
                "created_at",
                "grant_types",
                "id",
                "name",
                "public",
                "redirect_uris",
                "scopes",
            ],
            created.AsObject().Select(p => p.Key).Order(StringComparer.Ordinal)
        );
        Assert.StartsWith("kapp_", (string?)created["client_id"], StringComparison.Ordinal);
        Assert.StartsWith("ksec_", (string?)created["client_secret"], StringComparison.Ordinal);
        Assert.Equal("""["issues:read","issues.read","read:projects"]""", created["scopes"]!.ToJsonString());
        Assert.Equal("""["client_credentials"]""", created["grant_types"]!.ToJsonString());
        created.AsObject().Remove("client_secret");
        Assert.Equal(created.ToJsonString(), listed.ToJsonString());
    }

    [Fact]
    public async Task An_application_that_is_not_valid_is_refused_by_its_fields()
    {
        var tenant = await server.NewTenantAsync();

        var refused = await tenant
            .Admin.PostJsonAsync(Path, new { oauth_application = new { } })
            .RefusedAsync(422, "VALIDATION_ERROR");
        await Refused(
            new
            {
                name = "CI",
                scopes = new[] { "nonsense" },
                grant_types = new[] { "client_credentials" },
            },
            "scopes"
        );
        await Refused(
            new
            {
                name = "CI",
                scopes = new[] { "issues" },
                grant_types = new[] { "password" },
            },
            "grant_types"
        );
        await Refused(
            new
            {
                name = " ",
                scopes = new[] { "issues" },
                grant_types = new[] { "client_credentials" },
            },
            "name"
        );

        Assert.Equal(
            ["oauth_application.name", "oauth_application.scopes", "oauth_application.grant_types"],
            refused["details"]!.AsArray().Select(d => (string?)d!["field"])
        );
        Assert.Empty((await tenant.Admin.GetAsync(Path).OkAsync())["oauth_applications"]!.AsArray());

        Task<JsonNode> Refused(object application, string field) =>
            tenant
                .Admin.PostJsonAsync(Path, new { oauth_application = application })
                .RefusedAsync(422, "VALIDATION_ERROR", $"oauth_application.{field}");
    }

    [Fact]
    public async Task Only_administrators_manage_applications()
    {
        var tenant = await server.NewTenantAsync();
        var created = await tenant.AddApplicationAsync("issues:read");
        var (_, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);
        var narrow = await tenant.WithScopesAsync("issues");

        foreach (var (client, code) in new[] { (manager, "FORBIDDEN"), (narrow, "AUTH_FORBIDDEN_SCOPE") })
        {
            await client.GetAsync(Path).RefusedAsync(403, code);
            await client
                .PostJsonAsync(
                    Path,
                    new
                    {
                        name = "CI",
                        scopes = new[] { "issues" },
                        grant_types = new[] { "client_credentials" },
                    }
                )
                .RefusedAsync(403, code);
            await client.PostAsync($"{Path}/{created["id"]}/rotate", null).RefusedAsync(403, code);
            await client.DeleteAsync($"{Path}/{created["id"]}").RefusedAsync(403, code);
        }
    }

    [Fact]
    public async Task An_application_of_another_organization_does_not_exist()
    {
        var created = await (await server.NewTenantAsync()).AddApplicationAsync("issues:read");
        var stranger = (await server.NewTenantAsync()).Admin;

        Assert.Empty((await stranger.GetAsync(Path).OkAsync())["oauth_applications"]!.AsArray());
        await stranger.PostAsync($"{Path}/{created["id"]}/rotate", null).RefusedAsync(404, "OAUTH_APPLICATION_NOT_FOUND");
        await stranger.DeleteAsync($"{Path}/{created["id"]}").RefusedAsync(404, "OAUTH_APPLICATION_NOT_FOUND");
        Assert.NotNull(await server.ExchangeAsync(created));
    }

    [Fact]
    public async Task A_rotated_secret_replaces_the_one_before()
    {
        var tenant = await server.NewTenantAsync();
        var created = await tenant.AddApplicationAsync("issues:read");

        var rotated = await tenant.Admin.PostAsync($"{Path}/{created["id"]}/rotate", null).OkAsync();

        Assert.Equal((string?)created["client_id"], (string?)rotated["client_id"]);
        Assert.NotEqual((string?)created["client_secret"], (string?)rotated["client_secret"]);
        await server.ExchangeRefusedAsync(created, "invalid_client");
        Assert.NotNull(await server.ExchangeAsync(rotated));
    }

    [Fact]
    public async Task A_removed_application_and_its_tokens_end_at_once()
    {
        var tenant = await server.NewTenantAsync();
        var created = await tenant.AddApplicationAsync("projects");
        var client = server.NewClient(await server.ExchangeAsync(created));
        await client
            .PostJsonAsync("/api/v1/projects", new { project = new { name = "By a program", project_key = "PROG" } })
            .CreatedAsync();

        var answer = await tenant.Admin.DeleteAsync($"{Path}/{created["id"]}").OkAsync();

        Assert.Equal("""{"success":true}""", answer.ToJsonString());
        await client.GetAsync("/api/v1/projects").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await server.ExchangeRefusedAsync(created, "invalid_client");
        await tenant.Admin.DeleteAsync($"{Path}/{created["id"]}").RefusedAsync(404, "OAUTH_APPLICATION_NOT_FOUND");
    }
}
