using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.OAuth;

namespace Kiket.Api.Tests.Tokens;

/// <summary>Extensions and OAuth applications whose credentials are accepted only from some networks.</summary>
public sealed class CredentialNetworkTests(KiketServer server)
{
    private static readonly string[] Here = ["127.0.0.0/8", "::1"];
    private static readonly string[] There = ["192.0.2.0/24"];

    [Fact]
    public async Task The_key_of_an_extension_is_accepted_only_from_its_networks()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var extension = await Installed.NewAsync(tenant, "LEGAL", permissions: ["issues:read"]);
        Assert.Null((await tenant.Admin.GetAsync($"/api/v1/extensions/{extension.Id}").OkAsync())["allowed_networks"]);
        await AcceptedAsync();

        await EditAsync(There);
        await RefusedAsync();
        await tenant
            .Admin.PatchJsonAsync($"/api/v1/extensions/{extension.Id}", new { extension = new { rate_limit_requests = 70 } })
            .OkAsync();
        await RefusedAsync();
        var edited = await EditAsync(Here);
        Assert.Equal("""["127.0.0.0/8","::1"]""", edited["allowed_networks"]!.ToJsonString());
        await AcceptedAsync();
        await EditAsync(There);
        await EditAsync(null);
        await AcceptedAsync();

        Task<JsonNode> AcceptedAsync() => extension.Client.GetAsync("/api/v1/ext/rate_limit").OkAsync();

        Task<JsonNode> RefusedAsync() =>
            extension.Client.GetAsync("/api/v1/ext/rate_limit").RefusedAsync(401, "AUTH_INVALID_TOKEN");

        Task<JsonNode> EditAsync(string[]? networks) =>
            tenant
                .Admin.PatchJsonAsync(
                    $"/api/v1/extensions/{extension.Id}",
                    new { extension = new { allowed_networks = networks } }
                )
                .OkAsync();
    }

    [Fact]
    public async Task The_tokens_of_an_application_are_accepted_only_from_its_networks()
    {
        var tenant = await server.NewTenantAsync();
        var application = await RegisterAsync(tenant, Here).CreatedAsync();
        Assert.Equal("""["127.0.0.0/8","::1"]""", application["allowed_networks"]!.ToJsonString());
        var client = server.NewClient(await server.ExchangeAsync(application));
        await client.GetAsync("/api/v1/me").OkAsync();

        Assert.Equal(
            """["192.0.2.0/24"]""",
            (await tenant.RestrictAsync(application, There))["allowed_networks"]!.ToJsonString()
        );
        await client.GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        await server.ExchangeRefusedAsync(application, "invalid_client");
        Assert.Null((await tenant.RestrictAsync(application))["allowed_networks"]);
        await client.GetAsync("/api/v1/me").OkAsync();
        await server.ExchangeAsync(application);
        var listed = await tenant.Admin.GetAsync("/api/v1/oauth_applications").OkAsync();
        Assert.Null(listed["oauth_applications"]![0]!["allowed_networks"]);
        var log = await tenant
            .Admin.GetAsync($"/api/v1/audit_log?subject_type=oauth_application&subject_id={application["id"]}")
            .OkAsync();
        Assert.Contains("192.0.2.0/24", log.ToJsonString(), StringComparison.Ordinal);
    }

    [Theory]
    [InlineData("example.com")]
    [InlineData("10.1")]
    [InlineData("::ffff:10.0.0.1")]
    public async Task What_is_not_a_network_is_refused_by_name(string network)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var extension = await Installed.NewAsync(tenant, "LEGAL", permissions: ["issues:read"]);
        var application = await RegisterAsync(tenant, null).CreatedAsync();
        string[] networks = ["127.0.0.1", network];

        await tenant
            .Admin.PatchJsonAsync($"/api/v1/extensions/{extension.Id}", new { extension = new { allowed_networks = networks } })
            .RefusedAsync(422, "VALIDATION_ERROR", "extension.allowed_networks");
        await RegisterAsync(tenant, networks).RefusedAsync(422, "VALIDATION_ERROR", "oauth_application.allowed_networks");
        await tenant
            .Admin.PatchJsonAsync(
                $"/api/v1/oauth_applications/{application["id"]}",
                new { oauth_application = new { allowed_networks = networks } }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "oauth_application.allowed_networks");
        await extension.Client.GetAsync("/api/v1/ext/rate_limit").OkAsync();
    }

    private static Task<HttpResponseMessage> RegisterAsync(Tenant tenant, string[]? networks) =>
        tenant.Admin.PostJsonAsync(
            "/api/v1/oauth_applications",
            new
            {
                oauth_application = new
                {
                    name = "Robot",
                    scopes = new[] { "issues:read" },
                    grant_types = new[] { "client_credentials" },
                    allowed_networks = networks,
                },
            }
        );
}
