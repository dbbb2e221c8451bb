using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Capacity;

public sealed class ReassignTests(KiketServer server)
{
    [Fact]
    public async Task Pairs_are_reassigned_in_the_order_given_and_announced_as_ordinary_changes()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (first, second) = (await tenant.AddWorkerAsync(10, ["LEGAL"]), await tenant.AddWorkerAsync(10, ["LEGAL"]));
        var (a, b) = (await tenant.AssignAsync(first, 1), await tenant.AssignAsync(first, 1));

        var done = await ReassignAsync(tenant, new { reassignments = new[] { Pair(b, second), Pair(a, tenant.AdminId) } })
            .OkAsync();

        Assert.Equal(["reassigned", "failed", "dry_run"], done.AsObject().Select(p => p.Key));
        Assert.Equal(
            [(b, second), (a, tenant.AdminId)],
            done["reassigned"]!.AsArray().Select(i => ((long)i!["id"]!, (long)i["assignee_id"]!))
        );
        Assert.Empty(done["failed"]!.AsArray());
        Assert.Equal(second, (long)(await tenant.ReadAsync($"issues/{b}"))["assignee"]!["id"]!);
        var change = (await tenant.ReadAsync($"issues/{b}/history"))["data"]![1]!;
        Assert.Equal(("updated", "assignee_id"), ((string?)change["action"], (string?)change["changes"]![0]!["field"]));
        Assert.Equal(
            2,
            (await tenant.ReadAsync("events"))["data"]!
                .AsArray()
                .Count(e =>
                    (string?)e!["event"] == "issue.assigned"
                    && (long?)e["assignee_id"] is { } to
                    && (to == second || to == tenant.AdminId)
                )
        );
    }

    [Fact]
    public async Task Several_issues_go_to_one_user()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (first, second) = (await tenant.AddWorkerAsync(10, ["LEGAL"]), await tenant.AddWorkerAsync(10, ["LEGAL"]));
        long[] issues = [await tenant.AssignAsync(first, 1), await tenant.AssignAsync(second, 1)];

        var done = await ReassignAsync(tenant, new { issue_ids = issues, to_user_id = second }).OkAsync();

        Assert.All(done["reassigned"]!.AsArray(), i => Assert.Equal(second, (long)i!["assignee_id"]!));
        Assert.Equal(1, (int)(await tenant.ReadAsync($"issues/{issues[1]}"))["version"]!); // had it already
    }

    [Fact]
    public async Task Recommendations_are_followed_unless_their_issue_has_changed_since()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (busy, free) = (await tenant.AddWorkerAsync(4, ["LEGAL"]), await tenant.AddWorkerAsync(40, ["LEGAL"]));
        var (a, b) = (await tenant.AssignAsync(busy, 4), await tenant.AssignAsync(busy, 5));
        await tenant.AssignAsync(busy, 4);
        var ids = (await tenant.RecommendAsync())["data"]!.AsArray().Select(r => (string)r!["id"]!).ToArray();
        Assert.Equal(2, ids.Length);
        await tenant.Admin.PatchJsonAsync($"/api/v1/issues/{b}", new { title = "Changed" }).OkAsync();

        var refusal = await ReassignAsync(tenant, new { recommendation_ids = ids }).RefusedAsync(409, "CONFLICT");
        Assert.Single(refusal["details"]!.AsArray());
        Assert.Equal(busy, (long)(await tenant.ReadAsync($"issues/{a}"))["assignee_id"]!);

        var partial = await ReassignAsync(tenant, new { recommendation_ids = ids, partial = true }).OkAsync();
        Assert.Equal((b, "CONFLICT"), ((long)partial["failed"]![0]!["issue_id"]!, (string?)partial["failed"]![0]!["code"]));
        Assert.Equal(free, (long)Assert.Single(partial["reassigned"]!.AsArray())!["assignee_id"]!);
        await ReassignAsync(
                tenant,
                new { recommendation_ids = (await tenant.RecommendAsync())["data"]!.AsArray().Select(r => (string)r!["id"]!) }
            )
            .OkAsync();
        Assert.Empty((await tenant.RecommendAsync())["data"]!.AsArray());
    }

    [Fact]
    public async Task A_version_beside_a_pair_is_checked_too()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var issue = await tenant.AssignAsync(await tenant.AddWorkerAsync(4, ["LEGAL"]), 4);
        object With(int version) =>
            new
            {
                reassignments = new[]
                {
                    new
                    {
                        issue_id = issue,
                        to_user_id = tenant.AdminId,
                        version,
                    },
                },
            };

        await ReassignAsync(tenant, With(7)).RefusedAsync(409, "CONFLICT", "reassignments[0]");
        await ReassignAsync(tenant, With(1)).OkAsync();
    }

    [Fact]
    public async Task All_or_nothing_and_every_refusal_is_named()
    {
        var (tenant, other) = (await server.NewTenantAsync(), await server.NewTenantAsync());
        await other.AddProjectAsync();
        var foreign = (long)(await other.AddIssueAsync())["id"]!;
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("OLD");
        var worker = await tenant.AddWorkerAsync(10, ["LEGAL"]);
        var (good, archived) = (await tenant.AssignAsync(worker, 1), await tenant.AssignAsync(worker, 1, project: "OLD"));
        await tenant.Admin.DeleteAsync("/api/v1/projects/OLD").OkAsync();
        var pairs = new[]
        {
            Pair(good, tenant.AdminId),
            Pair(archived, tenant.AdminId),
            Pair(foreign, tenant.AdminId),
            Pair(good + 10_000, 1),
        };

        var refusal = await ReassignAsync(tenant, new { reassignments = pairs }).RefusedAsync(422, "PROJECT_ARCHIVED");
        Assert.Equal(
            ["reassignments[1]", "reassignments[2]", "reassignments[3]"],
            refusal["details"]!.AsArray().Select(d => (string?)d!["field"])
        );
        Assert.Equal(worker, (long)(await tenant.ReadAsync($"issues/{good}"))["assignee_id"]!);

        var partial = await ReassignAsync(tenant, new { reassignments = pairs, partial = true }).OkAsync();
        Assert.Equal(
            ["PROJECT_ARCHIVED", "ISSUE_NOT_FOUND", "ISSUE_NOT_FOUND"],
            partial["failed"]!.AsArray().Select(f => (string?)f!["code"])
        );
        Assert.Equal(good, (long)Assert.Single(partial["reassigned"]!.AsArray())!["id"]!);
        await ReassignAsync(tenant, new { issue_ids = new[] { good }, to_user_id = other.AdminId })
            .RefusedAsync(422, "VALIDATION_ERROR", "reassignments[0]");
        await ReassignAsync(tenant, new { issue_ids = new[] { foreign }, to_user_id = tenant.AdminId })
            .RefusedAsync(404, "ISSUE_NOT_FOUND");
    }

    [Fact]
    public async Task A_dry_run_says_the_same_and_changes_nothing()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var worker = await tenant.AddWorkerAsync(10, ["LEGAL"]);
        var issue = await tenant.AssignAsync(worker, 1);
        var events = (await tenant.ReadAsync("events"))["data"]!.AsArray().Count;

        var rehearsed = await ReassignAsync(
                tenant,
                new
                {
                    issue_ids = new[] { issue },
                    to_user_id = tenant.AdminId,
                    dry_run = true,
                }
            )
            .OkAsync();

        Assert.True((bool)rehearsed["dry_run"]!);
        Assert.Equal(tenant.AdminId, (long)rehearsed["reassigned"]![0]!["assignee_id"]!);
        var after = await tenant.ReadAsync($"issues/{issue}");
        Assert.Equal((worker, 1), ((long)after["assignee_id"]!, (int)after["version"]!));
        Assert.Equal(events, (await tenant.ReadAsync("events"))["data"]!.AsArray().Count);
    }

    [Fact]
    public async Task Only_those_who_may_write_the_issues_may_reassign_them()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        await tenant.AddProjectAsync("SECRET", "private");
        var (open, hidden) = ((long)(await tenant.AddIssueAsync())["id"]!, (long)(await tenant.AddIssueAsync("SECRET"))["id"]!);
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);

        await viewer
            .PostJsonAsync("/api/v1/capacity/reassign", new { issue_ids = new[] { open }, to_user_id = tenant.AdminId })
            .RefusedAsync(403, "FORBIDDEN");
        await developer
            .PostJsonAsync("/api/v1/capacity/reassign", new { issue_ids = new[] { hidden }, to_user_id = tenant.AdminId })
            .RefusedAsync(404, "ISSUE_NOT_FOUND");
        await developer
            .PostJsonAsync("/api/v1/capacity/reassign", new { issue_ids = new[] { open }, to_user_id = tenant.AdminId })
            .OkAsync();
        await (await tenant.WithScopesAsync("analytics"))
            .PostJsonAsync("/api/v1/capacity/reassign", new { issue_ids = new[] { open }, to_user_id = 1 })
            .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    [Theory]
    [InlineData("""{}""", "reassignments")]
    [InlineData("""{"issue_ids": [1]}""", "to_user_id")]
    [InlineData("""{"to_user_id": 1}""", "to_user_id")]
    [InlineData("""{"issue_ids": [1, 1], "to_user_id": 1}""", "reassignments")]
    [InlineData("""{"recommendation_ids": ["rec_1_1"]}""", "recommendation_ids")]
    [InlineData("""{"recommendation_ids": ["rec_1_1_1", "rec_1_2_2"]}""", "reassignments")]
    [InlineData("""{"recommendation_ids": [null]}""", "recommendation_ids")]
    [InlineData("""{"reassignments": [{"issue_id": 1}]}""", "reassign.reassignments")]
    public async Task A_body_that_says_nothing_clear_is_refused(string body, string field)
    {
        var tenant = await server.NewTenantAsync();

        await tenant
            .Admin.PostAsync("/api/v1/capacity/reassign", new StringContent(body, System.Text.Encoding.UTF8, "application/json"))
            .RefusedAsync(422, "VALIDATION_ERROR", field);
    }

    [Fact]
    public async Task At_most_two_hundred_issues_go_at_once()
    {
        var tenant = await server.NewTenantAsync();

        await ReassignAsync(tenant, new { issue_ids = Enumerable.Range(1, 201), to_user_id = 1 })
            .RefusedAsync(422, "VALIDATION_ERROR", "reassignments");
        await ReassignAsync(tenant, new { issue_ids = Enumerable.Range(900_000_000, 200), to_user_id = 1 })
            .RefusedAsync(404, "ISSUE_NOT_FOUND");
    }

    private static object Pair(long issue, long user) => new { issue_id = issue, to_user_id = user };

    private static Task<HttpResponseMessage> ReassignAsync(Tenant tenant, object body) =>
        tenant.Admin.PostJsonAsync("/api/v1/capacity/reassign", body);
}
