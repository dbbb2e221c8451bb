using System.Data.Common;
using System.Net;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Http;

/// <summary>A server whose database is slow, with low limits and one site that may call it.</summary>
[Trait("Database", "Sqlite")]
public sealed class OutsideLimitTests : IAsyncLifetime
{
    private const string Site = "https://app.example";

    private readonly SlowTable slow = new();
    private KiketServer server = null!;

    public async ValueTask InitializeAsync()
    {
        server = new()
        {
            TestServices = services => services.ConfigureDbContext<SqliteKiketDbContext>(o => o.AddInterceptors(slow)),
            Settings = new Dictionary<string, string>
            {
                ["Kiket:RequestTimeoutSeconds"] = "1",
                ["RateLimits:ConcurrentRequests"] = "3",
                ["Kiket:AllowedOrigins:0"] = Site,
            },
        };
        await server.InitializeAsync();
    }

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task A_request_that_takes_too_long_is_cancelled_and_answered()
    {
        var tenant = await server.NewTenantAsync();
        slow.Until = new TaskCompletionSource();

        var answer = await tenant.Admin.GetAsync("/api/v1/projects");

        await Task.FromResult(answer).RefusedAsync(503, "SERVICE_UNAVAILABLE");
        Assert.Equal("5", Assert.Single(answer.Headers.GetValues("Retry-After")));
        Assert.True(answer.Headers.Contains("X-RateLimit-Remaining"));
        slow.Until = null;
        await tenant.Admin.GetAsync("/api/v1/projects").OkAsync();
    }

    [Theory]
    [InlineData("export")]
    [InlineData("verify")]
    public async Task A_whole_log_may_take_longer(string read)
    {
        var tenant = await server.NewTenantAsync();
        (slow.Table, slow.Until) = ("audit_records", new TaskCompletionSource());

        var reading = tenant.Admin.GetAsync($"/api/v1/audit_log/{read}");
        while (slow.Waiting == 0)
            await Task.Delay(10, TestContext.Current.CancellationToken);
        await Task.Delay(TimeSpan.FromSeconds(2), TestContext.Current.CancellationToken);
        slow.Until.SetResult();

        Assert.Equal(HttpStatusCode.OK, (await reading).StatusCode);
        Assert.NotEmpty(await (await reading).Content.ReadAsStringAsync(TestContext.Current.CancellationToken));
    }

    [Fact]
    public async Task A_query_that_never_ends_is_ended_with_its_request()
    {
        var tenant = await server.NewTenantAsync();
        slow.IsEndless = true;

        var answer = await tenant.Admin.GetAsync("/api/v1/projects");

        await Task.FromResult(answer).RefusedAsync(503, "SERVICE_UNAVAILABLE");
        Assert.Equal("5", Assert.Single(answer.Headers.GetValues("Retry-After")));
        slow.IsEndless = false;
        await tenant.Admin.GetAsync("/api/v1/projects").OkAsync();
    }

    [Fact]
    public async Task A_credential_has_a_limited_number_of_requests_open_and_others_are_not_stopped_by_it()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        slow.Until = new TaskCompletionSource();
        List<Task<HttpResponseMessage>> open = [.. Enumerable.Range(0, 3).Select(_ => tenant.Admin.GetAsync("/api/v1/projects"))];
        while (slow.Waiting < 3)
            await Task.Delay(10, TestContext.Current.CancellationToken);

        var refused = await tenant.Admin.GetAsync("/api/v1/me");
        await other.Admin.GetAsync("/api/v1/me").OkAsync();
        slow.Until.SetResult();
        slow.Until = null;

        var body = await Task.FromResult(refused).RefusedAsync(429, "RATE_LIMIT_EXCEEDED");
        Assert.Equal("1", Assert.Single(refused.Headers.GetValues("Retry-After")));
        Assert.Equal(1, (int)body["retry_after"]!);
        await Task.WhenAll(open);
        await tenant.Admin.GetAsync("/api/v1/me").OkAsync();
    }

    [Fact]
    public async Task A_page_of_a_configured_site_may_call_the_api_and_read_its_headers()
    {
        var tenant = await server.NewTenantAsync();

        var asked = await SendAsync(server.NewClient(), HttpMethod.Options, Site);
        var read = await SendAsync(tenant.Admin, HttpMethod.Get, Site);
        var refused = await SendAsync(server.NewClient(), HttpMethod.Get, Site);

        Assert.Equal(HttpStatusCode.NoContent, asked.StatusCode);
        Assert.Contains("authorization", Header(asked, "Access-Control-Allow-Headers"), StringComparison.OrdinalIgnoreCase);
        Assert.All([asked, read, refused], answer => Assert.Equal(Site, Header(answer, "Access-Control-Allow-Origin")));
        Assert.All([asked, read], answer => Assert.Null(Header(answer, "Access-Control-Allow-Credentials")));
        foreach (var name in new[] { "ETag", "Link", "X-RateLimit-Remaining", "RateLimit", "Retry-After", "X-Request-Id" })
            Assert.Contains(name, Header(read, "Access-Control-Expose-Headers")!.Split(','));
    }

    [Fact]
    public async Task A_page_of_another_site_may_not()
    {
        var answers = new[]
        {
            await SendAsync(server.NewClient(), HttpMethod.Options, "https://elsewhere.example"),
            await SendAsync((await server.NewTenantAsync()).Admin, HttpMethod.Get, "https://elsewhere.example"),
        };

        Assert.All(answers, answer => Assert.Null(Header(answer, "Access-Control-Allow-Origin")));
    }

    private static Task<HttpResponseMessage> SendAsync(HttpClient client, HttpMethod method, string origin)
    {
        var request = new HttpRequestMessage(method, "/api/v1/me") { Headers = { { "Origin", origin } } };
        if (method == HttpMethod.Options)
        {
            request.Headers.Add("Access-Control-Request-Method", "GET");
            request.Headers.Add("Access-Control-Request-Headers", "authorization");
        }

        return client.SendAsync(request);
    }

    private static string? Header(HttpResponseMessage answer, string name) =>
        answer.Headers.TryGetValues(name, out var values) ? string.Join(',', values) : null;

    /// <summary>Keeps queries of a table waiting until the test says so, or makes them endless.</summary>
    private sealed class SlowTable : DbCommandInterceptor
    {
        private const string Endless =
            "WITH RECURSIVE n(i) AS (SELECT 1 UNION ALL SELECT i + 1 FROM n WHERE i < 1000000000) SELECT i FROM n WHERE i < 0";

        private int waiting;

        public string Table { get; set; } = "projects";

        public TaskCompletionSource? Until { get; set; }

        public bool IsEndless { get; set; }

        public int Waiting => Volatile.Read(ref waiting);

        public override async ValueTask<InterceptionResult<DbDataReader>> ReaderExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<DbDataReader> result,
            CancellationToken cancellationToken = default
        )
        {
            var isSlow = command.CommandText.Contains($"FROM \"{Table}\"", StringComparison.Ordinal);
            if (isSlow && IsEndless)
                command.CommandText = Endless;
            if (isSlow && Until is { } until)
            {
                Interlocked.Increment(ref waiting);
                await until.Task.WaitAsync(cancellationToken);
            }

            return result;
        }
    }
}
