using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.OAuth;

namespace Kiket.Api.Tests.RateLimits;

/// <summary>The address of a request that a proxy forwards.</summary>
[Trait("Database", "Sqlite")]
public sealed class ForwardedAddressTests
{
    [Fact]
    public async Task Without_trusted_proxies_nobody_can_choose_an_address()
    {
        await using var server = await StartAsync();

        Assert.Equal(9, await LeftAsync(server, "203.0.113.1"));
        Assert.Equal(8, await LeftAsync(server, "203.0.113.2"));
        Assert.Equal(7, await LeftAsync(server, null));
    }

    [Fact]
    public async Task A_trusted_proxy_names_the_caller_and_no_further_hop()
    {
        await using var server = await StartAsync("127.0.0.1", "10.0.0.0/8");

        Assert.Equal(9, await LeftAsync(server, "203.0.113.1"));
        Assert.Equal(9, await LeftAsync(server, "203.0.113.2"));
        Assert.Equal(8, await LeftAsync(server, "203.0.113.1, 10.1.2.3"));

        // The caller's own entries come before the address that the first proxy saw.
        Assert.Equal(7, await LeftAsync(server, "198.51.100.7, 203.0.113.1"));
        Assert.Equal(6, await LeftAsync(server, "10.0.0.1, 203.0.113.1, 10.1.2.3"));
    }

    [Fact]
    public async Task A_credential_is_accepted_from_the_address_that_a_trusted_proxy_names()
    {
        string[] networks = ["203.0.113.0/24"];
        await using var server = await StartAsync("127.0.0.1");
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var token = await tenant
            .Admin.PostJsonAsync("/api/v1/personal_access_tokens", new { name = "CI", allowed_networks = networks })
            .CreatedAsync();
        var extension = await Installed.NewAsync(tenant, "LEGAL", permissions: ["issues:read"]);
        await tenant
            .Admin.PatchJsonAsync($"/api/v1/extensions/{extension.Id}", new { extension = new { allowed_networks = networks } })
            .OkAsync();
        var application = await tenant.AddApplicationAsync("issues:read");
        var access = await server.ExchangeAsync(application);
        await tenant.RestrictAsync(application, networks);

        foreach (
            var (credential, path) in new[]
            {
                ((string)token["token"]!, "/api/v1/me"),
                (extension.Key, "/api/v1/ext/rate_limit"),
                (access, "/api/v1/me"),
            }
        )
        {
            await FromAsync("203.0.113.1").OkAsync();
            await FromAsync("::ffff:203.0.113.1").OkAsync(); // as a socket for both IPv4 and IPv6 shows it
            await FromAsync("198.51.100.7").RefusedAsync(401, "AUTH_INVALID_TOKEN");
            await FromAsync("203.0.113.1, 198.51.100.7").RefusedAsync(401, "AUTH_INVALID_TOKEN");
            await FromAsync("127.0.0.1").RefusedAsync(401, "AUTH_INVALID_TOKEN");

            async Task<HttpResponseMessage> FromAsync(string address)
            {
                using var client = server.NewClient(credential);
                client.DefaultRequestHeaders.Add("X-Forwarded-For", address);
                return await client.GetAsync(path);
            }
        }
    }

    private static async Task<KiketServer> StartAsync(params string[] proxies)
    {
        var settings = new Dictionary<string, string> { ["RateLimits:UserRequests"] = "10" };
        foreach (var (i, proxy) in proxies.Index())
            settings[$"Kiket:TrustedProxies:{i}"] = proxy;
        var server = new KiketServer { Settings = settings };
        await server.InitializeAsync();
        return server;
    }

    private static async Task<int> LeftAsync(KiketServer server, string? forwardedFor)
    {
        using var client = server.NewClient();
        if (forwardedFor is not null)
            client.DefaultRequestHeaders.Add("X-Forwarded-For", forwardedFor);
        using var answer = await client.GetAsync("/api/v1/me");
        return int.Parse(Assert.Single(answer.Headers.GetValues("X-RateLimit-Remaining")), null);
    }
}
