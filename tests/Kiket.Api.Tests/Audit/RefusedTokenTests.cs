using System.Net;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.OAuth;

namespace Kiket.Api.Tests.Audit;

/// <summary>Refused tokens are recorded in the audit log of their organization.</summary>
[Trait("Database", "Sqlite")]
public sealed class RefusedTokenTests
{
    [Fact]
    public async Task A_refused_token_is_recorded_once_for_each_address_and_minute()
    {
        await using var server = new KiketServer
        {
            Settings = new Dictionary<string, string> { ["Kiket:TrustedProxies:0"] = "127.0.0.1" },
        };
        await server.InitializeAsync();
        var tenant = await server.NewTenantAsync();
        var elsewhere = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/personal_access_tokens",
                new { name = "CI", allowed_networks = new[] { "192.0.2.0/24" } }
            )
            .CreatedAsync();
        var expired = await tenant.Admin.PostJsonAsync("/api/v1/personal_access_tokens", new { name = "Old" }).CreatedAsync();
        await tenant.Admin.PostJsonAsync($"/api/v1/tokens/{expired["id"]}/rotate", new { overlap_seconds = 0 }).CreatedAsync();

        await RefusedAsync("kpat_nonsense", "203.0.113.9");
        await RefusedAsync((string)elsewhere["token"]!, "203.0.113.1");
        await RefusedAsync((string)elsewhere["token"]!, "203.0.113.1");
        await RefusedAsync((string)expired["token"]!, "203.0.113.2");

        var records = (await tenant.Admin.GetAsync("/api/v1/audit_log?action=refuse_token").OkAsync())["data"]!.AsArray();
        Assert.Equal(
            [
                ("203.0.113.2", (long)expired["id"]!, "refused_as_expired"),
                ("203.0.113.1", (long)elsewhere["id"]!, "refused_from_this_address"),
            ],
            records.Select(r => ((string)r!["address"]!, (long)r["subject"]!["id"]!, (string)r["changes"]![0]!["change"]!))
        );
        Assert.All(records, r => Assert.Null(r!["actor"]));
        Assert.True((bool)(await tenant.Admin.GetAsync("/api/v1/audit_log/verify").OkAsync())["valid"]!);

        async Task RefusedAsync(string token, string address)
        {
            using var client = server.NewClient(token);
            client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
            await client.GetAsync("/api/v1/me").RefusedAsync(401, "AUTH_INVALID_TOKEN");
        }
    }

    [Fact]
    public async Task A_record_says_why_a_credential_of_any_kind_was_refused()
    {
        string[] networks = ["192.0.2.0/24"];
        await using var server = new KiketServer
        {
            Settings = new Dictionary<string, string> { ["Kiket:TrustedProxies:0"] = "127.0.0.1" },
        };
        await server.InitializeAsync();
        var tenant = await server.NewTenantAsync();
        var application = await tenant.AddApplicationAsync("issues:read");
        var access = await server.ExchangeAsync(application);
        await tenant.RestrictAsync(application, networks);
        var extension = await Installed.NewAsync(tenant, permissions: ["issues:read"]);
        await RefusedAsync("/api/v1/me", "203.0.113.1", extension.Key); // accepted for other routes
        await tenant
            .Admin.PatchJsonAsync($"/api/v1/extensions/{extension.Id}", new { extension = new { allowed_networks = networks } })
            .OkAsync();

        await RefusedAsync("/api/v1/me", "203.0.113.3", access);
        await RefusedAsync("/api/v1/ext/rate_limit", "203.0.113.4", extension.Key);

        var records = (await tenant.Admin.GetAsync("/api/v1/audit_log?action=refuse_token").OkAsync())["data"]!.AsArray();
        Assert.Equal(
            [
                ("203.0.113.4", "extension", "refused_from_this_address"),
                ("203.0.113.3", "oauth_application", "refused_from_this_address"),
            ],
            records.Select(r => ((string)r!["address"]!, (string)r["subject"]!["type"]!, (string)r["changes"]![0]!["change"]!))
        );

        // The secret of an application, at each endpoint of the OAuth server that asks for it.
        application["client_secret"] = "ksec_wrong";
        foreach (
            var (path, address) in new[] { ("token", "203.0.113.5"), ("introspect", "203.0.113.6"), ("revoke", "203.0.113.7") }
        )
            await RefusedClientAsync(path, address);
        var clients = (await tenant.Admin.GetAsync("/api/v1/audit_log?action=refuse_client").OkAsync())["data"]!.AsArray();
        Assert.Equal(["203.0.113.7", "203.0.113.6", "203.0.113.5"], clients.Select(r => (string?)r!["address"]));
        Assert.All(clients, r => Assert.Equal((long)application["id"]!, (long)r!["subject"]!["id"]!));
        Assert.All(clients, r => Assert.Null(r!["actor"]));

        async Task RefusedClientAsync(string path, string address)
        {
            using var client = server.NewClient();
            client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
            using var form = new FormUrlEncodedContent([
                new("grant_type", "client_credentials"),
                new("token", access),
                new("client_id", (string)application["client_id"]!),
                new("client_secret", (string)application["client_secret"]!),
            ]);
            var answer = await client.PostAsync($"/connect/{path}", form, TestContext.Current.CancellationToken);
            Assert.Equal(HttpStatusCode.Unauthorized, answer.StatusCode);
        }

        async Task RefusedAsync(string path, string address, string credential)
        {
            using var client = server.NewClient(credential);
            client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
            await client.GetAsync(path).RefusedAsync(401, "AUTH_INVALID_TOKEN");
        }
    }
}
