using System.Text.Json.Nodes;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Workflows;

/// <summary>Moves along a workflow with everything that can prevent them.</summary>
public sealed class MoveTests(KiketServer server)
{
    private const string Guarded = """
        model_version: "1.0"
        workflow: { id: guarded, name: Guarded }
        states:
          open: { type: initial }
          doing:
            type: active
            wip_limit: 1
          testing:
            type: active
            category: review
            checklist:
              id: tests
              title: Tests
              items:
                - { id: looked, label: Looked at it, check_type: manual, required: true }
                - { id: ci, label: CI is green, check_type: auto,
                    condition: { field: custom_fields.ci, operator: "=", value: green } }
          done: { type: final }
        transitions:
          - from: open
            to: doing
            name: Start
            conditions:
              - { field: assignee, operator: is_present }
              - any:
                  - { field: priority, operator: ">=", value: high }
                  - { field: labels, operator: contains, value: quick }
            metadata: { requires_fields: [due_date] }
          - { from: doing, to: open, name: Put back, comment_required: true }
          - { from: doing, to: testing, name: Submit }
          - { from: testing, to: doing, name: Rework }
          - from: testing
            to: done
            name: Accept
            conditions: [{ checklist: tests, complete: true }]
            require_approval:
              - assignment: { type: role, identifier: project_manager }
                metadata: { message: Please look }
        """;

    [Fact]
    public async Task A_refused_move_names_every_reason_and_the_list_of_transitions_says_the_same()
    {
        var tenant = await NewTenantAsync(Guarded);
        await tenant.AddIssueAsync("FLOW");

        var refused = await Move(tenant, "FLOW-1", "doing").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "assignee");
        var ways = await tenant.Admin.GetAsync("/api/v1/issues/FLOW-1/transitions").OkAsync();

