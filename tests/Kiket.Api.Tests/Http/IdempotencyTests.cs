using System.Data.Common;
using System.Net;
using System.Net.Http.Json;
using System.Text.Json;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;
using Kiket.Infrastructure.Idempotency;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore.Diagnostics;
using Microsoft.Extensions.DependencyInjection;
using Microsoft.Extensions.Time.Testing;

namespace Kiket.Api.Tests.Http;

/// <summary>A write with an <c>Idempotency-Key</c> happens once.</summary>
public sealed class IdempotencyTests(KiketServer server)
{
    private static readonly object Issue = new { project_key = "LEGAL", issue = new { title = "Once" } };

    [Fact]
    public async Task The_same_request_gets_the_same_answer_again_and_is_done_once()
    {
        var tenant = await TenantAsync(server);

        var first = await PostAsync(tenant.Admin, "key", Issue);
        var again = await PostAsync(tenant.Admin, "key", Issue);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(await first.Content.ReadAsByteArrayAsync(), await again.Content.ReadAsByteArrayAsync());
        Assert.Equal(first.Headers.ETag, again.Headers.ETag);
        Assert.Equal(first.Headers.Location, again.Headers.Location);
        Assert.Equal(first.Content.Headers.ContentType, again.Content.Headers.ContentType);
        Assert.False(first.Headers.Contains("Idempotent-Replayed"));
        Assert.Equal("true", Assert.Single(again.Headers.GetValues("Idempotent-Replayed")));
        Assert.Equal(1, await IssuesAsync(tenant));
    }

    [Fact]
    public async Task A_delete_is_answered_again_though_there_is_nothing_left_to_delete()
    {
        var tenant = await TenantAsync(server);
        var id = (long)(await tenant.AddIssueAsync())["id"]!;

        var first = await SendAsync(tenant.Admin, HttpMethod.Delete, $"/api/v1/issues/{id}", "key");
        var again = await SendAsync(tenant.Admin, HttpMethod.Delete, $"/api/v1/issues/{id}", "key");

        Assert.Equal("""{"success":true}""", await first.Content.ReadAsStringAsync());
        Assert.Equal("""{"success":true}""", await again.Content.ReadAsStringAsync());
        Assert.True(again.Headers.Contains("Idempotent-Replayed"));
    }

    [Fact]
    public async Task A_status_that_depends_on_what_was_there_before_is_the_same_again()
    {
        var tenant = await TenantAsync(server);
        const string modules = "/api/v1/custom_data_modules";
        var schema = new
        {
            project_id = "LEGAL",
            schema = "module: once\ntables:\n  t:\n    columns:\n      - {name: a, type: integer}\n",
        };

        var first = await SendAsync(tenant.Admin, HttpMethod.Post, modules, "key", schema);
        var again = await SendAsync(tenant.Admin, HttpMethod.Post, modules, "key", schema);
        var other = await SendAsync(tenant.Admin, HttpMethod.Post, modules, "another key", schema);

        Assert.Equal(HttpStatusCode.Created, first.StatusCode);
        Assert.Equal(HttpStatusCode.Created, again.StatusCode);
        Assert.Equal(HttpStatusCode.OK, other.StatusCode);
        Assert.Equal(await first.Content.ReadAsStringAsync(), await again.Content.ReadAsStringAsync());
    }

    [Fact]
    public async Task A_triggered_action_is_answered_again_with_its_own_execution_though_it_is_no_longer_possible()
    {
        var tenant = await TenantAsync(server);
        await tenant.AddIssueAsync();
        await tenant.Admin.PostJsonAsync("/api/v1/issues/LEGAL-1/transition", new { to = "in_progress" }).OkAsync();
        var trigger = new { issue_key = "LEGAL-1", action = "Ready for Review" };

        var first = await SendAsync(tenant.Admin, HttpMethod.Post, "/api/v1/ext/workflows/trigger", "key", trigger).OkAsync();
        var again = await SendAsync(tenant.Admin, HttpMethod.Post, "/api/v1/ext/workflows/trigger", "key", trigger).OkAsync();

        Assert.Equal(first.ToJsonString(), again.ToJsonString());
        await SendAsync(tenant.Admin, HttpMethod.Post, "/api/v1/ext/workflows/trigger", "another key", trigger)
            .RefusedAsync(422, "VALIDATION_ERROR", "action");
    }

