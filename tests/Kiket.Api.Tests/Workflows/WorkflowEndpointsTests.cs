using System.Net;
using System.Text.Json.Nodes;
using Kiket.Api.Tests.Definitions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Workflows;

/// <summary>Reading workflows and their versions.</summary>
public sealed class WorkflowEndpointsTests(KiketServer server)
{
    internal const string Rich = """
        workflow: { id: rich, name: Rich, description: Has everything. }
        states:
          open: { type: initial }
          doing:
            type: active
            category: in_progress
            wip_limit: 2
            sla: { warning: 1h, breach: 2d, business_hours: true }
            approval: { required: 2, approvers: [{ role: developer }], timeout: 4h }
            conditions: [{ field: priority, operator: ">=", value: high }]
            checklist: { id: tests, title: Tests, items: [{ id: ci, label: CI,
                condition: { field: title, operator: is_present } }] }
            on_enter: [{ action: notify, channel: team }]
          done: { type: final, metadata: { label: Done!, color: success } }
        transitions:
          - from: open
            to: doing
            name: Start
            conditions: [{ any: [{ field: assignee, operator: is_present }, { checklist: tests, complete: false }] }]
            metadata: { requires_fields: [due_date] }
          - { from: doing, to: done, comment_required: true,
              require_approval: [{ assignment: { type: user, identifier: ada@example.com } }] }
        """;

    [Fact]
    public async Task Workflows_are_listed_in_their_latest_version()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("PLAIN");
        await tenant.Admin.ImportAsync(Packs.Small()).OkAsync();
        await tenant
            .Admin.ImportAsync(Changed("contract", Packs.Contract.Replace("Sign", "Seal", StringComparison.Ordinal)), "LEGAL")
            .OkAsync();

        await tenant.Admin.GetAsync("/api/v1/workflows?sort=project_id").RefusedAsync(400, "INVALID_PARAMETER", "sort");
        var legal = await tenant.Admin.GetAsync("/api/v1/workflows?project_key=LEGAL&sort=key").OkAsync();
        var whole = await tenant.Admin.GetAsync("/api/v1/workflows?per_page=1&page=2").OkAsync();

