using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Definitions;

/// <summary>The packs that the Kiket project publishes, and our own example.</summary>
public sealed class RealPackTests(KiketServer server)
{
    [Theory]
    [InlineData("ecommerce", "ECOMMERCE", "archived:1,churn_watch:1,engaged_repeat:1,onboarding:1,prospect:1,win_back:1")]
    [InlineData("engineering", "ENGINEERING", "fixing:2,investigating:1,reported:2,testing:1")]
    [InlineData("kanban", "KANBAN", "")]
    [InlineData("scrum", "SCRUM", "backlog:1,done:1,in_progress:2,review:1,sprint_backlog:1")]
    [InlineData("support", "SUPPORT", "in_progress:1,resolved:1,submitted:1,triaging:2,waiting_customer:1")]
    public async Task A_published_pack_is_imported_with_its_issues_in_their_states(string pack, string key, string states)
    {
        var tenant = await server.NewTenantAsync();
        var files = Packs.FilesOf(Path.Combine(Packs.Shared(), pack));

        var done = await tenant.Admin.ImportAsync(files, pack == "kanban" ? key : null).OkAsync();
        var again = await tenant.Admin.ImportAsync(files, pack == "kanban" ? key : null).OkAsync();

        Assert.Equal(key, (string?)done["project"]!["key"]);
        var issues = (await tenant.Admin.GetAsync($"/api/v1/issues?project={key}&per_page=100").OkAsync())["data"]!.AsArray();
        Assert.Equal(
            states,
            string.Join(',', issues.GroupBy(i => (string)i!["status"]!).OrderBy(g => g.Key, StringComparer.Ordinal).Select(g => $"{g.Key}:{g.Count()}")));
        Assert.Equal(files.Count, (int)(await tenant.Admin.GetAsync($"/api/v1/definitions?project={key}").OkAsync())["meta"]!["total"]!);
        Assert.Empty(again["created"]!.AsArray().Concat(again["changed"]!.AsArray()).Concat(again["removed"]!.AsArray()));
        Assert.Equal(pack == "ecommerce", done["warnings"]!.AsArray().Any(w => ((string)w!["message"]!).Contains("marketing_campaign", StringComparison.Ordinal)));
    }

    [Fact]
    public async Task Types_of_the_engineering_pack_follow_their_workflows()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.FilesOf(Path.Combine(Packs.Shared(), "engineering"))).OkAsync();

        var bug = await tenant.AddIssueAsync("ENGINEERING", "A bug", new { issue_type = "bug" });
        var incident = await tenant.AddIssueAsync("ENGINEERING", "An incident", new { issue_type = "incident" });
        var story = await tenant.AddIssueAsync("ENGINEERING", "A story", new { issue_type = "story" });

        Assert.Equal(("bug", "reported"), ((string?)bug["workflow"], (string?)bug["status"]));
        Assert.Equal(("incident", "detected"), ((string?)incident["workflow"], (string?)incident["status"]));
        Assert.Equal(("bug", "reported"), ((string?)story["workflow"], (string?)story["status"]));
    }

    [Fact]
    public async Task A_bug_of_the_engineering_pack_goes_its_whole_way()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.FilesOf(Path.Combine(Packs.Shared(), "engineering"))).OkAsync();

        // The way out of testing asks for a checklist: one item for people, three that look at custom fields.
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ENGINEERING-1/checklists/manual_qa", new { @checked = true }).OkAsync();
        await tenant.Admin.PatchJsonAsync(
            "/api/v1/issues/ENGINEERING-1",
            new { custom_fields = new { ci_status = "passed", integration_status = "passed", security_status = "clean" } }).OkAsync();

        await WalkAsync(tenant, "ENGINEERING-1", "deployed", ["fixing", "testing", "deployed"]);
    }

    [Fact]
    public async Task A_ticket_of_the_support_pack_goes_its_whole_way()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.FilesOf(Path.Combine(Packs.Shared(), "support"))).OkAsync();

        await WalkAsync(tenant, "SUPPORT-1", "closed", ["in_progress", "waiting_customer", "in_progress", "resolved"]);
    }

    [Fact]
    public async Task The_example_pack_is_imported_and_its_walk_works()
    {
        var tenant = await server.NewTenantAsync();

        var done = await tenant.Admin.ImportAsync(Packs.FilesOf(Packs.Example)).OkAsync();

        Assert.Empty(done["warnings"]!.AsArray());
        Assert.Equal(6, done.Texts("created").Count(t => t.StartsWith("issue NEWS-", StringComparison.Ordinal)));
        var correction = await tenant.Admin.GetAsync("/api/v1/issues/NEWS-4").OkAsync();
        Assert.Equal(("correction", "reported"), ((string?)correction["workflow"], (string?)correction["status"]));
        Assert.Equal("science", (string?)(await tenant.Admin.GetAsync("/api/v1/issues/NEWS-1").OkAsync())["custom_fields"]!["section"]);
        await WalkAsync(tenant, "NEWS-2", "idea", ["editing", "scheduled", "published", "editing"]);
        await WalkAsync(tenant, "NEWS-4", "corrected", ["reported", "checking", "corrected", "checking", "rejected"]);
        await tenant.Admin.PostJsonAsync(
                "/api/v1/issues", new { project_key = "NEWS", issue = new { title = "No address", issue_type = "correction" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.custom_fields.article_url");
    }

    /// <summary>Moves an issue from state to state; first it tries a state that the first one has no way to.</summary>
    private static async Task WalkAsync(Tenant tenant, string key, string undeclared, string[] states)
    {
        Assert.Equal(states[0], (string?)(await tenant.Admin.GetAsync($"/api/v1/issues/{key}").OkAsync())["status"]);
        await tenant.Admin.PostJsonAsync($"/api/v1/issues/{key}/transition", new { transition = new { state = undeclared } })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        foreach (var state in states[1..])
        {
            var moved = await tenant.Admin.PostJsonAsync($"/api/v1/issues/{key}/transition", new { transition = new { state } }).OkAsync();
            Assert.Equal(state, (string?)moved["status"]);
        }

        var history = (await tenant.Admin.GetAsync($"/api/v1/issues/{key}/history?per_page=100").OkAsync())["data"]!.AsArray();
        var steps = history.SelectMany(entry => entry!["changes"]!.AsArray()).Where(c => (string?)c!["field"] == "status")
            .Select(c => ((string?)c!["from"], (string?)c["to"]));
        Assert.Equal([(null, states[0]), .. states.Zip(states.Skip(1)).Select(s => ((string?)s.First, (string?)s.Second))], steps);
    }
}
