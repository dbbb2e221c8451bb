using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Capacity;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Issues;

/// <summary>Nobody can be an assignee or an approver in a project that they cannot see.</summary>
[Collection("Outbox")]
public sealed class AssigneeTests(KiketServer server)
{
    [Fact]
    public async Task An_issue_of_a_private_project_goes_only_to_those_who_see_it()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync("SECRET", "private");
        var (outsider, client) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var issue = await tenant.AddIssueAsync("SECRET");
        await client.GetAsync($"/api/v1/issues/{issue["id"]}").RefusedAsync(404, "ISSUE_NOT_FOUND");

        var refusal = await tenant
            .Admin.PatchJsonAsync($"/api/v1/issues/{issue["id"]}", new { assignee_id = outsider })
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.assignee_id");
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/issues",
                new
                {
                    project_key = "SECRET",
                    title = "New",
                    assignee_id = outsider,
                }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.assignee_id");
        var reassigned = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/capacity/reassign",
                new { issue_ids = new[] { (long)issue["id"]! }, to_user_id = outsider }
            )
            .RefusedAsync(422, "VALIDATION_ERROR");
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects/SECRET/members", new { user_id = outsider, role = "viewer" })
            .CreatedAsync();
        var given = await tenant.Admin.PatchJsonAsync($"/api/v1/issues/{issue["id"]}", new { assignee_id = outsider }).OkAsync();

        foreach (var message in new[] { (string?)refusal["message"], (string?)reassigned["message"] })
        {
            Assert.Contains("@example.com", message, StringComparison.Ordinal);
            Assert.Contains("cannot see project SECRET", message, StringComparison.Ordinal);
        }

        Assert.Equal(outsider, (long?)given["assignee_id"]);
    }

    [Fact]
    public async Task Somebody_who_has_the_issue_and_sees_it_no_longer_does_not_block_other_changes()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var worker = await tenant.AddWorkerAsync(10, []);
        var issue = await tenant.AssignAsync(worker, 1);
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/LEGAL", new { visibility = "private" }).OkAsync();

        var changed = await tenant
            .Admin.PatchJsonAsync($"/api/v1/issues/{issue}", new { title = "Other", assignee_id = worker })
            .OkAsync();

        Assert.Equal("Other", (string?)changed["title"]);
    }

    [Fact]
    public async Task A_deactivated_user_is_named()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var (gone, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant.Admin.PatchJsonAsync($"/api/v1/users/{gone}", new { deactivated = true }).OkAsync();

        var refusal = await tenant
            .Admin.PostJsonAsync(
                "/api/v1/issues",
                new
                {
                    project_key = "LEGAL",
                    title = "New",
                    assignee_id = gone,
                }
            )
            .RefusedAsync(422, "VALIDATION_ERROR", "issue.assignee_id");

        Assert.EndsWith("is deactivated.", (string?)refusal["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task An_action_that_names_somebody_who_cannot_see_is_skipped_with_the_reason()
    {
        var tenant = await server.NewTenantAsync();
        var (outsider, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "ACT",
                    files = new[]
                    {
                        new
                        {
                            path = ".kiket/workflows/main.yaml",
                            content = $$"""
                            workflow: { id: main, name: Main }
                            states:
                              open:
                                type: initial
                                on_enter:
                                  - { action: assign, to: {{outsider}} }
                                  - { action: update_fields, fields: { assignee_id: {{outsider}} } }
                                  - { action: spawn_issue, title: Child, assignee_id: {{outsider}} }
                              done: { type: final }
                            transitions: [{ from: open, to: done }]
                            """,
                        },
                    },
                }
            )
            .OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/ACT", new { visibility = "private" }).OkAsync();
        await tenant.AddIssueAsync("ACT");

        await tenant.RunOutboxAsync();

        var actions = await tenant.ReadActionsAsync("ACT-1");
        Assert.Equal(3, actions.Count);
        Assert.All(actions, a => Assert.Matches("skipped: .* cannot see project ACT", a));
        Assert.Null((long?)(await tenant.ReadAsync("issues/ACT-1"))["assignee_id"]);
    }

    [Fact]
    public async Task An_approval_that_only_somebody_who_cannot_see_could_give_is_refused()
    {
        var tenant = await server.NewTenantAsync();
        var (outsider, _) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "ACT",
                    files = new[]
                    {
                        new
                        {
                            path = ".kiket/workflows/main.yaml",
                            content = $$"""
                            workflow: { id: main, name: Main }
                            states: { open: { type: initial }, done: { type: final } }
                            transitions: [{ from: open, to: done, require_approval: [{ assignment: { user: {{outsider}} } }] }]
                            """,
                        },
                    },
                }
            )
            .OkAsync();
        await tenant.Admin.PatchJsonAsync("/api/v1/projects/ACT", new { visibility = "private" }).OkAsync();
        await tenant.AddIssueAsync("ACT");

        var refusal = await tenant
            .Admin.PostJsonAsync("/api/v1/issues/ACT-1/transition", new { to = "done" })
            .RefusedAsync(422, "VALIDATION_ERROR");
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects/ACT/members", new { user_id = outsider, role = "member" })
            .CreatedAsync();
        var pending = await tenant
            .Admin.PostJsonAsync("/api/v1/issues/ACT-1/transition", new { to = "done" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");

        Assert.Contains("cannot see project ACT", (string?)refusal["message"], StringComparison.Ordinal);
        Assert.Equal("pending", (string?)pending["status"]);
    }

    [Fact]
    public async Task Work_of_somebody_invited_is_listed_as_pending_and_never_moved_to_them()
    {
        var tenant = await server.NewTenantAsync();
        await tenant.AddProjectAsync();
        var busy = await tenant.AddWorkerAsync(4, ["LEGAL"]);
        var invited = (long)
            (
                await tenant
                    .Admin.PostJsonAsync("/api/v1/users", new { email = "new@example.com", role = "developer" })
                    .CreatedAsync()
            )["id"]!;
        await tenant
            .Admin.PostJsonAsync("/api/v1/projects/LEGAL/members", new { user_id = invited, role = "member" })
            .CreatedAsync();
        await tenant.AssignAsync(invited, 5);
        long[] issues = [await tenant.AssignAsync(busy, 4), await tenant.AssignAsync(busy, 4)];

        var team = await tenant.ReadTeamAsync();
        var plan = await tenant.RecommendAsync();
        var refusal = await tenant
            .Admin.PostJsonAsync("/api/v1/capacity/reassign", new { issue_ids = issues, to_user_id = invited })
            .RefusedAsync(422, "VALIDATION_ERROR");

        Assert.Equal((true, 5m), ((bool)team.Of(invited)["pending"]!, (decimal)team.Of(invited)["assigned"]!));
        Assert.False((bool)team.Of(busy)["pending"]!);
        Assert.Equal(2, (int)team["summary"]!["members"]!);
        Assert.DoesNotContain(invited, plan["data"]!.AsArray().Select(r => (long)r!["to_user"]!["id"]!));
        Assert.Contains("new@example.com", (string?)refusal["message"], StringComparison.Ordinal);
    }

    [Fact]
    public async Task A_state_that_a_new_version_drops_is_listed_while_issues_are_in_it()
    {
        const string workflow =
            "workflow: {id: main, name: Main}\nstates: {open: {type: initial}, done: {type: final}}\ntransitions: "
            + "[{from: open, to: done}]\n";
        var tenant = await server.NewBoardAsync(workflow);
        await tenant.AddIssueAsync("ACT");
        await tenant
            .Admin.PostJsonAsync(
                "/api/v1/definitions/import",
                new
                {
                    project_key = "ACT",
                    files = new[]
                    {
                        new
                        {
                            path = ".kiket/workflows/main.yaml",
                            content = workflow.Replace("open", "started", StringComparison.Ordinal),
                        },
                    },
                }
            )
            .OkAsync();

        var schema = await tenant.ReadAsync("issue_schema?project_id=ACT");

        Assert.Equal(
            [("started", null), ("done", null), ("open", 1)],
            schema["statuses"]!.AsArray().Select(s => ((string?)s!["key"], (int?)s["older_version"]))
        );
    }
}