        Assert.Equal(
            [("contract", 2), ("main", 1)],
            legal["data"]!.AsArray().Select(w => ((string)w!["key"]!, (int)w["version"]!))
        );
        var contract = legal["data"]![0]!;
        Assert.Equal(
            ("Contract", "LEGAL", 3, 2),
            (
                (string)contract["name"]!,
                (string)contract["project_key"]!,
                (int)contract["states_count"]!,
                (int)contract["transitions_count"]!
            )
        );
        Assert.NotNull(contract["created_at"]);
        Assert.Equal((3, 1), ((int)whole["meta"]!["total"]!, whole["data"]!.AsArray().Count));
    }

    [Fact]
    public async Task A_workflow_shows_all_that_its_definition_says()
    {
        var tenant = await NewTenantAsync();

        var workflow = await tenant.Admin.GetAsync("/api/v1/workflows/rich").OkAsync();

        Assert.Equal(
            ("rich", "Rich", "Has everything.", 1, 1, "FLOW", "open"),
            (
                (string)workflow["key"]!,
                (string)workflow["name"]!,
                (string)workflow["description"]!,
                (int)workflow["version"]!,
                (int)workflow["latest_version"]!,
                (string)workflow["project_key"]!,
                (string)workflow["initial_state"]!
            )
        );
        Assert.Equal(Rich, (string?)workflow["source"]);
        var doing = workflow["states"]![1]!;
        Assert.Equal(
            ("doing", "active", "in_progress", 2),
            ((string)doing["key"]!, (string)doing["type"]!, (string)doing["category"]!, (int)doing["wip_limit"]!)
        );
        Equal(
            """[{"condition":null,"warning":"PT1H","breach":"P2D","business_hours":true,"pause_on_state":false"""
                + ""","on_warning":[],"on_breach":[]}]""",
            doing["sla"]
        );
        Equal("""[{"field":"priority","operator":"greater_or_equal","value":"high"}]""", doing["conditions"]);
        Equal("""[{"action":"notify","channel":"team"}]""", doing["on_enter"]);
        Assert.Equal(
            (2, "PT4H", "role", "developer"),
            (
                (int)doing["approvals"]![0]!["required"]!,
                (string)doing["approvals"]![0]!["timeout"]!,
                (string)doing["approvals"]![0]!["approvers"]![0]!["type"]!,
                (string)doing["approvals"]![0]!["approvers"]![0]!["identifier"]!
            )
        );
        Equal(
            """
            {"id":"tests","title":"Tests","required_mode":"all","items":[{"id":"ci","label":"CI","check_type":"auto",
            "required":true,"condition":{"field":"title","operator":"is_present"}}],"on_complete":[]}
            """.ReplaceLineEndings(""),
            doing["checklist"]
        );
        Assert.Equal(
            ("Done!", "success"),
            ((string)workflow["states"]![2]!["label"]!, (string)workflow["states"]![2]!["color"]!)
        );
        var start = workflow["transitions"]![0]!;
        Equal(
            """[{"any":[{"field":"assignee","operator":"is_present"},{"checklist":"tests","complete":false}]}]""",
            start["conditions"]
        );
        Equal("""["due_date"]""", start["requires_fields"]);
        Assert.True((bool)workflow["transitions"]![1]!["comment_required"]!);
        Assert.Equal("user", (string?)workflow["transitions"]![1]!["approvals"]![0]!["approvers"]![0]!["type"]);
    }

    [Fact]
    public async Task An_older_version_can_be_read_and_a_known_one_is_not_sent_again()
    {
        var tenant = await NewTenantAsync();
        await tenant
            .Admin.ImportAsync(Changed("rich", Rich.Replace("Has everything.", "Has more.", StringComparison.Ordinal)), "FLOW")
            .OkAsync();

        var first = await tenant.Admin.GetAsync("/api/v1/workflows/rich?version=1").OkAsync();
        var response = await tenant.Admin.GetAsync("/api/v1/workflows/rich");
        var again = new HttpRequestMessage(HttpMethod.Get, "/api/v1/workflows/rich")
        {
            Headers = { IfNoneMatch = { response.Headers.ETag! } },
        };

        Assert.Equal(
            ("Has everything.", 1, 2),
            ((string)first["description"]!, (int)first["version"]!, (int)first["latest_version"]!)
        );
        Assert.Equal(2, (int?)JsonNode.Parse(await response.Content.ReadAsStringAsync())!["version"]);
        Assert.StartsWith("\"2-", response.Headers.ETag!.Tag, StringComparison.Ordinal);
        Assert.Equal(HttpStatusCode.NotModified, (await tenant.Admin.SendAsync(again)).StatusCode);
        await tenant.Admin.GetAsync("/api/v1/workflows/rich?version=3").RefusedAsync(404, "WORKFLOW_NOT_FOUND");
        await tenant.Admin.GetAsync("/api/v1/workflows/rich?version=x").RefusedAsync(400, "INVALID_PARAMETER", "version");
    }

    [Fact]
    public async Task A_key_that_several_projects_have_needs_the_project()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("ONE");
        await tenant.AddProjectAsync("TWO", "private");
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);

        var refused = await tenant
            .Admin.GetAsync("/api/v1/workflows/default")
            .RefusedAsync(400, "INVALID_PARAMETER", "project_key");

        Assert.EndsWith("specify project_key, one of: ONE, TWO.", (string)refused["message"]!, StringComparison.Ordinal);
        Assert.Equal(
            "TWO",
            (string?)(await tenant.Admin.GetAsync("/api/v1/workflows/default?project_key=TWO").OkAsync())["project_key"]
        );
        Assert.Equal("ONE", (string?)(await developer.GetAsync("/api/v1/workflows/default").OkAsync())["project_key"]);
        await developer.GetAsync("/api/v1/workflows/default?project=TWO").RefusedAsync(404, "PROJECT_NOT_FOUND");
        Assert.Equal(1, (int?)(await developer.GetAsync("/api/v1/workflows").OkAsync())["meta"]!["total"]);
    }

    [Fact]
    public async Task Workflows_of_another_organization_do_not_exist_and_the_scope_is_needed()
    {
        var (tenant, other) = (await NewTenantAsync(), await server.NewTenantAsync());
        var stranger = await tenant.WithScopesAsync("issues");

        await other.Admin.GetAsync("/api/v1/workflows/rich").RefusedAsync(404, "WORKFLOW_NOT_FOUND");
        await other.Admin.GetAsync("/api/v1/workflows/rich?project_key=FLOW").RefusedAsync(404, "PROJECT_NOT_FOUND");
        Assert.Empty((await other.Admin.GetAsync("/api/v1/workflows").OkAsync())["data"]!.AsArray());
        await stranger.GetAsync("/api/v1/workflows").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await stranger.GetAsync("/api/v1/workflows/rich").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    private static JsonArray Changed(string key, string text) => [Packs.File($".kiket/workflows/{key}.yaml", text)];

    private static void Equal(string expected, JsonNode? actual) =>
        Assert.True(JsonNode.DeepEquals(JsonNode.Parse(expected), actual), actual?.ToJsonString());

    private async Task<Tenant> NewTenantAsync()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync(Changed("rich", Rich), "FLOW").OkAsync();
        return tenant;
    }
}
