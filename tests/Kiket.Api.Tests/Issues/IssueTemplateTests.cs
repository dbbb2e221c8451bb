using System.Text.Json.Nodes;
using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Issues;

public sealed class IssueTemplateTests(KiketServer server)
{
    private const string Workflow = """
        workflow: { id: main, name: Main }
        states: { open: { type: initial }, ready: { type: active }, done: { type: final } }
        transitions: [{ from: open, to: ready }, { from: ready, to: done }]
        """;

    private const string Template = """
        template:
          key: bug
          name: Bug report
          description: When something is broken.
          defaults:
            issue_type: task
            status: ready
            priority: high
            labels: [bug]
            custom_fields: { impact: low, browser: any }
          required_fields: [description]
          fields:
            impact: { type: enum, options: [low, high] }
        """;

    [Fact]
    public async Task An_issue_is_opened_by_a_template_and_what_the_caller_gives_wins()
    {
        var tenant = await BoardAsync();

        var plain = await tenant.AddIssueAsync("ACT", "Broken", new { template = "BUG", description = "It does not work." });
        var own = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/issues",
                new
                {
                    project_key = "ACT",
                    template = "bug",
                    issue = new
                    {
                        title = "Mine",
                        description = "x",
                        priority = "low",
                        status = "open",
                        labels = Array.Empty<string>(),
                        custom_fields = new { impact = "high" },
                    },
                }
            )
            .CreatedAsync();

        Assert.Equal(
            ("ready", "high", "Broken"),
            ((string?)plain["status"], (string?)plain["priority"], (string?)plain["title"])
        );
        Assert.Equal("""{"impact":"low","browser":"any"}""", plain["custom_fields"]!.ToJsonString());
        Assert.Equal("bug", (string?)Assert.Single(plain["labels"]!.AsArray()));
        Assert.Equal(("open", "low"), ((string?)own["status"], (string?)own["priority"]));
        Assert.Empty(own["labels"]!.AsArray());
        Assert.Equal("""{"impact":"high","browser":"any"}""", own["custom_fields"]!.ToJsonString());
    }

    [Fact]
    public async Task A_template_asks_for_its_fields_and_must_exist()
    {
        var tenant = await BoardAsync();

        await CreateAsync(new { title = "Broken", template = "bug" }).RefusedAsync(422, "VALIDATION_ERROR", "issue.description");
        await CreateAsync(
                new
                {
                    title = "Broken",
                    template = "bug",
                    description = "x",
                    custom_fields = new { impact = "huge" },
                }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.custom_fields.impact");
        var unknown = await CreateAsync(new { title = "Broken", template = "story" })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.template");
        Assert.Equal("There is no template 'story' in this project. Known: bug.", (string?)unknown["details"]![0]!["message"]);
        await tenant.AddIssueAsync("ACT");
        await tenant
            .Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { template = "bug" })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.template");

        Task<HttpResponseMessage> CreateAsync(object issue) =>
            tenant.Admin.PostJsonAsync("/api/v1/issues", new { project_key = "ACT", issue });
    }

    [Fact]
    public async Task A_member_may_begin_where_a_template_does_and_nowhere_else()
    {
        var tenant = await BoardAsync();
        var (id, client) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PostJsonAsync("/api/v1/projects/ACT/members", new { user_id = id }).CreatedAsync();

        var opened = await client
            .PostJsonAsync(
                "/api/v1/issues",
                new
                {
                    project_key = "ACT",
                    title = "By template",
                    template = "bug",
                    description = "x",
                }
            )
            .CreatedAsync();
        await client
            .PostJsonAsync(
                "/api/v1/issues",
                new
                {
                    project_key = "ACT",
                    title = "By hand",
                    template = "bug",
                    description = "x",
                    status = "done",
                }
            )
            .RefusedAsync(403, "FORBIDDEN");

        Assert.Equal("ready", (string?)opened["status"]);
    }

    [Fact]
    public async Task Templates_are_part_of_the_schema_and_of_what_an_import_says()
    {
        var tenant = await BoardAsync();

        var schema = await tenant.ReadAsync("issue_schema?project_key=ACT");
        var changed = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "ACT",
                    files = new[]
                    {
                        new
                        {
                            path = "templates/issues/bug.yaml",
                            content = Template.Replace("high\n", "low\n", StringComparison.Ordinal),
                        },
                    },
                }
            )
            .OkAsync();

        var template = Assert.Single(schema["templates"]!.AsArray())!;
        var expected = JsonNode.Parse(
            """
            {
              "key": "bug", "name": "Bug report", "hint": "When something is broken.", "issue_type": "task", "status": "ready",
              "priority": "high", "labels": ["bug"], "custom_fields": {"impact": "low", "browser": "any"},
              "required_fields": ["description"],
              "fields": [
                {
                  "key": "impact", "label": "Impact", "name": "Impact", "type": "enum", "field_type": "enum",
                  "required": false, "options": ["low", "high"]
                }
              ]
            }
            """
        )!;
        Assert.Equal(expected.ToJsonString(), template.ToJsonString());
        Assert.Contains("template bug", changed["changed"]!.AsArray().Select(c => (string?)c));
        Assert.Equal("low", (string?)(await tenant.ReadAsync("issue_schema?project_key=ACT"))["templates"]![0]!["priority"]);
    }

    private Task<Tenant> BoardAsync() => server.NewBoardAsync(Workflow, (".kiket/templates/issues/bug.yaml", Template));
}
