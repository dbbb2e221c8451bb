using Kiket.Api.Tests.Actions;
using Kiket.Api.Tests.Infrastructure;
using Kiket.Domain.Users;

namespace Kiket.Api.Tests.Projects;

/// <summary>The roles that a project's definition names, and what their holders may do.</summary>
[Collection("Outbox")]
public sealed class TeamRoleTests(KiketServer server)
{
    private const string Members = "/api/v1/projects/ACT/members";

    private const string Workflow = """
        workflow: { id: main, name: Main }
        states:
          open:
            type: initial
            on_enter: [{ action: notify, recipients: { roles: [qa] }, message: "New: ${issue.title}" }]
          done: { type: final }
        transitions:
          - { from: open, to: done, require_approval: [{ assignment: { type: role, identifier: qa } }] }
        """;

    private const string Project = """
        project:
          key: ACT
          name: Act
          team:
            roles: [{ name: qa, description: Tests }, tech_lead]
        """;

    [Fact]
    public async Task A_member_holds_the_roles_that_the_project_declares_until_others_are_given()
    {
        var tenant = await BoardAsync();
        var (id, _) = await tenant.AddUserAsync(OrganizationRole.Developer);

        var added = await tenant
            .Admin.PostJsonAsync(Members, new { member = new { user_id = id, team_roles = new[] { "QA", "qa", "tech_lead" } } })
            .CreatedAsync();
        var promoted = await tenant.Admin.PostJsonAsync(Members, new { user_id = id, role = "lead" }).OkAsync();
        var other = await tenant.Admin.PostJsonAsync(Members, new { user_id = id, team_roles = new[] { "tech_lead" } }).OkAsync();
        var listed = Assert.Single((await tenant.Admin.GetAsync(Members).OkAsync())["members"]!.AsArray())!;
        var none = await tenant.Admin.PostJsonAsync(Members, new { user_id = id, team_roles = Array.Empty<string>() }).OkAsync();

        Assert.Equal("""["qa","tech_lead"]""", added["team_roles"]!.ToJsonString());
        Assert.Equal(
            ("lead", """["qa","tech_lead"]"""),
            ((string?)promoted["project_role"], promoted["team_roles"]!.ToJsonString())
        );
        Assert.Equal(("lead", """["tech_lead"]"""), ((string?)other["project_role"], other["team_roles"]!.ToJsonString()));
        Assert.Equal(other.ToJsonString(), listed.ToJsonString());
        Assert.Empty(none["team_roles"]!.AsArray());
    }

    [Fact]
    public async Task A_role_that_the_project_does_not_declare_is_refused_and_changes_nothing()
    {
        var tenant = await BoardAsync();
        var (id, _) = await tenant.AddUserAsync(OrganizationRole.Developer);

        var refusal = await tenant
            .Admin.PostJsonAsync(Members, new { user_id = id, team_roles = new[] { "qa", "cook" } })
            .RefusedAsync(422, "VALIDATION_ERROR", "member.team_roles");

        Assert.Equal("The team has no role 'cook'. Known: qa, tech_lead.", (string?)refusal["details"]![0]!["message"]);
        Assert.Empty((await tenant.Admin.GetAsync(Members).OkAsync())["members"]!.AsArray());
    }

    [Fact]
    public async Task Holders_of_a_role_approve_and_are_notified_and_others_are_not()
    {
        var tenant = await BoardAsync();
        var (tester, testing) = await tenant.AddUserAsync(OrganizationRole.Developer);
        var (cook, cooking) = await tenant.AddUserAsync(OrganizationRole.Developer);
        await tenant
            .Admin.PostJsonAsync(
                Members,
                new
                {
                    user_id = tester,
                    role = "viewer",
                    team_roles = new[] { "qa" },
                }
            )
            .CreatedAsync();
        await tenant.Admin.PostJsonAsync(Members, new { user_id = cook, team_roles = new[] { "tech_lead" } }).CreatedAsync();
        await tenant.AddIssueAsync("ACT", "Soup");
        await tenant.RunOutboxAsync();

        await tenant
            .Admin.PostJsonAsync("/api/v1/issues/ACT-1/transition", new { to = "done" })
            .RefusedAsync(422, "WORKFLOW_TRANSITION_GUARD_FAILED");
        var approval = (await tenant.ReadAsync("issues/ACT-1/approvals"))["data"]![0]!["id"];
        await cooking.PostJsonAsync($"/api/v1/issues/ACT-1/approvals/{approval}/approve", new { }).RefusedAsync(403, "FORBIDDEN");
        await testing.PostJsonAsync($"/api/v1/issues/ACT-1/approvals/{approval}/approve", new { }).OkAsync();
        var moved = await tenant.MoveAsync("ACT-1", "done");

        Assert.Equal("done", (string?)moved["status"]);
        var told = (await testing.GetAsync("/api/v1/notifications").OkAsync())["data"]!.AsArray();
        Assert.Equal("New: Soup", (string?)Assert.Single(told)!["message"]);
        Assert.Empty((await cooking.GetAsync("/api/v1/notifications").OkAsync())["data"]!.AsArray());
    }

    private Task<Tenant> BoardAsync() => server.NewBoardAsync(Workflow, (".kiket/project.yaml", Project));
}
