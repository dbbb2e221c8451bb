using System.Text.Json.Nodes;
using Kiket.Api.Tests.Definitions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Workflows;

/// <summary>Simulating a workflow with an issue that is only a document.</summary>
public sealed class SimulateWorkflowTests(KiketServer server)
{
    private const string Simulate = "/api/v1/workflows/flow/simulate";

    private const string Flow = """
        workflow: flow
        states: [open, doing, done]
        transitions:
          - from: open
            to: doing
            name: Start
            conditions: [{ field: priority, operator: ">=", value: high }, { field: custom_fields.size, operator: "<", value: 5 }]
            metadata: { requires_fields: [due_date] }
          - { from: doing, to: open, name: Park, comment_required: true }
          - { from: doing, to: done, require_approval: 1 }
        """;

    [Fact]
    public async Task Every_move_is_decided_from_the_state_that_the_moves_before_it_led_to()
    {
        var tenant = await NewTenantAsync();

        var simulated = await tenant
            .Admin.PostJsonAsync(
                Simulate,
                new
                {
                    issue = new
                    {
                        priority = "high",
                        due_date = "2026-12-24",
                        custom_fields = new { size = 3 },
                    },
                    moves = new[] { "done", "Start", "done", "park" },
                }
            )
            .OkAsync();

        Assert.Equal(
            ("flow", 1, "open"),
            ((string)simulated["workflow"]!, (int)simulated["version"]!, (string)simulated["state"]!)
        );
        Assert.Equal(
            [
                "done open false open TRANSITION_NOT_DECLARED",
                "Start open true doing ",
                "done doing false doing APPROVAL_REQUIRED",
                "park doing true open ",
            ],
            simulated["moves"]!.AsArray().Select(Short)
        );
        Assert.Equal([false, false, false, true], simulated["moves"]!.AsArray().Select(m => (bool)m!["comment_required"]!));
        Assert.Empty((await tenant.Admin.GetAsync("/api/v1/issues").OkAsync())["data"]!.AsArray());
    }

    [Theory]
    [InlineData("assignee")]
    [InlineData("assigned_to")]
    [InlineData("assignee_id")]
    public async Task The_issue_may_use_any_name_of_a_field(string name)
    {
        var tenant = await NewTenantAsync(
            """
            workflow: flow
            states: [open, done]
            transitions:
              - from: open
                to: done
                conditions: [{ field: assignee, equals: 7 }]
                metadata: { requires_fields: [assigned_to] }
            """
        );

        var simulated = await tenant
            .Admin.PostJsonAsync(Simulate, new { issue = new Dictionary<string, int> { [name] = 7 }, moves = new[] { "done" } })
            .OkAsync();

        Assert.Equal("done", (string?)simulated["state"]);
    }

    [Fact]
    public async Task A_refused_move_names_every_reason()
    {
        var tenant = await NewTenantAsync();

        var simulated = await tenant
            .Admin.PostJsonAsync(Simulate, new { issue = new { status = "OPEN", priority = "low" }, moves = new[] { "doing" } })
            .OkAsync();

        var move = simulated["moves"]![0]!;
        Assert.Equal("doing open false open CONDITION_NOT_MET,CONDITION_NOT_MET,REQUIRED_FIELD_MISSING", Short(move));
        Assert.Equal(
            ["priority", "custom_fields.size", "due_date"],
            move["reasons"]!.AsArray().Select(r => (string?)r!["field"])
        );
    }

    [Fact]
    public async Task An_older_version_can_be_tried()
    {
        var tenant = await NewTenantAsync();
        await tenant
            .Admin.ImportAsync(
                [
                    Packs.File(
                        ".kiket/workflows/flow.yaml",
                        "workflow: flow\nstates: [new, done]\ntransitions: [{from: new, to: done}]\n"
                    ),
                ],
                "FLOW"
            )
            .OkAsync();

        var latest = await tenant.Admin.PostJsonAsync(Simulate, new { moves = new[] { "done" } }).OkAsync();
        var first = await tenant
            .Admin.PostJsonAsync(
                Simulate,
                new
                {
                    version = 1,
                    issue = new { status = "doing" },
                    moves = new[] { "open" },
                }
            )
            .OkAsync();

        Assert.Equal((2, "done"), ((int)latest["version"]!, (string)latest["state"]!));
        Assert.Equal((1, "open"), ((int)first["version"]!, (string)first["state"]!));
    }

    [Fact]
    public async Task Bad_input_is_refused()
    {
        var tenant = await NewTenantAsync();
        string[] one = ["doing"];

        await tenant
            .Admin.PostJsonAsync(Simulate, new { issue = new { status = "gone" }, moves = one })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.status");
        await tenant
            .Admin.PostJsonAsync(Simulate, new { issue = new { status = 3 }, moves = one })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.status");
        await tenant
            .Admin.PostJsonAsync(Simulate, new { issue = 3, moves = one })
            .RefusedAsync(422, "VALIDATION_ERROR", "simulation.issue");
        await tenant.Admin.PostJsonAsync(Simulate, new { }).RefusedAsync(422, "VALIDATION_ERROR", "moves");
        await tenant
            .Admin.PostJsonAsync(Simulate, new { moves = Enumerable.Repeat("doing", 101) })
            .RefusedAsync(422, "VALIDATION_ERROR", "moves");
        await tenant.Admin.PostJsonAsync(Simulate, new { moves = new[] { "" } }).RefusedAsync(422, "VALIDATION_ERROR");
        await tenant.Admin.PostJsonAsync(Simulate, new { moves = one, version = 7 }).RefusedAsync(404, "WORKFLOW_NOT_FOUND");
        await tenant
            .Admin.PostJsonAsync(Simulate, new { moves = one, steps = 3 })
            .RefusedAsync(400, "INVALID_PARAMETER", "steps");
    }

    [Fact]
    public async Task Those_who_see_the_project_may_try_and_others_may_not()
    {
        var (tenant, other) = (await NewTenantAsync(), await server.NewTenantAsync());
        var (_, viewer) = await tenant.AddUserAsync(OrganizationRole.Viewer);
        var body = new { moves = new[] { "doing" } };

        Assert.Equal("open", (string?)(await viewer.PostJsonAsync(Simulate, body).OkAsync())["state"]);
        await (await tenant.WithScopesAsync("issues")).PostJsonAsync(Simulate, body).RefusedAsync(403, "AUTH_FORBIDDEN_SCOPE");
        await other.Admin.PostJsonAsync(Simulate, body).RefusedAsync(404, "WORKFLOW_NOT_FOUND");
    }

    private static string Short(JsonNode? m) =>
        $"{m!["move"]} {m["from"]} {m["allowed"]} {m["state"]} "
        + $"{string.Join(',', m["reasons"]!.AsArray().Select(r => (string?)r!["code"]))}";

    private async Task<Tenant> NewTenantAsync(string flow = Flow)
    {
        var tenant = await server.NewTenantAsync();
        await tenant.Admin.ImportAsync([Packs.File(".kiket/workflows/flow.yaml", flow)], "FLOW").OkAsync();
        return tenant;
    }
}
