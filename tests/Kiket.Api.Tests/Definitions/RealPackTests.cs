using System.Text.Json.Nodes;
using Kiket.Api.Tests.Extensions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Application.Tests.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

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
            string.Join(
                ',',
                issues
                    .GroupBy(i => (string)i!["status"]!)
                    .OrderBy(g => g.Key, StringComparer.Ordinal)
                    .Select(g => $"{g.Key}:{g.Count()}")
            )
        );
        Assert.Equal(
            files.Count,
            (int)(await tenant.Admin.GetAsync($"/api/v1/definitions?project={key}").OkAsync())["meta"]!["total"]!
        );
        Assert.Empty(again["created"]!.AsArray().Concat(again["changed"]!.AsArray()).Concat(again["removed"]!.AsArray()));
        Assert.Equal(
            pack == "ecommerce",
            done["warnings"]!
                .AsArray()
                .Any(w => ((string)w!["message"]!).Contains("marketing_campaign", StringComparison.Ordinal))
        );
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

        // The transition from testing requires a checklist: one item for people, three that check custom fields.
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ENGINEERING-1/checklists/manual_qa", new { @checked = true }).OkAsync();
        await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/issues/ENGINEERING-1",
                new
                {
                    custom_fields = new
                    {
                        ci_status = "passed",
                        integration_status = "passed",
                        security_status = "clean",
                    },
                }
            )
            .OkAsync();

        await WalkAsync(tenant, "ENGINEERING-1", "deployed", ["fixing", "testing", "deployed"]);
    }

    [Fact]
    public async Task A_ticket_of_the_support_pack_goes_its_whole_way()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Packs.FilesOf(Path.Combine(Packs.Shared(), "support"))).OkAsync();

        await WalkAsync(tenant, "SUPPORT-1", "closed", ["in_progress", "waiting_customer", "in_progress", "resolved"]);
    }

    [Theory]
    [InlineData("ecommerce")]
    [InlineData("engineering")]
    [InlineData("kanban")]
    [InlineData("scrum")]
    [InlineData("support")]
    public async Task Every_transition_of_a_published_pack_is_refused_while_a_condition_is_not_met_and_then_taken(string pack)
    {
        var tenant = await server.NewTenantAsync();
        var key = pack.ToUpperInvariant();
        await tenant.Admin.ImportAsync(Packs.FilesOf(Path.Combine(Packs.Shared(), pack)), key).OkAsync();
        await using var scope = server.Services.CreateAsyncScope();
        var db = scope.ServiceProvider.GetRequiredService<KiketDbContext>();
        var project = await db
            .Projects.IgnoreQueryFilters()
            .SingleAsync(p => p.OrganizationId == new OrganizationId(tenant.OrganizationId) && p.Key == key);
        foreach (var workflow in await db.Workflows.IgnoreQueryFilters().Where(w => w.ProjectId == project.Id).ToListAsync())
        {
            var type = project.Schema.IssueTypes.First(t => project.Schema.WorkflowOf(t) == workflow.Key).Key;
            await new Walk(tenant, key, type.Value, workflow.Definition).AllAsync();
        }
    }

    [Fact]
    public async Task Customer_data_of_the_ecommerce_pack_begins_with_its_records_and_is_kept_through_both_APIs()
    {
        var tenant = await server.NewTenantAsync();
        var files = Packs.FilesOf(Path.Combine(Packs.Shared(), "ecommerce"));
        var done = await tenant.Admin.ImportAsync(files).OkAsync();
        Assert.Contains("module ecommerce.customer_data", done.Texts("created"));
        var manifest = Installed.Manifest("com.example.crm", "custom_data.read", "custom_data.write");
        manifest["extension"]!["custom_data"] = JsonNode.Parse(
            """{"permissions": [{"module": "ecommerce.customer_data", "operations": ["read", "write"]}]}"""
        );
        var extension = new Installed(
            server,
            await tenant.Admin.PostJsonAsync("/api/v1/extensions", new { manifest, project_id = "ECOMMERCE" }).CreatedAsync()
        ).Client;
        const string profiles = "/api/v1/custom_data/ecommerce.customer_data/customer_profiles",
            events = "/api/v1/custom_data/ecommerce.customer_data/customer_events";
        static string Ext(string path) => path.Replace("/api/v1/", "/ext/", StringComparison.Ordinal);
        const string project = "?project_key=ECOMMERCE";

        // The seeds, by both APIs, found by the index that the pack declares.
        var seeded = (await tenant.Admin.GetAsync(profiles + project + "&sort=email").OkAsync())["data"]!.AsArray();
        Assert.Equal(
            [
                ("onboarding@example.com", "onboarding", 1, 59.9m, "seed"),
                ("repeat@example.com", "engaged_repeat", 4, 240m, "seed"),
            ],
            seeded.Select(r =>
                (
                    (string)r!["email"]!,
                    (string)r["lifecycle_stage"]!,
                    (int)r["total_orders"]!,
                    (decimal)r["total_revenue"]!,
                    (string)r["metadata"]!["source"]!
                )
            )
        );
        var found = (await extension.GetAsync(Ext(profiles) + "?filters={\"lifecycle_stage\":[\"engaged_repeat\"]}").OkAsync())[
            "data"
        ]!.AsArray();
        Assert.Equal("repeat@example.com", (string?)Assert.Single(found)!["email"]);

        // Each API reads, changes and deletes the records that the other has written.
        var added = (
            await extension
                .PostJsonAsync(Ext(profiles), new { record = new { email = "new@example.com", lifetime_value = "12.50" } })
                .CreatedAsync()
        )["data"]!;
        Assert.Equal(
            ("prospect", 12.5m, 0),
            ((string?)added["lifecycle_stage"], (decimal)added["lifetime_value"]!, (int)added["total_orders"]!)
        );
        await tenant
            .Admin.PostJsonAsync(profiles + project, new { record = new { email = "new@example.com" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "record.email");
        await tenant
            .Admin.PatchJsonAsync($"{profiles}/{added["id"]}{project}", new { record = new { lifecycle_stage = "onboarding" } })
            .OkAsync();
        Assert.Equal(
            "onboarding",
            (string?)(await extension.GetAsync($"{Ext(profiles)}/{added["id"]}").OkAsync())["data"]!["lifecycle_stage"]
        );
        await extension.DeleteAsync($"{Ext(profiles)}/{added["id"]}").OkAsync();
        await tenant.Admin.GetAsync($"{profiles}/{added["id"]}{project}").RefusedAsync(404, "CUSTOM_RECORD_NOT_FOUND");

        var first = new
        {
            contact_id = (long)seeded[0]!["id"]!,
            event_type = "order",
            occurred_at = "2026-03-01T10:00:00Z",
            payload = new { total = 5 },
        };
        await extension
            .PostJsonAsync(
                Ext(events),
                new
                {
                    records = new object[]
                    {
                        first,
                        new
                        {
                            contact_id = 7,
                            event_type = "visit",
                            occurred_at = "2026-03-02T10:00:00+02:00",
                        },
                    },
                }
            )
            .CreatedAsync();
        var late = (await tenant.Admin.GetAsync(events + project + "&filters[occurred_at][gt]=2026-03-01T12:00:00Z").OkAsync())[
            "data"
        ]!.AsArray();
        Assert.Equal(
            ("visit", "2026-03-02T08:00:00.000Z"),
            ((string?)Assert.Single(late)!["event_type"], (string?)late[0]!["occurred_at"])
        );
        await extension
            .PostJsonAsync(Ext(events), new { record = new { contact_id = 7 } })
            .RefusedAsync(422, "VALIDATION_ERROR", "record.event_type");

        // Another import adds and removes nothing.
        var again = await tenant.Admin.ImportAsync(files).OkAsync();
        Assert.Contains("module ecommerce.customer_data", again.Texts("unchanged"));
        Assert.Equal(2, (int)(await tenant.Admin.GetAsync(profiles + project).OkAsync())["meta"]!["total"]!);
    }

    [Fact]
    public async Task The_example_pack_is_imported_and_its_walk_works()
    {
        var tenant = await server.NewTenantAsync();

        var done = await tenant.Admin.ImportAsync(Packs.FilesOf(Packs.Example)).OkAsync();

        Assert.All(
            done["warnings"]!.AsArray(),
            w => Assert.Contains("is final, but this transition leaves it", (string?)w!["message"], StringComparison.Ordinal)
        );
        Assert.Equal(6, done.Texts("created").Count(t => t.StartsWith("issue NEWS-", StringComparison.Ordinal)));
        var correction = await tenant.Admin.GetAsync("/api/v1/issues/NEWS-4").OkAsync();
        Assert.Equal(("correction", "reported"), ((string?)correction["workflow"], (string?)correction["status"]));
        Assert.Equal(
            "science",
            (string?)(await tenant.Admin.GetAsync("/api/v1/issues/NEWS-1").OkAsync())["custom_fields"]!["section"]
        );
        await WalkAsync(tenant, "NEWS-2", "idea", ["editing", "scheduled", "published", "editing"]);
        await WalkAsync(tenant, "NEWS-4", "corrected", ["reported", "checking", "corrected", "checking", "rejected"]);
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/issues",
                new { project_key = "NEWS", issue = new { title = "No address", issue_type = "correction" } }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.custom_fields.article_url");
    }

    /// <summary>Moves an issue from state to state, after trying a state to which no transition leads.</summary>
    private static async Task WalkAsync(Tenant tenant, string key, string undeclared, string[] states)
    {
        Assert.Equal(states[0], (string?)(await tenant.Admin.GetAsync($"/api/v1/issues/{key}").OkAsync())["status"]);
        await tenant
            .Admin.PostJsonAsync($"/api/v1/issues/{key}/transition", new { transition = new { state = undeclared } })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        foreach (var state in states[1..])
        {
            var moved = await tenant
                .Admin.PostJsonAsync($"/api/v1/issues/{key}/transition", new { transition = new { state } })
                .OkAsync();
            Assert.Equal(state, (string?)moved["status"]);
        }

        var history = (await tenant.Admin.GetAsync($"/api/v1/issues/{key}/history?per_page=100").OkAsync())["data"]!.AsArray();
        var steps = history
            .SelectMany(entry => entry!["changes"]!.AsArray())
            .Where(c => (string?)c!["field"] == "status")
            .Select(c => ((string?)c!["from"], (string?)c["to"]));
        Assert.Equal(
            [(null, states[0]), .. states.Zip(states.Skip(1)).Select(s => ((string?)s.First, (string?)s.Second))],
            steps
        );
    }

    /// <summary>
    /// Takes issues along every transition over HTTP, and checks that each is refused while one of its conditions is not met.
    /// </summary>
    private sealed class Walk(Tenant tenant, string project, string type, WorkflowDefinition workflow)
    {
        private readonly WorkflowDriver driver = new(workflow);
        private string path = "";
        private string state = "";

        public async Task AllAsync()
        {
            HashSet<Transition> open = [.. workflow.Transitions];
            await OpenAsync();
            while (open.Count > 0)
            {
                if (driver.WayTo(new(state), open) is not { } way)
                {
                    await OpenAsync();
                    way = driver.WayTo(new(state), open)!;
                }

                foreach (var transition in way)
                {
                    await TakeAsync(transition, open.Remove(transition));
                    state = transition.To.Value;
                }
            }
        }

        private async Task OpenAsync()
        {
            var issue = await tenant.AddIssueAsync(project, fields: new { issue_type = type });
            (path, state) = ($"/api/v1/issues/{issue["key"]}", (string)issue["status"]!);
        }

        private async Task TakeAsync(Transition transition, bool isNew)
        {
            var demands = driver.DemandsOf(transition).Where(d => d.Condition is not null).ToList();
            foreach (var demand in isNew ? demands : [])
            {
                await ChooseAsync(driver.Find(demands.Where(d => d != demand).Select(d => d.Condition!), [demand.Condition!])!);
                await MoveAsync(transition).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", demand.Field);
                Assert.Equal((false, demand.Code), await ReadAsync(transition));
                Assert.Equal(transition.From.Value, (string?)(await tenant.Admin.GetAsync(path).OkAsync())["status"]);
            }

            await ChooseAsync(driver.Find(demands.Select(d => d.Condition!), [])!);
            Assert.Equal((true, null), await ReadAsync(transition));
            Assert.Equal(transition.To.Value, (string?)(await MoveAsync(transition).OkAsync())["status"]);
        }

        private Task<HttpResponseMessage> MoveAsync(Transition transition) =>
            tenant.Admin.PostJsonAsync($"{path}/transition", new { transition = new { state = transition.To } });

        private async Task<(bool Allowed, string? Reason)> ReadAsync(Transition transition)
        {
            var ways = (await tenant.Admin.GetAsync($"{path}/transitions").OkAsync())["transitions"]!.AsArray();
            var way = ways.Single(t => (string?)t!["to"] == transition.To.Value)!;
            return ((bool)way["allowed"]!, (string?)way["reasons"]!.AsArray().SingleOrDefault()?["code"]);
        }

        private async Task ChooseAsync(Choice choice)
        {
            if (choice.Fields.Count > 0)
            {
                var custom = choice
                    .Fields.Where(f => f.Key.StartsWith("custom_fields.", StringComparison.Ordinal))
                    .ToDictionary(f => f.Key["custom_fields.".Length..], f => f.Value);
                var fields = new Dictionary<string, object?> { ["custom_fields"] = custom };
                if (choice.Fields.TryGetValue("assignee", out var assignee))
                    fields["assignee_id"] = assignee is null ? null : tenant.AdminId;
                Assert.Equal(choice.Fields.Count, custom.Count + fields.Count - 1);
                await tenant.Admin.PatchJsonAsync(path, fields).OkAsync();
            }

            var lists = (await tenant.Admin.GetAsync($"{path}/checklists").OkAsync())["checklists"]!.AsArray();
            foreach (
                var (list, item) in lists
                    .SelectMany(l => l!["items"]!.AsArray().Select(i => (List: (string)l["id"]!, Item: i!)))
                    .Where(i => (string?)i.Item["check_type"] == "manual")
            )
                await tenant
                    .Admin.PatchJsonAsync(
                        $"{path}/checklists/{item["id"]}",
                        new { @checked = choice.Checked.Contains($"{list}/{item["id"]}") }
                    )
                    .OkAsync();
        }
    }
}