        var way = Assert.Single(ways["transitions"]!.AsArray())!;
        Assert.False((bool?)way["allowed"]);
        Assert.Equal(["assignee", "state", "due_date"], refused["details"]!.AsArray().Select(d => (string?)d!["field"]));
        Assert.Equal(
            ["CONDITION_NOT_MET", "CONDITION_NOT_MET", "REQUIRED_FIELD_MISSING"],
            way["reasons"]!.AsArray().Select(r => (string?)r!["code"])
        );
        Assert.Equal("open", (string?)(await tenant.Admin.GetAsync("/api/v1/issues/FLOW-1").OkAsync())["status"]);
        Assert.Equal(1, (int?)(await tenant.Admin.GetAsync("/api/v1/issues/FLOW-1/history").OkAsync())["meta"]!["total"]);
    }

    [Fact]
    public async Task A_patch_may_meet_the_conditions_of_the_move_that_it_makes()
    {
        var tenant = await NewTenantAsync(Guarded);
        await tenant.AddIssueAsync("FLOW");

        var moved = await tenant
            .Admin.PatchJsonAsync(
                "/api/v1/issues/FLOW-1",
                new
                {
                    status = "doing",
                    assigned_to = tenant.AdminId,
                    labels = new[] { "Quick" },
                    due_date = "2026-12-24",
                }
            )
            .OkAsync();

        Assert.Equal("doing", (string?)moved["status"]);
    }

    [Fact]
    public async Task A_limited_state_holds_as_many_issues_as_it_says_and_a_comment_may_be_required()
    {
        var tenant = await NewTenantAsync(Guarded);
        await AddReadyIssueAsync(tenant);
        await AddReadyIssueAsync(tenant);
        await Move(tenant, "FLOW-1", "doing").OkAsync();

        await Move(tenant, "FLOW-2", "doing").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/issues",
                new
                {
                    project_key = "FLOW",
                    title = "x",
                    status = "doing",
                }
            )
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "issue.status");
        await Move(tenant, "FLOW-1", "open").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "comment");
        await Move(tenant, "FLOW-1", "open", "Not now").OkAsync();
        await Move(tenant, "FLOW-2", "doing").OkAsync();
    }

    [Fact]
    public async Task One_of_twenty_parallel_moves_into_a_limited_state_succeeds()
    {
        var tenant = await NewTenantAsync(Guarded);
        for (var i = 0; i < 20; i++)
            await AddReadyIssueAsync(tenant);

        var answers = await Task.WhenAll(Enumerable.Range(1, 20).Select(n => Move(tenant, $"FLOW-{n}", "doing")));

        Assert.Equal(1, answers.Count(a => (int)a.StatusCode == 200));
        Assert.Equal(19, answers.Count(a => (int)a.StatusCode == 422));
        Assert.Equal(1, (int?)(await tenant.Admin.GetAsync("/api/v1/issues?status=doing").OkAsync())["meta"]!["total"]);
    }

    [Fact]
    public async Task A_checklist_is_checked_by_people_and_by_itself_and_is_cleared_by_going_back()
    {
        var tenant = await NewTenantAsync(Guarded);
        await AddIssueInTestingAsync(tenant);
        const string Checklists = "/api/v1/issues/FLOW-1/checklists";

        await Move(tenant, "FLOW-1", "done").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "checklist.tests");
        await tenant
            .Admin.PatchJsonAsync($"{Checklists}/ci", new { @checked = true })
            .RefusedAsync(422, "VALIDATION_ERROR", "checked");
        await tenant
            .Admin.PatchJsonAsync($"{Checklists}/nothing", new { @checked = true })
            .RefusedAsync(404, "CHECKLIST_ITEM_NOT_FOUND");
        await tenant.Admin.PatchJsonAsync($"{Checklists}/looked", new { }).RefusedAsync(422, "VALIDATION_ERROR", "checked");
        var half = await tenant.Admin.PatchJsonAsync($"{Checklists}/looked", new { @checked = true }).OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/FLOW-1", new { custom_fields = new { ci = "green" } }).OkAsync();
        var whole = await tenant.Admin.GetAsync(Checklists).OkAsync();
        await Move(tenant, "FLOW-1", "doing").OkAsync();
        var cleared = await tenant.Admin.GetAsync(Checklists).OkAsync();

        var list = half["checklists"]![0]!;
        Assert.Equal((false, "testing"), ((bool?)list["complete"], (string?)list["state"]));
        Assert.Equal(
            (true, tenant.AdminId),
            ((bool?)list["items"]![0]!["checked"], (long?)list["items"]![0]!["checked_by"]!["id"])
        );
        Assert.True((bool?)whole["checklists"]![0]!["complete"]);
        Assert.False((bool?)cleared["checklists"]![0]!["items"]![0]!["checked"]);
        Assert.True((bool?)cleared["checklists"]![0]!["items"]![1]!["checked"]);
        var history = await tenant.Admin.GetAsync("/api/v1/issues/FLOW-1/history?sort=id desc").OkAsync();
        Assert.Contains("checked", history["data"]!.AsArray().Select(e => (string?)e!["action"]));
    }

    [Fact]
    public async Task A_move_that_misses_only_approvals_is_pending_asks_for_them_and_goes_once_they_are_given()
    {
        var tenant = await NewTenantAsync(Guarded);
        var (managerId, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await AddIssueInTestingAsync(tenant, done: true);
        const string Approvals = "/api/v1/issues/FLOW-1/approvals";

        var pending = await Move(tenant, "FLOW-1", "done").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        await Move(tenant, "FLOW-1", "done").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        var approval = Assert.Single((await tenant.Admin.GetAsync(Approvals).OkAsync())["data"]!.AsArray())!;
        var path = $"{Approvals}/{approval["id"]}";
        await developer.PostJsonAsync($"{path}/approve", new { }).RefusedAsync(403, "FORBIDDEN");
        await manager.PostJsonAsync($"{Approvals}/999999999/approve", new { }).RefusedAsync(404, "APPROVAL_NOT_FOUND");
        var given = await manager.PostJsonAsync($"{path}/approve", new { comment = "Fine" }).OkAsync();
        await manager.PostJsonAsync($"{path}/reject", new { }).RefusedAsync(409, "CONFLICT");
        var moved = await Move(tenant, "FLOW-1", "done").OkAsync();

        Assert.Equal("pending", (string?)pending["status"]);
        Assert.Equal(("pending", "Please look"), ((string?)approval["status"], (string?)approval["message"]));
        Assert.Equal(
            ("approved", managerId, "Fine"),
            ((string?)given["status"], (long?)given["decisions"]![0]!["user"]!["id"], (string?)given["decisions"]![0]!["comment"])
        );
        Assert.Equal("done", (string?)moved["status"]);
        Assert.Equal("closed", (string?)(await tenant.Admin.GetAsync(Approvals).OkAsync())["data"]![0]!["status"]);
        var actions = (await tenant.Admin.GetAsync("/api/v1/issues/FLOW-1/history").OkAsync())["data"]!
            .AsArray()
            .Select(e => (string?)e!["action"])
            .ToList();
        Assert.Equal(["approval_requested", "approved", "transitioned"], actions[^3..]);
    }

    [Fact]
    public async Task A_rejected_move_is_refused_until_somebody_asks_again()
    {
        var tenant = await NewTenantAsync(Guarded);
        var (_, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager);
        await AddIssueInTestingAsync(tenant, done: true);
        await Move(tenant, "FLOW-1", "done").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        const string Approvals = "/api/v1/issues/FLOW-1/approvals";
        var first = (await tenant.Admin.GetAsync(Approvals).OkAsync())["data"]![0]!["id"];

        await manager.PostJsonAsync($"{Approvals}/{first}/reject", new { comment = "No" }).OkAsync();
        await Move(tenant, "FLOW-1", "done").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        var open = (await tenant.Admin.GetAsync(Approvals).OkAsync())["data"]!.AsArray();
        await manager.PostJsonAsync($"{Approvals}/{open[1]!["id"]}/approve", new { }).OkAsync();

        Assert.Equal(["closed", "pending"], open.Select(a => (string?)a!["status"]));
        await Move(tenant, "FLOW-1", "done").OkAsync();
    }

    [Fact]
    public async Task A_pending_move_with_an_idempotency_key_keeps_what_it_asked_for_and_gives_the_key_back()
    {
        var tenant = await NewTenantAsync(Guarded);
        await AddIssueInTestingAsync(tenant, done: true);
        HttpRequestMessage Request() =>
            new(HttpMethod.Post, "/api/v1/issues/FLOW-1/transition")
            {
                Content = new StringContent("""{"to":"done"}""", System.Text.Encoding.UTF8, "application/json"),
                Headers = { { "Idempotency-Key", "go" } },
            };

        await tenant.Admin.SendAsync(Request()).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");
        await tenant.Admin.SendAsync(Request()).RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED", "state");

        Assert.Single((await tenant.Admin.GetAsync("/api/v1/issues/FLOW-1/approvals").OkAsync())["data"]!.AsArray());
    }

    [Fact]
    public async Task Approvals_and_checklists_of_another_organization_do_not_exist_and_scopes_are_checked()
    {
        var (tenant, other) = (await NewTenantAsync(Guarded), await server.NewTenantAsync());
        await AddIssueInTestingAsync(tenant, done: true);
        await Move(tenant, "FLOW-1", "done").RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        var issue = await tenant.Admin.GetAsync("/api/v1/issues/FLOW-1").OkAsync();
        var path = $"/api/v1/issues/{issue["id"]}";
        var approval = (await tenant.Admin.GetAsync($"{path}/approvals").OkAsync())["data"]![0]!["id"];
        var stranger = await tenant.WithScopesAsync("projects");

        await other.Admin.GetAsync($"{path}/approvals").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.PostJsonAsync($"{path}/approvals/{approval}/approve", new { }).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.PostJsonAsync($"{path}/approvals/{approval}/reject", new { }).RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other.Admin.GetAsync($"{path}/checklists").RefusedAsync(404, "ISSUE_NOT_FOUND");
        await other
            .Admin.PatchJsonAsync($"{path}/checklists/looked", new { @checked = true })
            .RefusedAsync(404, "ISSUE_NOT_FOUND");
        await stranger.GetAsync($"{path}/approvals").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await stranger.PostJsonAsync($"{path}/approvals/{approval}/approve", new { }).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await stranger.GetAsync($"{path}/checklists").RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await stranger
            .PatchJsonAsync($"{path}/checklists/looked", new { @checked = true })
            .RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
    }

    private static Task<HttpResponseMessage> Move(Tenant tenant, string issue, string to, string? comment = null) =>
        tenant.Admin.PostJsonAsync($"/api/v1/issues/{issue}/transition", new { transition = new { state = to, comment } });

    private static Task<JsonNode> AddReadyIssueAsync(Tenant tenant) =>
        tenant.AddIssueAsync(
            "FLOW",
            fields: new
            {
                assigned_to = tenant.AdminId,
                priority = "critical",
                due_date = "2026-12-24",
            }
        );

    private static async Task AddIssueInTestingAsync(Tenant tenant, bool done = false)
    {
        await AddReadyIssueAsync(tenant);
        await Move(tenant, "FLOW-1", "doing").OkAsync();
        await Move(tenant, "FLOW-1", "testing").OkAsync();
        if (!done)
            return;
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/FLOW-1/checklists/looked", new { @checked = true }).OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/FLOW-1", new { custom_fields = new { ci = "green" } }).OkAsync();
    }

    private async Task<Tenant> NewTenantAsync(string workflow)
    {
        var tenant = await server.NewTenantAsync();
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new { project_key = "FLOW", files = new[] { new { path = ".kiket/workflows/guarded.yaml", content = workflow } } }
            )
            .OkAsync();
        return tenant;
    }
}