    [Fact]
    public async Task A_dry_run_gives_the_key_back()
    {
        var tenant = await TenantAsync(server);
        var issue = await tenant.AddIssueAsync();
        object Reassigning(bool dryRun) =>
            new
            {
                dry_run = dryRun,
                reassignments = new[] { new { issue_id = (long)issue["id"]!, to_user_id = tenant.AdminId } },
            };

        foreach (var dryRun in new[] { true, false })
        {
            var answer = await SendAsync(tenant.Admin, HttpMethod.Post, "/api/v1/capacity/reassign", "key", Reassigning(dryRun))
                .OkAsync();
            Assert.Equal(dryRun, (bool)answer["dry_run"]!);
        }

        Assert.Equal(
            tenant.AdminId,
            (long)(await tenant.Admin.GetAsync($"/api/v1/issues/{issue["id"]}").OkAsync())["assignee_id"]!
        );
    }

    [Theory]
    [InlineData("""{"project_key": "LEGAL", "issue": {"title": "Twice"}}""", "/api/v1/issues")]
    [InlineData("""{"project_key": "LEGAL", "issue": {"title": "Once"}}""", "/api/v1/issues?organization=other")]
    public async Task A_key_is_refused_for_another_request(string body, string path)
    {
        var tenant = await TenantAsync(server);
        await PostAsync(tenant.Admin, "key", JsonNode.Parse("""{"project_key": "LEGAL", "issue": {"title": "Once"}}""")!);

        await SendAsync(tenant.Admin, HttpMethod.Post, path, "key", JsonNode.Parse(body))
            .RefusedAsync(422, "IDEMPOTENCY_KEY_REUSED");

        Assert.Equal(1, await IssuesAsync(tenant));
    }

