using System.Diagnostics;
using System.Net;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Api.Tests.Operations;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;
using Npgsql;

namespace Kiket.Api.Tests.Http;

/// <summary>
/// A busy, unavailable, full or deadlocked database is answered with 503 and <c>Retry-After</c>, never 500, and reads need no
/// write.
/// </summary>
public sealed class UnavailableTests : IAsyncLifetime
{
    private readonly DatabaseFaults faults = new();
    private readonly KiketServer server;

    public UnavailableTests() =>
        server = new()
        {
            TestServices = faults.Services,
            Settings = new Dictionary<string, string> { ["Database:BusyTimeoutSeconds"] = "1" },
        };

    public ValueTask InitializeAsync() => server.InitializeAsync();

    public ValueTask DisposeAsync() => server.DisposeAsync();

    [Fact]
    public async Task Every_route_that_asks_for_a_token_is_unavailable_while_the_database_is_away()
    {
        var tenant = await server.NewTenantAsync();
        var key = tenant.AdminToken;
        faults.IsAway = true;

        foreach (var route in ApiRoute.All(server).Where(r => !r.IsAnonymous))
        {
            using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Sample);
            await UnavailableAsync(tenant.Admin.SendAsync(request), route.ToString());
        }

        await UnavailableAsync(tenant.Admin.GetAsync("/api/v1/nonsense"), "no route");
        using var keyed = new HttpRequestMessage(HttpMethod.Get, "/api/v1/ext/issues");
        keyed.Headers.Add("X-Kiket-API-Key", "ext_live_" + key);
        await UnavailableAsync(server.NewClient().SendAsync(keyed), "an extension's key");
    }

    [Fact]
    public async Task No_route_breaks_while_the_database_is_away()
    {
        await server.NewTenantAsync();
        faults.IsAway = true;
        using var client = server.NewClient();

        foreach (
            var route in ApiRoute
                .Everywhere(server)
                .Where(r => !r.Path.StartsWith("/api/v1/", StringComparison.Ordinal) || r.IsAnonymous)
        )
        {
            using var request = new HttpRequestMessage(new HttpMethod(route.Method), route.Sample);
            if (route.Method == "POST")
                request.Content = new FormUrlEncodedContent([
                    new("grant_type", "client_credentials"),
                    new("client_id", "a"),
                    new("client_secret", "b"),
                    new("token", "t"),
                ]);
            var response = await client.SendAsync(request);
            Assert.True((int)response.StatusCode is < 500 or 503, $"{route}: {(int)response.StatusCode}");
            if (response.StatusCode == HttpStatusCode.ServiceUnavailable)
                Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero, route.ToString());
        }
    }

    [Theory]
    [InlineData("/ops")]
    [InlineData("/ops/deliveries")]
    [InlineData("/sign-in")]
    [InlineData("/account/two-step")]
    public async Task People_see_a_page_while_the_database_is_away(string path)
    {
        var tenant = await server.NewTenantAsync();
        var browser = await tenant.OpenBrowserAsync();
        faults.IsAway = true;

        var response = await browser.Client.GetAsync(path);

        Assert.Equal(HttpStatusCode.ServiceUnavailable, response.StatusCode);
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero);
        Assert.Equal("text/html", response.Content.Headers.ContentType?.MediaType);
        Assert.Contains(
            "<h1>Not available at the moment</h1>",
            await response.Content.ReadAsStringAsync(),
            StringComparison.Ordinal
        );
        tenant.Admin.DefaultRequestHeaders.Add("Accept", "text/html");
        await UnavailableAsync(tenant.Admin.GetAsync("/api/v1/issues"), "the API");
    }

    [Fact]
    public async Task Health_with_a_token_is_answered_while_the_database_is_away()
    {
        var tenant = await server.NewTenantAsync();
        faults.IsAway = true;

        await tenant.Admin.GetAsync("/api/v1/health").OkAsync();
        await tenant.Admin.GetAsync("/health/live").OkAsync();
        var ready = await tenant.Admin.GetAsync("/health/ready");

        Assert.Equal(HttpStatusCode.ServiceUnavailable, ready.StatusCode);
        Assert.NotNull(ready.Headers.RetryAfter?.Delta);
    }

    [Fact]
    public async Task A_server_works_again_as_soon_as_the_database_is_back()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        faults.IsAway = true;
        await UnavailableAsync(CreateAsync(tenant, "K1"), "away");
        faults.IsAway = false;

        await CreateAsync(tenant, "K1").CreatedAsync();
    }

    [Fact]
    public async Task Reads_succeed_while_the_database_cannot_write_and_writes_are_unavailable()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var issue = await tenant.AddIssueAsync();
        var (_, unused) = await tenant.AddUserAsync(Domain.Users.OrganizationRole.Admin);
        faults.IsReadOnly = true;

        await unused.GetAsync($"/api/v1/issues/{issue["id"]}").OkAsync();
        await unused.GetAsync("/api/v1/issues?project_key=LEGAL").OkAsync();
        await UnavailableAsync(CreateAsync(tenant, null), "a write");
        await UnavailableAsync(CreateAsync(tenant, "K1"), "a write with a key");
    }

    [Fact]
    public async Task Reads_do_not_wait_for_a_writer_and_writers_wait_only_so_long()
    {
        Assert.SkipWhen(KiketServer.IsPostgres, "Only Sqlite has a single writer.");
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (_, unused) = await tenant.AddUserAsync(Domain.Users.OrganizationRole.Admin);
        await using (var scope = server.Services.CreateAsyncScope())
        {
            await using var held = await scope
                .ServiceProvider.GetRequiredService<KiketDbContext>()
                .Database.BeginTransactionAsync();

            await unused.GetAsync("/api/v1/issues").OkAsync();
            await UnavailableAsync(CreateAsync(tenant, null), "a write");
            await UnavailableAsync(CreateAsync(tenant, "K1"), "a write with a key");
        }

        await CreateAsync(tenant, "K1").CreatedAsync();
    }

    [Theory]
    [InlineData(null, 0)]
    [InlineData("K1", 0)] // the key's reservation, which commits first
    [InlineData("K1", 1)]
    public async Task A_deadlock_is_run_again_and_the_write_happens_once(string? key, int sparedCommits)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        (faults.Deadlocks, faults.SparedCommits) = (3, sparedCommits);
        await CreateAsync(tenant, key).CreatedAsync();

        var list = await tenant.Admin.GetAsync("/api/v1/issues").OkAsync();
        Assert.Equal(1, (int)list["meta"]!["total"]!);
        var events = await tenant.Admin.GetAsync("/api/v1/events?types=issue.created").OkAsync();
        Assert.Single(events["data"]!.AsArray());
        Assert.Equal(3, faults.DeadlocksSeen);
    }

    [Theory]
    [InlineData(null)]
    [InlineData("K1")]
    public async Task Deadlocks_without_end_are_unavailable(string? key)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        faults.Deadlocks = int.MaxValue;

        await UnavailableAsync(CreateAsync(tenant, key), "a deadlock");

        faults.Deadlocks = 0;
        await CreateAsync(tenant, key is null ? null : "K2").CreatedAsync();
    }

    [Theory]
    [InlineData(null)]
    [InlineData("K1")]
    public async Task A_real_deadlock_is_run_again(string? key)
    {
        Assert.SkipUnless(KiketServer.IsPostgres, "Sqlite has a single writer, so it has no deadlocks.");
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var issue = await tenant.AddIssueAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var connection = scope.ServiceProvider.GetRequiredService<KiketDbContext>().Database.GetConnectionString()!;

        // The other transaction holds the log's counter, which the request needs last, and then wants the issue, which the
        // request has locked.
        faults.FirstStatement = "SET deadlock_timeout = '5s'";
        await using var other = new NpgsqlConnection(connection);
        await other.OpenAsync();
        await ExecuteAsync(other, "SET deadlock_timeout = '60s'; SET kiket.organization = '*'; BEGIN");
        await ExecuteAsync(other, $"UPDATE organizations SET version = version WHERE id = {tenant.OrganizationId}");
        var request = new HttpRequestMessage(HttpMethod.Patch, $"/api/v1/issues/{issue["id"]}")
        {
            Content = Body(new { issue = new { title = "Moved on" } }),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        var patch = tenant.Admin.SendAsync(request);
        await using (var watch = new NpgsqlConnection(connection))
        {
            await watch.OpenAsync();
            for (var waited = Stopwatch.StartNew(); waited.Elapsed < TimeSpan.FromSeconds(30); await Task.Delay(20))
            {
                if (
                    await ScalarAsync(
                        watch,
                        "SELECT count(*) FROM pg_stat_activity WHERE datname = current_database() AND wait_event_type = 'Lock'"
                    ) > 0
                )
                    break;
            }
        }

        await ExecuteAsync(other, $"UPDATE issues SET version = version WHERE id = {issue["id"]}");
        await ExecuteAsync(other, "ROLLBACK");

        Assert.Equal("Moved on", (string?)(await patch.OkAsync())["title"]);
        Assert.Equal(1, faults.DeadlocksSeen);
    }

    private static StringContent Body(object body) =>
        new(System.Text.Json.JsonSerializer.Serialize(body), System.Text.Encoding.UTF8, "application/json");

    private static Task<HttpResponseMessage> CreateAsync(Tenant tenant, string? key)
    {
        var request = new HttpRequestMessage(HttpMethod.Post, "/api/v1/issues")
        {
            Content = Body(new { project_key = "LEGAL", issue = new { title = "An issue" } }),
        };
        if (key is not null)
            request.Headers.Add("Idempotency-Key", key);
        return tenant.Admin.SendAsync(request);
    }

    private static async Task UnavailableAsync(Task<HttpResponseMessage> sent, string what)
    {
        var response = await sent;
        var text = await response.Content.ReadAsStringAsync();
        Assert.True(response.StatusCode == HttpStatusCode.ServiceUnavailable, $"{what}: {(int)response.StatusCode} {text}");
        Assert.True(response.Headers.RetryAfter?.Delta > TimeSpan.Zero, what);
        Assert.Contains("SERVICE_UNAVAILABLE", text, StringComparison.Ordinal);
    }

    private static async Task ExecuteAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        await command.ExecuteNonQueryAsync();
    }

    private static async Task<long> ScalarAsync(NpgsqlConnection connection, string sql)
    {
        await using var command = new NpgsqlCommand(sql, connection);
        return (long)(await command.ExecuteScalarAsync())!;
    }
}
