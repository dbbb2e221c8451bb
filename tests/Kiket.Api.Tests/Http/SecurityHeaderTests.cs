using System.Security.Cryptography;
using System.Text;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Http;

/// <summary>The headers for browsers and caches in every answer.</summary>
public sealed partial class SecurityHeaderTests(KiketServer server)
{
    [Theory]
    [InlineData("/api/v1/health")]
    [InlineData("/api/v1/projects")]
    [InlineData("/api/v1/nothing")]
    [InlineData("/api/v1/docs/index.html")]
    [InlineData("/api/v1/openapi.json")]
    [InlineData("/ext/project")]
    [InlineData("/health/ready")]
    [InlineData("/.well-known/jwks.json")]
    [InlineData("/hangfire")]
    [InlineData("/nothing")]
    public async Task No_answer_lets_a_browser_guess_what_it_is(string path)
    {
        var tenant = await server.NewTenantAsync();

        foreach (var client in new[] { server.NewClient(), tenant.Admin, server.NewClient(KiketServer.DashboardToken) })
        {
            var headers = (await client.GetAsync(path)).Headers;
            Assert.Equal("nosniff", Assert.Single(headers.GetValues("X-Content-Type-Options")));
            Assert.Equal("no-referrer", Assert.Single(headers.GetValues("Referrer-Policy")));
            var policy = Assert.Single(headers.GetValues("Content-Security-Policy"));
            Assert.Contains("frame-ancestors 'none'", policy, StringComparison.Ordinal);
            Assert.DoesNotContain("script-src 'self' 'unsafe", policy, StringComparison.Ordinal);
        }
    }

    [Fact]
    public async Task Data_loads_nothing_and_the_reference_runs_its_own_script_only()
    {
        var data = await server.NewClient().GetAsync("/api/v1/health");
        var page = await server.NewClient().GetAsync("/api/v1/docs/index.html");
        var html = (await page.Content.ReadAsStringAsync()).ReplaceLineEndings("\n"); // as browsers read it

        Assert.StartsWith("default-src 'none'", Assert.Single(data.Headers.GetValues("Content-Security-Policy")));
        var policy = Assert.Single(page.Headers.GetValues("Content-Security-Policy"));
        var script = Assert.Single(InlineScript().Matches(html)).Groups["code"].Value;
        var hash = Convert.ToBase64String(SHA256.HashData(Encoding.UTF8.GetBytes(script)));
        Assert.Contains($"script-src 'self' 'sha256-{hash}';", policy, StringComparison.Ordinal);
    }

    [GeneratedRegex("<script>(?<code>.*?)</script>", RegexOptions.Singleline)]
    private static partial Regex InlineScript();

    [Fact]
    public async Task An_answer_that_shows_a_secret_is_kept_by_no_cache_and_neither_is_its_replay()
    {
        var tenant = await server.NewTenantAsync();
        var (manifest, name) = (
            new
            {
                id = $"com.example.s{Guid.NewGuid():N}",
                name = "Secrets",
                version = "1.0.0",
                delivery = "internal",
            },
            $"n{Guid.NewGuid():N}"
        );
        (string Path, object Body)[] writes =
        [
            ("/api/v1/personal_access_tokens", new { name }),
            ("/api/v1/workspace_api_tokens", new { name }),
            ("/api/v1/users", new { email = $"{name}@example.com", role = "developer" }),
            ("/api/v1/extensions", new { manifest }),
        ];

        foreach (var (path, body) in writes)
        {
            var key = Guid.NewGuid().ToString();
            foreach (var replayed in new[] { false, true })
            {
                var request = new HttpRequestMessage(HttpMethod.Post, path)
                {
                    Content = System.Net.Http.Json.JsonContent.Create(body, body.GetType()),
                };
                request.Headers.Add("Idempotency-Key", key);
                var response = await tenant.Admin.SendAsync(request);
                Assert.Equal((path, System.Net.HttpStatusCode.Created), (path, response.StatusCode));
                Assert.Equal(replayed, response.Headers.Contains("Idempotent-Replayed"));
                Assert.Equal("no-store", response.Headers.CacheControl?.ToString());
            }
        }

        await tenant
            .Admin.PostJsonAsync(
                $"/api/v1/extensions/{manifest.id}/secrets",
                new { secret = new { key = "TOKEN", value = "s3cret" } }
            )
            .CreatedAsync();
        var read = await tenant.Admin.GetAsync($"/api/v1/extensions/{manifest.id}/secrets/TOKEN");
        Assert.Contains("s3cret", await read.Content.ReadAsStringAsync(), StringComparison.Ordinal);
        Assert.Equal("no-store", read.Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task A_resource_with_a_tag_is_kept_by_its_reader_alone_and_asked_for_again()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var response = await tenant.Admin.GetAsync("/api/v1/projects/LEGAL");

        Assert.NotNull(response.Headers.ETag);
        Assert.Equal("no-cache, private", response.Headers.CacheControl?.ToString());
        Assert.Equal("no-store", (await tenant.Admin.GetAsync("/api/v1/projects")).Headers.CacheControl?.ToString());
    }

    [Fact]
    public async Task Keys_that_are_public_may_be_kept() =>
        Assert.True((await server.NewClient().GetAsync("/.well-known/jwks.json")).Headers.CacheControl?.Public);
}