    [Fact]
    public async Task Twenty_parallel_requests_with_one_key_make_one_issue()
    {
        var tenant = await TenantAsync(server);

        var answers = await Task.WhenAll(Enumerable.Range(0, 20).Select(_ => PostAsync(tenant.Admin, "key", Issue)));

        Assert.Equal(1, await IssuesAsync(tenant));
        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.Created && !a.Headers.Contains("Idempotent-Replayed"));
        foreach (var other in answers.Where(a => a.StatusCode is not HttpStatusCode.Created))
        {
            await Task.FromResult(other).RefusedAsync(409, "IDEMPOTENCY_KEY_IN_USE");
            Assert.Equal(TimeSpan.FromSeconds(1), other.Headers.RetryAfter?.Delta);
        }
    }

    [Fact]
    public async Task A_refused_write_gives_the_key_back()
    {
        var tenant = await TenantAsync(server);

        await PostAsync(tenant.Admin, "key", new { project_key = "LEGAL", issue = new { title = "" } })
            .RefusedAsync(422, "VALIDATION_ERROR");
        await PostAsync(tenant.Admin, "key", Issue).CreatedAsync();

        Assert.Equal(1, await IssuesAsync(tenant));
    }

    [Fact]
    public async Task A_write_that_is_refused_half_way_changes_nothing_and_gives_the_key_back()
    {
        var tenant = await TenantAsync(server);
        var id = (long)(await tenant.AddIssueAsync())["id"]!;

        await SendAsync(
                tenant.Admin,
                HttpMethod.Patch,
                $"/api/v1/issues/{id}",
                "key",
                new { issue = new { title = "New", status = "done" } }
            )
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        Assert.Equal("An issue", (string?)(await tenant.Admin.GetAsync($"/api/v1/issues/{id}").OkAsync())["title"]);

        await SendAsync(tenant.Admin, HttpMethod.Patch, $"/api/v1/issues/{id}", "key", new { issue = new { title = "New" } })
            .OkAsync();
    }

    [Fact]
    public async Task Keys_of_two_users_do_not_meet()
    {
        var tenant = await TenantAsync(server);
        var (_, other) = await tenant.AddUserAsync(OrganizationRole.Developer);

        var first = await PostAsync(tenant.Admin, "key", Issue).CreatedAsync();
        var second = await PostAsync(other, "key", Issue).CreatedAsync();

        Assert.NotEqual((long)first["id"]!, (long)second["id"]!);
    }

    [Fact]
    public async Task Parallel_changes_with_keys_of_their_own_are_all_kept_or_answered_409()
    {
        var tenant = await TenantAsync(server);
        var id = (long)(await tenant.AddIssueAsync())["id"]!;

        var answers = await Task.WhenAll(
            Enumerable
                .Range(0, 8)
                .Select(n =>
                    SendAsync(
                        tenant.Admin,
                        HttpMethod.Patch,
                        $"/api/v1/issues/{id}",
                        $"key {n}",
                        new { issue = new { title = $"Title {n}" } }
                    )
                )
        );

        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict, $"{a.StatusCode}"));
        var issue = await tenant.Admin.GetAsync($"/api/v1/issues/{id}").OkAsync();
        Assert.Equal(1 + answers.Count(a => a.StatusCode is HttpStatusCode.OK), (int)issue["version"]!);
    }

    [Theory]
    [InlineData("a\tb")]
    [InlineData("")]
    public async Task An_invalid_key_is_refused_and_not_ignored(string key)
    {
        var tenant = await TenantAsync(server);

        await PostAsync(tenant.Admin, key, Issue).RefusedAsync(400, "INVALID_PARAMETER", "Idempotency-Key");
        await PostAsync(tenant.Admin, new string('k', 256), Issue).RefusedAsync(400, "INVALID_PARAMETER", "Idempotency-Key");

        Assert.Equal(0, await IssuesAsync(tenant));
    }

    [Fact]
    public async Task After_24_hours_the_same_request_is_done_again()
    {
        var clock = new FakeTimeProvider(DateTimeOffset.UtcNow);
        await using var own = new KiketServer { TestServices = services => services.AddSingleton<TimeProvider>(clock) };
        await own.InitializeAsync();
        var tenant = await TenantAsync(own);
        await PostAsync(tenant.Admin, "key", Issue).CreatedAsync();

        clock.Advance(IdempotencyStore.Lifetime - TimeSpan.FromSeconds(1));
        Assert.True((await PostAsync(tenant.Admin, "key", Issue)).Headers.Contains("Idempotent-Replayed"));
        clock.Advance(TimeSpan.FromSeconds(1));
        Assert.False((await PostAsync(tenant.Admin, "key", Issue)).Headers.Contains("Idempotent-Replayed"));

        Assert.Equal(2, await IssuesAsync(tenant));
    }

    [Fact]
    public async Task A_request_whose_key_was_taken_over_keeps_nothing_and_says_so()
    {
        await using var own = new KiketServer
        {
            TestServices = services =>
            {
                services.ConfigureDbContext<SqliteKiketDbContext>(options => options.AddInterceptors(new TakingOver()));
                services.ConfigureDbContext<PostgreSqlKiketDbContext>(options => options.AddInterceptors(new TakingOver()));
            },
        };
        await own.InitializeAsync();
        var tenant = await TenantAsync(own);

        var refused = await PostAsync(tenant.Admin, "key", Issue);
        await Task.FromResult(refused).RefusedAsync(409, "IDEMPOTENCY_KEY_IN_USE");

        Assert.Null(refused.Headers.ETag);
        Assert.Null(refused.Headers.Location);
        Assert.Equal(0, await IssuesAsync(tenant));

        // A move opens its transaction itself, after calling guards.
        await tenant.AddIssueAsync();
        await SendAsync(tenant.Admin, HttpMethod.Post, "/api/v1/issues/LEGAL-1/transition", "move", new { to = "in_progress" })
            .RefusedAsync(409, "IDEMPOTENCY_KEY_IN_USE");
        var issue = await tenant.Admin.GetAsync("/api/v1/issues/LEGAL-1").OkAsync();
        Assert.Equal(
            ("backlog", 1),
            ((string?)issue["status"], (await tenant.Admin.GetAsync("/api/v1/events").OkAsync())["data"]!.AsArray().Count)
        );
    }

    private static async Task<Tenant> TenantAsync(KiketServer server)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        return tenant;
    }

    private static Task<HttpResponseMessage> PostAsync(HttpClient client, string key, object body) =>
        SendAsync(client, HttpMethod.Post, "/api/v1/issues", key, body);

    private static Task<HttpResponseMessage> SendAsync(
        HttpClient client,
        HttpMethod method,
        string path,
        string key,
        object? body = null
    )
    {
        var request = new HttpRequestMessage(method, path);
        if (body is not null)
            request.Content = JsonContent.Create(body, options: JsonSerializerOptions.Default);
        request.Headers.TryAddWithoutValidation("Idempotency-Key", key);
        return client.SendAsync(request);
    }

    private static async Task<int> IssuesAsync(Tenant tenant) =>
        (int)(await tenant.Admin.GetAsync("/api/v1/issues").OkAsync())["meta"]!["total"]!;

    /// <summary>
    /// Takes over a key right before it is answered, as a second request does when the first one runs too long.
    /// </summary>
    private sealed class TakingOver : DbCommandInterceptor
    {
        public override async ValueTask<InterceptionResult<int>> NonQueryExecutingAsync(
            DbCommand command,
            CommandEventData eventData,
            InterceptionResult<int> result,
            CancellationToken cancellationToken = default
        )
        {
            if (
                eventData.CommandSource is CommandSource.ExecuteUpdate
                && command.CommandText.Contains("idempotency_records", StringComparison.Ordinal)
            )
            {
                await using var other = command.Connection!.CreateCommand();
                other.Transaction = command.Transaction;
                other.CommandText = "UPDATE idempotency_records SET owner = NULL";
                await other.ExecuteNonQueryAsync(cancellationToken);
            }

            return result;
        }
    }
}
