using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Actions;

/// <summary>Automations run on the events that they name, after the actions of the workflow, in order and once.</summary>
[Collection("Outbox")]
public sealed class AutomationTests(KiketServer server)
{
    private const string Workflow = """
        workflow: { id: main, name: Main }
        states:
          open: { type: initial, on_enter: [{ action: add_label, label: entered }] }
          doing: { type: active, on_enter: [{ action: add_label, label: started }] }
          done: { type: final }
        transitions: [{ from: open, to: doing }, { from: doing, to: done }]
        """;

    private const string Automations = """
        automations:
          - id: welcome
            trigger: { event: issue.created, conditions: [{ field: priority, equals: high }] }
            actions:
              - { type: add_label, label: "first-${issue.key | downcase}" }
              - { type: add_label, label: never, conditions: [{ field: labels, not_contains: entered }] }
              - { type: notify, recipients: { user: reporter }, message: "Welcome {{issue.title}}" }
              - { type: ai_action, agent: ai.x }
          - id: second
            trigger: issue.created
            actions: [{ type: add_label, label: second }]
          - id: off
            enabled: false
            trigger: issue.created
            actions: [{ type: add_label, label: off }]
          - id: moved
            trigger: { event: issue.transitioned, conditions: [{ field: from_status, equals: open },
                { field: to_status, equals: doing }] }
            actions: [{ type: set_field, field: custom_fields.moved, value: true }]
          - id: edited
            trigger: { event: issue.updated, conditions: [{ field: changed_fields, contains: priority }] }
            actions: [{ type: add_label, label: "now-{{issue.priority}}" }]
          - id: talked
            trigger: issue.commented
            actions: [{ type: add_label, label: talked }]
          - id: late
            trigger: { event: schedule, cron: "0 9 * * *" }
            actions: [{ type: add_label, label: late }]
        """;

    [Fact]
    public async Task They_run_after_the_hooks_in_the_order_of_their_file_and_leave_their_names_in_the_history()
    {
        var tenant = await BoardAsync();
        await tenant.AddIssueAsync("ACT", "Soup", new { priority = "high" });

        await tenant.RunOutboxAsync();
        await tenant.RunOutboxAsync();

        Assert.Equal(
            ["entered", "first-act-1", "second"],
            (await tenant.ReadAsync("issues/ACT-1"))["labels"]!.AsArray().Select(l => (string?)l)
        );
        Assert.Equal(
            [
                "on_enter.open.add_label done: Labelled entered.",
                "automation.welcome.add_label done: Labelled first-act-1.",
                "automation.welcome.add_label skipped: Its conditions are not met.",
                "automation.welcome.notify done: 1 notified.",
                "automation.welcome.ai_action skipped: AI actions are not supported.",
                "automation.second.add_label done: Labelled second.",
            ],
            await tenant.ReadActionsAsync("ACT-1")
        );
        Assert.Equal(
            "Welcome Soup",
            (string?)Assert.Single((await tenant.ReadAsync("notifications"))["data"]!.AsArray())!["message"]
        );
    }

