using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Actions;

/// <summary>What the actions of a workflow do, and how they report what they cannot do.</summary>
[Collection("Outbox")]
public sealed class ActionTests(KiketServer server)
{
    [Fact]
    public async Task A_move_runs_what_the_old_state_leaves_and_the_new_one_begins_in_order_and_once()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states:
              open:
                type: initial
                on_enter: [{ action: add_label, label: born }]
                on_exit: [{ action: add_label, label: left }]
              doing:
                type: active
                on_enter: [{ action: add_labels, labels: [entered, "p-${issue.priority}"] }]
                on_complete: [{ action: add_label, label: completed }]
              done: { type: final }
            transitions:
              - { from: open, to: doing }
              - { from: doing, to: done }
            """
        );
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");

        await tenant.RunOutboxAsync();
        await tenant.RunOutboxAsync();

        var issue = await tenant.ReadAsync("issues/ACT-1");
        Assert.Equal(["born", "left", "entered", "p-medium", "completed"], issue["labels"]!.AsArray().Select(l => (string?)l));
        Assert.Equal(
            [
                "on_enter.open.add_label done: Labelled born.",
                "on_exit.open.add_label done: Labelled left.",
                "on_enter.doing.add_labels done: Labelled entered, p-medium.",
                "on_complete.doing.add_label done: Labelled completed.",
            ],
            await tenant.ReadActionsAsync("ACT-1")
        );
        Assert.Empty(await tenant.ReadWaitingAsync());
        var author = (await tenant.ReadAsync("issues/ACT-1/history"))["data"]!
            .AsArray()
            .Last(e => (string?)e!["action"] == "action_run")!["actor"]!;
        Assert.Equal("Kiket", (string?)author["name"]);
        Assert.DoesNotContain("Kiket", (await tenant.ReadAsync("users"))["users"]!.AsArray().Select(u => (string?)u!["name"]));
        await tenant.Admin.GetAsync($"/api/v1/users/{author["id"]}").RefusedAsync(404, "USER_NOT_FOUND");
    }

    [Fact]
    public async Task A_state_with_an_open_checklist_is_not_complete()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states:
              open: { type: initial }
              doing:
                type: active
                checklist: { id: c, items: [{ id: i, label: I, check_type: manual, required: true }] }
                on_complete: [{ action: add_label, label: completed }]
            transitions: [{ from: open, to: doing }]
            """
        );
        await tenant.AddIssueAsync("ACT");
        await tenant.MoveAsync("ACT-1", "doing");

        await tenant.RunOutboxAsync();

        Assert.Empty(await tenant.ReadActionsAsync("ACT-1"));
    }

    [Fact]
    public async Task Fields_assignees_moves_and_new_issues_follow_the_rules_that_people_follow()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states:
              open:
                type: initial
                on_enter:
                  - { action: assign, to: reporter }
                  - { action: assign, to: oncall, field: custom_fields.commander }
                  - { action: auto_assign, strategy: round_robin, team: support }
                  - { action: update_fields, fields: { priority: high, custom_fields.area: "a ${issue.key | downcase}",
                      story_points: 3 } }
                  - { action: set_field, field: priority, value: enormous }
                  - { action: spawn_issue, title: "Follow {{issue.key}}: {{ issue.title }}", issue_type: Task,
                      assignee: assignee }
                  - { action: transition, to: done }
                  - { action: set_field, field: status, value: doing }
              doing: { type: active }
              done: { type: final }
            transitions: [{ from: open, to: doing }, { from: doing, to: done }]
            """
        );
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await developer
            .PostJsonAsync("/api/v1/issues", new { project_key = "ACT", issue = new { title = "First" } })
            .CreatedAsync();
        // The spawned issue begins in the same state and spawns another one, up to ten levels deep.
        await tenant.RunOutboxAsync();

        var issue = await tenant.ReadAsync("issues/ACT-1");
        var spawned = await tenant.ReadAsync("issues/ACT-2");
        Assert.Equal(
            ("doing", "high", "a act-1"),
            ((string?)issue["status"], (string?)issue["priority"], (string?)issue["custom_fields"]!["area"])
        );
        Assert.Equal(("Follow ACT-1: First", "Task"), ((string?)spawned["title"], (string?)spawned["issue_type"]));
        var ran = await tenant.ReadActionsAsync("ACT-1");
        Assert.Equal(
            [
                "on_enter.open.assign done: Assigned to reporter.",
                "on_enter.open.assign skipped: Nobody found for oncall.",
                "on_enter.open.auto_assign skipped: The strategy 'round_robin' is not supported.",
            ],
            ran[..3]
        );
        Assert.StartsWith("on_enter.open.update_fields done", ran[3], StringComparison.Ordinal);
        Assert.Equal("on_enter.open.set_field failed: 'enormous' is not a valid priority.", ran[4]);
        Assert.Equal("on_enter.open.spawn_issue done: Opened ACT-2.", ran[5]);
        Assert.StartsWith("on_enter.open.transition failed", ran[6], StringComparison.Ordinal);
        Assert.Equal("on_enter.open.set_field done: Moved to doing.", ran[7]);
    }

    [Fact]
    public async Task Issues_that_open_each_other_are_cut_at_ten_levels_and_the_last_one_says_so()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states: { open: { type: initial, on_enter: [{ action: spawn_issue, title: Again }] } }
            transitions: []
            """
        );
        await tenant.AddIssueAsync("ACT");

        await tenant.RunOutboxAsync();

        Assert.Equal(11, (int?)(await tenant.ReadAsync("issues?project=ACT"))["meta"]!["total"]);
        Assert.StartsWith(
            "on_enter.open.spawn_issue skipped: Not run: 10 events",
            Assert.Single(await tenant.ReadActionsAsync("ACT-11")),
            StringComparison.Ordinal
        );
    }

    [Fact]
    public async Task What_cannot_be_done_here_is_recorded_with_its_reason_and_stops_nothing()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states:
              open:
                type: initial
                on_enter:
                  - { action: ai_analyze, agent: ai.x }
                  - { action: webhook, url: "${env.NOT_SET}" }
                  - { action: "ext:slack.post" }
                  - { action: dance }
                  - { action: notify, message: "hello" }
                  - { action: add_label, label: after }
            transitions: []
            """
        );
        await tenant.AddIssueAsync("ACT");

        await tenant.RunOutboxAsync();

        var ran = await tenant.ReadActionsAsync("ACT-1");
        Assert.Equal(
            ["skipped", "skipped", "skipped", "skipped", "skipped", "done"],
            ran.Select(r => r.Split(' ')[1].TrimEnd(':'))
        );
        Assert.Equal("on_enter.open.dance skipped: The action 'dance' is not supported.", ran[3]);
    }

    [Fact]
    public async Task Notifications_reach_those_who_are_named_and_can_see_the_issue_and_only_they_read_them()
    {
        var tenant = await server.NewBoardAsync(
            """
            workflow: { id: main, name: Main }
            states:
              open:
                type: initial
                on_enter:
                  - action: notify
                    recipients: { user: assignee, roles: [project_manager, oncall],
                        fields: [reporter, custom_fields.customer_email] }
                    message: "${issue.key}: {{issue.title}} ({{ issue.custom_fields.customer_email }}) ${env.HOME}"
                    level: critical
            transitions: []
            """
        );
        var other = await server.NewTenantAsync();
        var (_, manager) = await tenant.AddUserAsync(OrganizationRole.ProjectManager, "projects", "notifications");
        var (_, developer) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.AddIssueAsync(
            "ACT",
            "{{7 | plus: 1}} ${issue.id} \"quoted\"",
            new { custom_fields = new { customer_email = "nobody@example.org" } }
        );
        const string Notifications = "/api/v1/notifications";

        await tenant.RunOutboxAsync();

        var notification = Assert.Single((await manager.GetAsync($"{Notifications}?unread=true").OkAsync())["data"]!.AsArray())!;
        Assert.Equal("ACT-1: {{7 | plus: 1}} ${issue.id} \"quoted\" (nobody@example.org)", (string?)notification["message"]);
        Assert.Equal(("critical", "ACT-1"), ((string?)notification["level"], (string?)notification["issue"]!["key"]));
        Assert.Equal(1, (int?)(await tenant.Admin.GetAsync(Notifications).OkAsync())["meta"]!["total"]);
        Assert.Equal(0, (int?)(await developer.GetAsync(Notifications).OkAsync())["meta"]!["total"]);
        Assert.Contains(
            "Nobody found for assignee, custom_fields.customer_email, role oncall.",
            Assert.Single(await tenant.ReadActionsAsync("ACT-1")),
            StringComparison.Ordinal
        );

        var path = $"{Notifications}/{notification["id"]}";
        await tenant.Admin.PatchJsonAsync(path, new { read = true }).RefusedAsync(404, "NOTIFICATION_NOT_FOUND");
        await other.Admin.PatchJsonAsync(path, new { read = true }).RefusedAsync(404, "NOTIFICATION_NOT_FOUND");
        await manager.PatchJsonAsync(path, new { }).RefusedAsync(422, "VALIDATION_ERROR", "notification.read");
        Assert.NotNull((await manager.PatchJsonAsync(path, new { read = true }).OkAsync())["read_at"]);
        Assert.Empty((await manager.GetAsync($"{Notifications}?unread=true").OkAsync())["data"]!.AsArray());
        Assert.Null((await manager.PatchJsonAsync(path, new { read = false }).OkAsync())["read_at"]);
        Assert.True((bool?)(await manager.PostJsonAsync($"{Notifications}/read_all", new { }).OkAsync())["success"]);
        Assert.Single((await manager.GetAsync($"{Notifications}?unread=false").OkAsync())["data"]!.AsArray());
        Assert.Single((await tenant.Admin.GetAsync($"{Notifications}?unread=true").OkAsync())["data"]!.AsArray());
    }
}
