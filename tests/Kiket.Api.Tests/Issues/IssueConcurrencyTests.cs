using System.Net;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Issues;

/// <summary>Concurrent writers: no number is skipped or used twice, and no change is lost.</summary>
public sealed class IssueConcurrencyTests(KiketServer server)
{
    [Fact]
    public async Task Fifty_parallel_creates_in_one_project_get_the_keys_1_to_50_without_a_gap()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        var created = await Task.WhenAll(Enumerable.Range(1, 50).Select(n => tenant.AddIssueAsync(title: $"Number {n}")));

        Assert.Equal(
            Enumerable.Range(1, 50).Select(n => $"LEGAL-{n}"),
            created.Select(i => (string)i["key"]!).OrderBy(key => int.Parse(key.Split('-')[1], null))
        );
    }

    [Fact]
    public async Task A_refused_create_leaves_no_gap()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();

        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/issues",
                new { project_key = "LEGAL", issue = new { title = "Lost", status = "nowhere" } }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.status");

        Assert.Equal("LEGAL-1", (string?)(await tenant.AddIssueAsync())["key"]);
    }

    [Fact]
    public async Task One_of_twenty_parallel_changes_of_the_same_version_is_made_and_the_others_get_the_current_version()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var id = (long)(await tenant.AddIssueAsync())["id"]!;

        var answers = await Task.WhenAll(
            Enumerable
                .Range(1, 20)
                .Select(n =>
                    tenant.Admin.PatchJsonAsync($"/api/v1/issues/{id}", new { issue = new { title = $"Title {n}" } }, "\"1\"")
                )
        );

        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.OK);
        foreach (var refused in answers.Where(a => a.StatusCode is not HttpStatusCode.OK))
        {
            var body = await Task.FromResult(refused).RefusedAsync(412, "PRECONDITION_FAILED", "version");
            Assert.Contains("2", (string?)body["details"]![0]!["message"], StringComparison.Ordinal);
        }

        var issue = await tenant.Admin.GetAsync($"/api/v1/issues/{id}").OkAsync();
        Assert.Equal(2, (int)issue["version"]!);
        Assert.Equal(2, await HistoryLengthAsync(tenant, id));
    }

    [Fact]
    public async Task Parallel_changes_of_different_fields_without_a_version_are_all_kept_or_answered_409()
    {
        object[] changes =
        [
            new { title = "New title" },
            new { description = "New description" },
            new { priority = "critical" },
            new { labels = new[] { "new" } },
            new { story_points = 5 },
            new { due_date = "2027-01-01" },
            new { custom_fields = new { first = 1 } },
            new { custom_fields = new { second = 2 } },
            new { status = "in_progress" },
        ];
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var id = (long)(await tenant.AddIssueAsync())["id"]!;

        var answers = await Task.WhenAll(
            changes.Select(change => tenant.Admin.PatchJsonAsync($"/api/v1/issues/{id}", new { issue = change }))
        );

        Assert.All(answers, a => Assert.True(a.StatusCode is HttpStatusCode.OK or HttpStatusCode.Conflict, $"{a.StatusCode}"));
        Assert.Contains(answers, a => a.StatusCode is HttpStatusCode.OK);
        var issue = await tenant.Admin.GetAsync($"/api/v1/issues/{id}").OkAsync();
        for (var n = 0; n < changes.Length; n++)
        {
            var wanted = System.Text.Json.JsonSerializer.SerializeToNode(changes[n])!.AsObject().Single();
            var kept =
                wanted.Key == "custom_fields"
                    ? wanted.Value!.AsObject().All(field => JsonNode.DeepEquals(field.Value, issue["custom_fields"]![field.Key]))
                    : Same(wanted.Value!, issue[wanted.Key]);
            Assert.Equal(answers[n].StatusCode is HttpStatusCode.OK, kept);
        }

        var successes = answers.Count(a => a.StatusCode is HttpStatusCode.OK);
        Assert.Equal(1 + successes, (int)issue["version"]!);
        Assert.Equal(1 + successes, await HistoryLengthAsync(tenant, id));
    }

    [Fact]
    public async Task Parallel_moves_that_would_make_a_circle_do_not()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var first = (long)(await tenant.AddIssueAsync(fields: new { issue_type = "Epic" }))["id"]!;
        var second = (long)(await tenant.AddIssueAsync(fields: new { issue_type = "Epic" }))["id"]!;

        var answers = await Task.WhenAll(
            tenant.Admin.PatchJsonAsync($"/api/v1/issues/{first}", new { issue = new { parent_id = second } }),
            tenant.Admin.PatchJsonAsync($"/api/v1/issues/{second}", new { issue = new { parent_id = first } })
        );

        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.OK);
        Assert.Single(answers, a => a.StatusCode is HttpStatusCode.UnprocessableEntity or HttpStatusCode.Conflict);
        var issues = await tenant.Admin.GetAsync("/api/v1/issues").OkAsync();
        Assert.Single(issues["data"]!.AsArray(), i => i!["parent_id"] is null);
    }

    [Fact]
    public async Task Children_that_are_made_while_their_parent_is_deleted_are_refused_or_become_roots()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var parent = (long)(await tenant.AddIssueAsync(fields: new { issue_type = "Epic" }))["id"]!;

        var creates = Enumerable
            .Range(1, 6)
            .Select(n =>
                tenant.Admin.PostJsonAsync(
                    "/api/v1/issues",
                    new { project_key = "LEGAL", issue = new { title = $"Child {n}", parent_id = parent } }
                )
            )
            .ToList();
        await tenant.Admin.DeleteAsync($"/api/v1/issues/{parent}").OkAsync();
        var answers = await Task.WhenAll(creates);

        Assert.All(
            answers,
            a => Assert.True(a.StatusCode is HttpStatusCode.Created or HttpStatusCode.UnprocessableEntity, $"{a.StatusCode}")
        );
        var left = await tenant.Admin.GetAsync("/api/v1/issues").OkAsync();
        Assert.Equal(answers.Count(a => a.StatusCode is HttpStatusCode.Created), (int)left["meta"]!["total"]!);
        Assert.All(left["data"]!.AsArray(), i => Assert.Null(i!["parent_id"]));
    }

    private static bool Same(JsonNode wanted, JsonNode? actual) =>
        wanted.GetValueKind() is System.Text.Json.JsonValueKind.Number
            ? (decimal?)actual == (decimal)wanted
            : JsonNode.DeepEquals(wanted, actual);

    private static async Task<int> HistoryLengthAsync(Tenant tenant, long issue) =>
        (int)(await tenant.Admin.GetAsync($"/api/v1/issues/{issue}/history").OkAsync())["meta"]!["total"]!;
}
