using System.Globalization;
using System.Net;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Api.Tests.RateLimits;

/// <summary>A server with small limits and a stopped clock.</summary>
[Trait("Database", "Sqlite")]
public sealed class RateLimitTests : IAsyncLifetime
{
    private static readonly DateTimeOffset Start = new(2030, 1, 1, 0, 5, 0, TimeSpan.Zero); // 5 minutes into a window of 15

    private readonly FakeTimeProvider clock = new(Start);
    private KiketServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = new()
        {
            TestServices = services => services.AddSingleton<TimeProvider>(clock),
            Settings = new Dictionary<string, string>
            {
                ["RateLimits:UserRequests"] = "20",
                ["RateLimits:ExtensionRequests"] = "5",
            },
        };
        await server.InitializeAsync();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Each_answer_says_what_is_left_and_a_rejected_one_when_to_retry()
    {
        var client = (await server.NewTenantAsync()).Admin;
        for (var left = 19; left >= 0; left--)
            AssertHeaders(await client.GetAsync("/api/v1/me"), HttpStatusCode.OK, 20, left);

        clock.Advance(TimeSpan.FromSeconds(0.5));
        var refused = await client.GetAsync("/api/v1/me");
        AssertHeaders(refused, HttpStatusCode.TooManyRequests, 20, 0);
        Assert.Equal("600", Assert.Single(refused.Headers.GetValues("Retry-After")));
        var body = await Task.FromResult(refused).RefusedAsync(429, "RATE_LIMIT_EXCEEDED");
        Assert.Equal(600, (int)body["retry_after"]!);
        AssertHeaders(await client.GetAsync("/api/v1/nothing"), HttpStatusCode.TooManyRequests, 20, 0);

        clock.Advance(TimeSpan.FromMinutes(10));
        var next = await client.GetAsync("/api/v1/me");
        Assert.Equal("19", Assert.Single(next.Headers.GetValues("X-RateLimit-Remaining")));
        Assert.Equal(
            Start.AddMinutes(25).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            Assert.Single(next.Headers.GetValues("X-RateLimit-Reset"))
        );
    }

    [Fact]
    public async Task Errors_are_counted_and_carry_the_headers_too()
    {
        var tenant = await server.NewTenantAsync();
        AssertHeaders(await tenant.Admin.GetAsync("/api/v1/nothing"), HttpStatusCode.NotFound, 20, 19);
        AssertHeaders(await tenant.Admin.GetAsync("/api/v1/issues/NONE-1"), HttpStatusCode.NotFound, 20, 18);
        AssertHeaders(await tenant.Admin.GetAsync("/api/v1/issues?nonsense=1"), HttpStatusCode.BadRequest, 20, 17);
        AssertHeaders(
            await tenant.Admin.PostJsonAsync("/api/v1/issues", new { title = "x" }),
            HttpStatusCode.UnprocessableEntity,
            20,
            16
        );
        AssertHeaders(await tenant.Admin.PutAsync("/api/v1/me", null), HttpStatusCode.MethodNotAllowed, 20, 15);
        AssertHeaders(await tenant.Admin.GetAsync("/ext/nothing"), HttpStatusCode.NotFound, 20, 14);
        AssertHeaders(await tenant.Admin.GetAsync("/extensions/nothing"), HttpStatusCode.NotFound, 20, 13);
        AssertHeaders(await tenant.Admin.GetAsync("/api/v1/openapi.json"), HttpStatusCode.OK, 20, 12);
    }

    [Fact]
    public async Task Anonymous_callers_are_counted_by_address_whatever_token_they_send()
    {
        for (var left = 19; left >= 0; left--)
            AssertHeaders(
                await server.NewClient($"kpat_guess_{left}").GetAsync("/api/v1/me"),
                HttpStatusCode.Unauthorized,
                20,
                left
            );
        AssertHeaders(await server.NewClient("kpat_guess").GetAsync("/api/v1/me"), HttpStatusCode.TooManyRequests, 20, 0);
        AssertHeaders(await server.NewClient().GetAsync("/api/v1/health"), HttpStatusCode.TooManyRequests, 20, 0);

        // Others are not affected.
        AssertHeaders(await (await server.NewTenantAsync()).Admin.GetAsync("/api/v1/me"), HttpStatusCode.OK, 20, 19);
        Assert.False((await server.NewClient().GetAsync("/health/live")).Headers.Contains("X-RateLimit-Limit"));
    }