    [Fact]
    public async Task They_run_only_on_their_events_and_while_their_conditions_hold()
    {
        var tenant = await BoardAsync();
        await tenant.AddIssueAsync("ACT");
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { title = "Another" }).OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { priority = "low" }).OkAsync();
        await tenant.MoveAsync("ACT-1", "doing");
        await tenant.MoveAsync("ACT-1", "done");
        await tenant.Admin.PostJsonAsync("/api/v1/issues/ACT-1/comments", new { body = "Hm" }).CreatedAsync();

        await tenant.RunOutboxAsync();

        Assert.Equal(
            [
                "automation.second.add_label done: Labelled second.",
                "automation.edited.add_label done: Labelled now-low.",
                "automation.moved.set_field done: Set custom_fields.moved.",
                "automation.talked.add_label done: Labelled talked.",
            ],
            (await tenant.ReadActionsAsync("ACT-1")).Where(a => a.StartsWith("automation", StringComparison.Ordinal))
        );
        Assert.True((bool?)(await tenant.ReadAsync("issues/ACT-1"))["custom_fields"]!["moved"]);
    }

    [Fact]
    public async Task A_recipe_of_a_workflow_runs_for_its_issues_only()
    {
        var tenant = await server.NewBoardAsync(
            Workflow,
            (".kiket/workflows/other.yaml", "workflow: other\nstates: [open, done]\ntransitions: [{from: open, to: done}]\n"),
            (
                ".kiket/workflows/other/automation_recipes/hello.yaml",
                "recipe: {key: hello, trigger: issue.created, actions: [{type: add_label, label: other}]}\n"
            ),
            (".kiket/issue_types.yaml", "issue_types: [{key: task}, {key: bug, workflow: other}]\n")
        );
        await tenant.AddIssueAsync("ACT", fields: new { issue_type = "task" });
        await tenant.AddIssueAsync("ACT", fields: new { issue_type = "bug" });

        await tenant.RunOutboxAsync();

        Assert.DoesNotContain(
            "automation.hello",
            string.Join(' ', await tenant.ReadActionsAsync("ACT-1")),
            StringComparison.Ordinal
        );
        Assert.Equal("automation.hello.add_label done: Labelled other.", Assert.Single(await tenant.ReadActionsAsync("ACT-2")));
    }

    [Fact]
    public async Task Automations_that_trigger_each_other_are_cut_at_ten_levels_and_say_so()
    {
        var tenant = await server.NewBoardAsync(
            Workflow,
            (
                ".kiket/automations/loop.yaml",
                """
                automations:
                  - { id: ping, trigger: { event: issue.updated,
                      conditions: [{ field: changed_fields, contains: custom_fields.side },
                      { field: custom_fields.side, equals: ping }] },
                      actions: [{ type: set_field, field: custom_fields.side, value: pong }] }
                  - { id: pong, trigger: { event: issue.updated,
                      conditions: [{ field: changed_fields, contains: custom_fields.side },
                      { field: custom_fields.side, equals: pong }] },
                      actions: [{ type: set_field, field: custom_fields.side, value: ping }] }
                """
            )
        );
        await tenant.AddIssueAsync("ACT");
        await tenant.Admin.PatchJsonAsync("/api/v1/issues/ACT-1", new { custom_fields = new { side = "ping" } }).OkAsync();

        await tenant.RunOutboxAsync();

        var ran = (await tenant.ReadActionsAsync("ACT-1"))
            .Where(a => a.StartsWith("automation", StringComparison.Ordinal))
            .ToList();
        Assert.Equal(10, ran.Count(a => a.Contains("done", StringComparison.Ordinal)));
        Assert.Contains("skipped: Not run: 10 events", ran[^1], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_import_says_which_automations_changed_and_which_never_run()
    {
        var tenant = await BoardAsync();

        var again = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "ACT",
                    files = new[]
                    {
                        new
                        {
                            path = ".kiket/automations/a.yaml",
                            content = Automations.Replace("label: second", "label: other", StringComparison.Ordinal),
                        },
                    },
                }
            )
            .OkAsync();

        Assert.Contains("automation second", again["changed"]!.AsArray().Select(c => (string?)c));
        Assert.Contains("automation welcome", again["unchanged"]!.AsArray().Select(c => (string?)c));
        var warnings = (await tenant.ReadAsync("definitions?project=ACT"))["data"]!
            .AsArray()
            .SelectMany(d => d!["warnings"]!.AsArray())
            .Select(w => (string?)w!["message"]);
        Assert.Contains("The automation late is kept but never runs: this server has no events 'schedule'.", warnings);
    }

    private Task<Tenant> BoardAsync() => server.NewBoardAsync(Workflow, (".kiket/automations/a.yaml", Automations));
}