    [Fact]
    public async Task An_answer_without_news_is_free()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var first = await tenant.Admin.GetAsync("/api/v1/projects/LEGAL");
        AssertHeaders(first, HttpStatusCode.OK, 20, 18);
        for (var i = 0; i < 5; i++)
        {
            var request = new HttpRequestMessage(HttpMethod.Get, "/api/v1/projects/LEGAL");
            request.Headers.IfNoneMatch.Add(first.Headers.ETag!);
            AssertHeaders(await tenant.Admin.SendAsync(request), HttpStatusCode.NotModified, 20, 18);
        }

        AssertHeaders(await tenant.Admin.GetAsync("/api/v1/me"), HttpStatusCode.OK, 20, 17);
    }

    [Fact]
    public async Task An_extension_has_a_limit_of_its_own_and_can_ask_for_it()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);

        var asked = await installed.Client.GetAsync("/api/v1/ext/rate_limit");
        AssertHeaders(asked, HttpStatusCode.OK, 5, 4);
        Assert.Equal(
            """{"rate_limit":{"limit":5,"remaining":4,"reset_in":600,"window_seconds":900}}""",
            await asked.Content.ReadAsStringAsync()
        );
        AssertHeaders(await server.NewClient(installed.Key).GetAsync("/ext/rate_limit"), HttpStatusCode.OK, 5, 3);
        for (var left = 2; left >= 0; left--)
            AssertHeaders(await installed.Client.GetAsync("/ext/project"), HttpStatusCode.Forbidden, 5, left);
        AssertHeaders(await installed.Client.GetAsync("/ext/rate_limit"), HttpStatusCode.TooManyRequests, 5, 0);
    }

    [Fact]
    public async Task Limits_can_be_given_to_one_extension_or_token()
    {
        var tenant = await server.NewTenantAsync();
        var installed = await Installed.NewAsync(tenant);
        await tenant
            .Admin.PatchJsonAsync($"/api/v1/extensions/{installed.Id}", new { rate_limit_requests = 2, rate_limit_window = 60 })
            .OkAsync();
        var token = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/workspace_api_tokens",
                new
                {
                    name = "CI",
                    rate_limit_requests = 3,
                    rate_limit_window = 10,
                }
            )
            .CreatedAsync();
        var client = server.NewClient((string)token["token"]!);

        var asked = await installed.Client.GetAsync("/ext/rate_limit").OkAsync();
        Assert.Equal("""{"limit":2,"remaining":1,"reset_in":60,"window_seconds":60}""", asked["rate_limit"]!.ToJsonString());
        for (var left = 2; left >= 0; left--)
            Assert.Equal(
                $"{left}",
                Assert.Single((await client.GetAsync("/api/v1/me")).Headers.GetValues("X-RateLimit-Remaining"))
            );
        await client.GetAsync("/api/v1/me").RefusedAsync(429, "RATE_LIMIT_EXCEEDED");
        clock.Advance(TimeSpan.FromSeconds(10));
        await client.GetAsync("/api/v1/me").OkAsync();
        await tenant
            .Admin.PostJsonAsync("/api/v1/workspace_api_tokens", new { name = "CI", rate_limit_requests = 0 })
            .RefusedAsync(422, "VALIDATION_ERROR", "workspace_api_token.rate_limit_requests");
    }

    [Fact]
    public async Task Many_at_once_are_counted_exactly()
    {
        var client = (await server.NewTenantAsync()).Admin;

        var answers = await Task.WhenAll(Enumerable.Range(0, 40).Select(_ => client.GetAsync("/api/v1/me")));

        Assert.Equal(20, answers.Count(a => a.StatusCode is HttpStatusCode.OK));
        Assert.Equal(20, answers.Count(a => a.StatusCode is HttpStatusCode.TooManyRequests));
    }

    private static void AssertHeaders(HttpResponseMessage response, HttpStatusCode status, int limit, int remaining)
    {
        Assert.Equal(status, response.StatusCode);
        Assert.Equal(
            limit.ToString(CultureInfo.InvariantCulture),
            Assert.Single(response.Headers.GetValues("X-RateLimit-Limit"))
        );
        Assert.Equal(
            remaining.ToString(CultureInfo.InvariantCulture),
            Assert.Single(response.Headers.GetValues("X-RateLimit-Remaining"))
        );
        Assert.Equal(
            Start.AddMinutes(10).ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture),
            Assert.Single(response.Headers.GetValues("X-RateLimit-Reset"))
        );
        Assert.Equal($"\"default\";q={limit};w=900", Assert.Single(response.Headers.GetValues("RateLimit-Policy")));
        Assert.Equal($"\"default\";r={remaining};t=600", Assert.Single(response.Headers.GetValues("RateLimit")));
    }
}
