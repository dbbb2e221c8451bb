using System;
using System.Collections.Generic;
using System.Linq;
using System.Net.Http;
using System.Net.Http.Headers;
using System.Text.Json;
using System.Text.Json.Nodes;
using System.Text.Json.Serialization;
using System.Threading.Tasks;

namespace Kiket.Client;

public partial class KiketClient
{
    /// <summary>Whether requests omit null members, so that nothing is emptied.</summary>
    public bool LeavesNullOut
    {
        init => _instanceSettings = value ? new() { DefaultIgnoreCondition = JsonIgnoreCondition.WhenWritingNull } : null!;
    }
}

/// <summary>
/// A program that uses the generated client, area by area. It is not part of the tests' assembly: they compile it with the
/// client.
/// </summary>
public sealed class ClientProgram
{
    private const string Workflow = """
        workflow: { id: main, name: Main }
        states:
          open: { type: initial, sla: { warning: 30m, breach: 1h } }
          testing: { type: active, checklist: { id: tests, items: [{ id: looked, check_type: manual }] } }
          done: { type: final }
        transitions:
          - { from: open, to: testing }
          - { from: testing, to: done, require_approval: [{ assignment: { type: user, identifier: admin@example.com } }] }
        """;

    private const string HelperId = "com.example.helper";
    private const string ShopId = "com.example.shop";

    private readonly HttpClient http;
    private readonly string receiver;
    private readonly KiketClient client; // writes every member
    private readonly KiketClient patching; // leaves out what is null
    private readonly List<string> differences = [];

    private ClientProgram(HttpClient http, string receiver)
    {
        this.http = http;
        this.receiver = receiver;
        client = ClientOf(http);
        patching = new(http) { ReadResponseAsString = true, LeavesNullOut = true };
    }

    /// <param name="http">A client of an administrator.</param>
    /// <param name="receiver">An address that accepts webhooks.</param>
    /// <returns>The values that are not stored as intended.</returns>
    public static async Task<List<string>> RunAsync(HttpClient http, string receiver)
    {
        var program = new ClientProgram(http, receiver);
        await program.WorkInProjectsAsync();
        var milestone = await program.PlanMilestonesAsync();
        var issue = await program.WriteIssuesAsync(milestone);
        await program.ListIssuesAsync(milestone, issue);
        await program.MoveIssuesAsync();
        await program.CommentAsync();
        var colleague = await program.InviteAsync();
        await program.ConfigureAsync();
        await program.ManageTokensAsync();
        await program.BalanceAsync(issue);
        await program.ImportDefinitionsAsync();
        await program.PublishWorkflowsAsync();
        await program.ApproveAndCheckAsync(colleague);
        await program.WatchServiceLevelsAsync();
        await program.ReadNotificationsAndEventsAsync();
        await program.KeepRecordsAsync();
        var extension = await program.InstallAsync();
        await program.KeepSecretsAsync();
        await program.WorkAsExtensionAsync(extension);
        await program.StoreAsync(extension);
        await program.SubscribeAsync(extension);
        await program.ReportAsync(extension);
        await program.RotateAndUninstallAsync();
        return program.differences;
    }

    private async Task WorkInProjectsAsync()
    {
        var project = await client.CreateProjectAsync(
            new()
            {
                Project = new() { Name = "Newsroom", Project_key = "NEWS" },
            }
        );
        Same("visibility of a project by default", ProjectVisibility.Private, project.Visibility);
        Same("status of a project by default", ProjectStatus.Active, project.Status);
        project = await client.UpdateProjectAsync(
            "NEWS",
            new()
            {
                Project = new()
                {
                    Description = "All of it",
                    Start_date = Day(1),
                    End_date = Day(31),
                    Settings = new Dictionary<string, object> { ["color"] = "red" },
                    Workflow_auto_boards = true,
                },
            }
        );
        Same("name after a change of the description", "Newsroom", project.Name);
        Same("status after a change of the description", ProjectStatus.Active, project.Status);
        Same("visibility after a change of the description", ProjectVisibility.Private, project.Visibility);
        Same("start", Day(1), project.Start_date);
        Same("setting", "red", $"{project.Settings["color"]}");
        var renamed = await patching.UpdateProjectAsync("NEWS", new() { Project = new() { Name = "News" } });
        Others("project", project, renamed, "name");
        Others("project read back", renamed, await client.GetProjectAsync("NEWS"));
        Same(
            "projects",
            "NEWS",
            (await client.ListProjectsAsync(search: "news", visibility: "private")).Data.Single().Project_key
        );
    }

    private async Task<Milestone> PlanMilestonesAsync()
    {
        var milestone = await client.CreateMilestoneAsync(
            "NEWS",
            new()
            {
                Milestone = new() { Name = "Spring", Version = "1.0" },
            }
        );
        Same("status of a milestone by default", MilestoneStatus.Planning, milestone.Status);
        var active = await client.UpdateMilestoneAsync(
            "NEWS",
            milestone.Id,
            new()
            {
                Milestone = new() { Status = MilestoneStatus.Active, Version = "1.1" },
            }
        );
        Others("milestone", milestone, active, "status", "version");
        var due = await patching.UpdateMilestoneAsync(
            "NEWS",
            milestone.Id,
            new() { Milestone = new() { Target_date = Day(31) } }
        );
        Others("milestone", active, due, "target_date", "overdue", "days_remaining");
        Same("target of a milestone", Day(31), (await client.GetMilestoneAsync("NEWS", milestone.Id)).Target_date);
        Same(
            "active milestones",
            milestone.Id,
            (await client.ListMilestonesAsync("NEWS", status: "active")).Milestones.Single().Id
        );
        var mistake = await client.CreateMilestoneAsync("NEWS", new() { Milestone = new() { Name = "Mistake" } });
        await client.DeleteMilestoneAsync("NEWS", mistake.Id);
        Same("milestones after a deletion", 1, (await client.ListMilestonesAsync("NEWS")).Meta.Total);
        return due;
    }

    private async Task<Issue> WriteIssuesAsync(Milestone milestone)
    {
        var plain = await client.CreateIssueAsync(
            new()
            {
                Project_key = "NEWS",
                Issue = new() { Title = "Only a title" },
            }
        );
        Same("priority by default", IssuePriority.Medium, plain.Priority);
        Same("project", "NEWS", plain.Project_key);
        Same("labels by default", 0, plain.Labels.Count);
        Same("assignee by default", null, plain.Assignee_id);

        var me = await client.GetCurrentUserAsync();
        var parent = await client.CreateIssueAsync(
            new()
            {
                Issue = new()
                {
                    Project_key = "NEWS",
                    Title = "The whole",
                    Issue_type = "epic",
                },
            }
        );
        var full = await client.CreateIssueAsync(
            new()
            {
                Project_key = "NEWS",
                Issue = new()
                {
                    Title = "Everything",
                    Description = "All of it",
                    Issue_type = "bug",
                    Priority = IssuePriority.Lowest,
                    Labels = ["a", "b"],
                    Custom_fields = new Dictionary<string, object> { ["severity"] = "high" },
                    Assigned_to = me.Id,
                    Parent_id = parent.Id,
                    Milestone_id = milestone.Id,
                    Story_points = 2.5m,
                    Due_date = Day(31),
                },
            }
        );
        Same("lowest priority", IssuePriority.Lowest, full.Priority);
        Same("issue type", "Bug", full.Issue_type);
        Same("labels", "a, b", string.Join(", ", full.Labels));
        Same("custom field", "high", $"{full.Custom_fields["severity"]}");
        Same("assignee under its other name", me.Id, full.Assignee_id);
        Same("parent", parent.Key, full.Parent_key);
        Same("milestone", milestone.Id, full.Milestone_id);
        Same("points", 2.5m, full.Story_points);
        Same("due date", Day(31), full.Due_date);

        var renamed = await patching.UpdateIssueAsync(full.Key, new() { Issue = new() { Title = "Renamed" } });
        Same("title", "Renamed", renamed.Title);
        Others("issue", full, renamed, "title");
        Others("issue read back", renamed, await client.GetIssueAsync(full.Key));

        // A client that writes every member empties what can be empty, and nothing else.
        var emptied = await client.UpdateIssueAsync(plain.Key, new() { Issue = new() { Title = "Only another title" } });
        Others("issue with nothing to empty", plain, emptied, "title");
        return renamed;
    }

    private async Task ListIssuesAsync(Milestone milestone, Issue issue)
    {
        async Task FoundAsync(string by, Task<IssueDataPage> list) =>
            Same($"issues by {by}", issue.Key, string.Join(", ", (await list).Data.Select(i => i.Key)));
        var (before, after) = ("2020-01-01", "2100-01-01T00:00:00Z");

        await FoundAsync("assignee", client.ListIssuesAsync(project: "NEWS", assignee: "me"));
        await FoundAsync("assignee_id", client.ListIssuesAsync(project_key: "NEWS", assignee_id: $"{issue.Assignee_id}"));
        await FoundAsync(
            "assigned_to",
            client.ListIssuesAsync(project_id: $"{issue.Project_id}", assigned_to: $"{issue.Assignee_id}")
        );
        await FoundAsync("labels", client.ListIssuesAsync(label: ["a", "b"]));
        await FoundAsync("type", client.ListIssuesAsync(issue_type: "bug"));
        await FoundAsync("priority", client.ListIssuesAsync(priority: "lowest"));
        await FoundAsync("milestone", client.ListIssuesAsync(milestone_id: $"{milestone.Id}"));
        await FoundAsync("parent", client.ListIssuesAsync(parent_id: $"{issue.Parent_id}"));
        await FoundAsync("text", client.ListIssuesAsync(search: "renamed"));
        await FoundAsync("due date", client.ListIssuesAsync(due_after: "2026-03-31", due_before: "2026-04-01"));
        await FoundAsync(
            "times",
            client.ListIssuesAsync(
                priority: "lowest",
                created_after: before,
                created_before: after,
                updated_after: before,
                updated_before: after
            )
        );
        await FoundAsync(
            "pages",
            client.ListIssuesAsync(project: "NEWS", status: issue.Status, sort: "id desc", page: 1, per_page: 1)
        );

        var second = await client.ListIssuesAsync(project: "NEWS", sort: "id desc", page: 2, per_page: 1);
        Same("issues of the second page", issue.Parent_key, second.Data.Single().Key);
        Same("second page", (3, 2, 3, 1), (second.Meta.Total, second.Meta.Page, second.Meta.Total_pages, second.Meta.Per_page));
        Same("issues in breach", 0, (await client.ListIssuesAsync(sla: "breached")).Meta.Total);
    }

    private async Task MoveIssuesAsync()
    {
        var ways = await client.ListIssueTransitionsAsync("NEWS-1");
        Same("a way out", true, ways.Transitions.Single(t => t.To == "in_progress").Allowed);
        var moved = await client.TransitionIssueAsync(
            "NEWS-1",
            new()
            {
                Transition = new() { State = "in_progress" },
                Comment = "Off we go",
            }
        );
        Same("state", "in_progress", moved.Status);
        var history = await client.ListIssueHistoryAsync("NEWS-1");
        Same("comment beside the wrapper", "Off we go", history.Data.Last().Comment);
        Same("issues in a state", 1, (await client.ListIssuesAsync(project: "NEWS", status: "in_progress")).Meta.Total);
    }

    private async Task CommentAsync()
    {
        var comment = await client.CreateCommentAsync("NEWS-1", new() { Comment = new() { Body = "So it iz." } });
        var changed = await client.UpdateCommentAsync("NEWS-1", comment.Id, new() { Comment = new() { Body = "So it is." } });
        Others("comment", comment, changed, "body");
        Same("comment", "So it is.", (await client.ListCommentsAsync("NEWS-1")).Comments.Single().Body);
        await client.DeleteCommentAsync("NEWS-1", comment.Id);
        Same("comments after a deletion", 0, (await client.ListCommentsAsync("NEWS-1")).Meta.Total);
    }

    /// <returns>The client of another user.</returns>
    private async Task<KiketClient> InviteAsync()
    {
        var invited = await client.InviteUserAsync(
            new()
            {
                User = new() { Email = "new@example.com", Role = OrganizationRole.Project_manager },
            }
        );
        Same("role of an invited user", OrganizationRole.Project_manager, invited.Role);
        var accepted = await client.AcceptInvitationAsync(
            new()
            {
                Invitation = new() { Token = invited.Invitation_token, Name = "Grace" },
            }
        );
        Same("name that an invited user takes", "Grace", accepted.User.Name);

        var user = await client.UpdateUserAsync(
            invited.Id,
            new()
            {
                User = new()
                {
                    Capacity = 8,
                    Expertise_tags = ["law"],
                    Days_off = [new() { From = Day(1), To = Day(5) }],
                },
            }
        );
        Others("user", accepted.User, user, "capacity", "expertise_tags", "days_off");
        Same("capacity", 8m, user.Capacity);
        Same("day off", Day(5), user.Days_off.Single().To);
        var demoted = await patching.UpdateUserAsync(invited.Id, new() { User = new() { Role = OrganizationRole.Developer } });
        Others("user", user, demoted, "role");
        Others("user read back", demoted, await client.GetUserAsync(invited.Id));
        Same("users of a role", invited.Id, (await client.ListUsersAsync(role: "developer")).Users.Single().Id);

        var member = await client.SetMemberAsync("NEWS", new() { Member = new() { User_id = invited.Id } });
        Same("role of a member by default", ProjectRole.Member, member.Project_role);
        await client.SetMemberAsync(
            "NEWS",
            new()
            {
                Member = new() { User_id = invited.Id, Role = ProjectRole.Lead },
            }
        );
        Same(
            "role of a member",
            ProjectRole.Lead,
            (await client.ListMembersAsync("NEWS")).Members.Single(m => m.Id == invited.Id).Project_role
        );
        return ClientOf(WithHeader("Authorization", $"Bearer {accepted.Token}"));
    }

    private async Task ConfigureAsync()
    {
        var before = await client.GetOrganizationSettingsAsync();
        var settings = await patching.UpdateOrganizationSettingsAsync(new() { Settings = new() { Member_wip_limit = 3 } });
        Others("settings", before, settings, "member_wip_limit");
        var more = await client.UpdateOrganizationSettingsAsync(
            new()
            {
                Settings = new()
                {
                    Member_wip_limit = 3,
                    Hours = new() { Monday = [new() { From = "08:00", To = "16:00" }] },
                    Holidays = [new() { Date = Day(6), Name = "Epiphany" }],
                    Story_points = new Dictionary<string, decimal> { ["bug"] = 2 },
                },
            }
        );
        Others("settings", settings, more, "hours", "holidays", "story_points");
        var read = await client.GetOrganizationSettingsAsync();
        Same("working hours", "08:00", read.Hours.Monday.Single().From);
        Same("hours of a day that is left out", 0, read.Hours.Tuesday.Count);
        Same("holiday", (Day(6), "Epiphany"), (read.Holidays.Single().Date, read.Holidays.Single().Name));
        Same("points of a type", 2m, read.Story_points["bug"]);
    }

    private async Task ManageTokensAsync()
    {
        var token = await client.CreatePersonalAccessTokenAsync(new() { Personal_access_token = new() { Name = "test" } });
        Same("name of a token", "test", token.Name);
        Same("end of a token by default", null, token.Expires_at);
        await client.RevokePersonalAccessTokenAsync(token.Id);
        var expires = new DateTimeOffset(2099, 1, 1, 12, 0, 0, TimeSpan.Zero);
        var workspace = await client.CreateWorkspaceApiTokenAsync(
            new()
            {
                Workspace_api_token = new()
                {
                    Name = "CI",
                    Scopes = ["issues:read"],
                    Expires_at = expires,
                    Rate_limit_requests = 5,
                    Rate_limit_window = 60,
                },
            }
        );
        Same("end of a token", expires, workspace.Expires_at);
        Same(
            "limit of a token",
            5,
            (await ClientOf(WithHeader("Authorization", $"Bearer {workspace.Token1}")).GetRateLimitAsync()).Rate_limit.Limit
        );
        Same(
            "scopes of a token",
            "issues:read",
            (await client.ListWorkspaceApiTokensAsync()).Workspace_api_tokens.Single(t => t.Id == workspace.Id).Scopes.Single()
        );
        await client.RevokeWorkspaceApiTokenAsync(workspace.Id);
    }

    private async Task BalanceAsync(Issue issue)
    {
        var team = await client.GetTeamCapacityAsync(project: "NEWS", weeks: 2);
        var member = team.Data.Single(m => m.User.Id == issue.Assignee_id);
        Same("assigned points", issue.Story_points, member.Assigned);
        Same("weeks ahead", 2, member.Heatmap.Count);
        var plan = await client.ListRecommendationsAsync(project_key: "NEWS", limit: 5);
        Same("recommendations and their total", plan.Data.Count, plan.Meta.Total);
        var rehearsed = await client.ReassignIssuesAsync(
            new()
            {
                Reassign = new()
                {
                    Issue_ids = [issue.Id],
                    To_user_id = issue.Assignee_id,
                    Dry_run = true,
                },
            }
        );
        Same("rehearsal", true, rehearsed.Dry_run);
        Same("version after a rehearsal", issue.Version, (await client.GetIssueAsync(issue.Key)).Version);
    }

    private async Task ImportDefinitionsAsync()
    {
        var project = new DefinitionFileBody { Path = ".kiket/project.yaml", Content = "project: { key: ACT, name: Act }\n" };
        var workflow = new DefinitionFileBody { Path = ".kiket/workflows/main.yaml", Content = Workflow };
        var rehearsed = await client.ImportDefinitionsAsync(
            new()
            {
                Definitions = new() { Files = [project, workflow], Dry_run = true },
            }
        );
        Same("rehearsal of an import", (true, (long?)null), (rehearsed.Dry_run, rehearsed.Project.Id));
        var imported = await client.ImportDefinitionsAsync(new() { Definitions = new() { Files = [project, workflow] } });
        Same("project of an import", "ACT", imported.Project.Key);
        Same("imported workflow", true, imported.Created.Contains("workflow main"));
        var definitions = await client.ListDefinitionsAsync(project: "ACT");
        Same("source of a definition", "api", definitions.Data.Single(d => d.Path == workflow.Path).Source);
    }

    private async Task PublishWorkflowsAsync()
    {
        var longer = Workflow.Replace("name: Main", "name: Longer", StringComparison.Ordinal);
        Same(
            "valid workflow",
            true,
            (await client.ValidateWorkflowAsync(new() { Workflow = new() { Yaml = longer } }, project: "ACT")).Valid
        );
        var fault = (
            await client.ValidateWorkflowAsync(new() { Workflow = new() { Yaml = "workflow: main\nstates: 5\n" } })
        ).Errors.First();
        Same("line of a fault", 2, fault.Line);

        var published = await client.PutWorkflowAsync("main", new() { Workflow = new() { Yaml = longer } }, project: "ACT");
        Same("version of a workflow", 2, published.Workflow.Version);
        var read = await client.GetWorkflowAsync("main", project: "ACT");
        Same("name of a workflow", "Longer", read.Name);
        Same("source of a workflow", longer, read.Source);
        Same("limit of a state", "PT1H", read.States.First().Sla.Single().Breach);
        Same("type of a state", StateType.Final, read.States.Last().Type);
        Same(
            "category of a state",
            StateCategory.In_progress,
            (await client.GetWorkflowAsync("default", project: "NEWS")).States.ElementAt(1).Category
        );
        Same("approver of a transition", 1, read.Transitions.Last().Approvals.Count);
        Same("first version", "Main", (await client.GetWorkflowAsync("main", version: 1, project: "ACT")).Name);
        Same(
            "states of a listed workflow",
            3,
            (await client.ListWorkflowsAsync(project: "ACT")).Data.Single(w => w.Key == "main").States_count
        );

        var simulated = await client.SimulateWorkflowAsync(
            "main",
            new()
            {
                Simulation = new()
                {
                    Moves = ["testing", "open"],
                    Issue = new Dictionary<string, object> { ["title"] = "Imagined" },
                },
            },
            project: "ACT"
        );
        Same("simulated moves", "True, False", string.Join(", ", simulated.Moves.Select(m => m.Allowed)));
        Same("simulated state", "testing", simulated.State);
        var migrated = await client.MigrateWorkflowAsync("main", new() { Migration = new() { Dry_run = true } }, project: "ACT");
        Same("rehearsal of a migration", (2, true), (migrated.To_version, migrated.Dry_run));
    }

    private async Task ApproveAndCheckAsync(KiketClient colleague)
    {
        var issue = await client.CreateIssueAsync(
            new()
            {
                Issue = new() { Project_id = "ACT", Title = "To approve" },
            }
        );
        await client.TransitionIssueAsync(issue.Key, new() { Transition = new() { To = "testing" } });
        var me = await client.GetCurrentUserAsync();
        var checklists = await client.CheckItemAsync(issue.Key, "looked", new() { Item = new() { Checked = true } });
        var item = (await client.ListChecklistsAsync(issue.Key)).Checklists.Single().Items.Single();
        Same("checked item", (true, (long?)me.Id), (item.Checked, item.Checked_by?.Id));
        Same("complete checklist", true, checklists.Checklists.Single().Complete);

        try
        {
            await colleague.TransitionIssueAsync(issue.Key, new() { Transition = new() { State = "done" } });
            differences.Add("A move that needs an approval is made at once.");
        }
        catch (ApiException<ErrorBody> refused)
        {
            Same("move that waits for an approval", "pending", refused.Result.Status);
        }

        var asked = (await client.ListApprovalsAsync(issue.Key)).Data.Single();
        Same("approver", "admin@example.com", asked.Approvers.Single().Identifier);
        var approved = await client.ApproveAsync(issue.Key, asked.Id, body: new() { Approval = new() { Comment = "Fine" } });
        Same("approval", ApprovalStatus.Approved, approved.Status);
        Same(
            "comment of an approval",
            "Fine",
            (await client.ListApprovalsAsync(issue.Key)).Data.Single().Decisions.Single().Comment
        );
    }

    private async Task WatchServiceLevelsAsync()
    {
        var issue = await client.CreateIssueAsync(
            new()
            {
                Issue = new() { Project_key = "ACT", Title = "Soon" },
            }
        );
        var sla = await client.GetIssueSlaAsync(issue.Key);
        Same("limit that counts", "PT1H", sla.Timer?.Policy.Breach);
        Same(
            "issue at risk",
            issue.Key,
            (await client.ListIssuesAtRiskAsync(within: "2h", project_id: "ACT")).Data.Single().Issue_key
        );
        Same(
            "events of service levels",
            0,
            (await client.ListSlaEventsAsync(project_key: "ACT", issue_id: issue.Key, state: "breached", limit: 5)).Meta.Total
        );
    }

    private async Task ReadNotificationsAndEventsAsync()
    {
        Same("all read", true, (await client.ReadAllNotificationsAsync()).Success1);
        Same("unread notifications", 0, (await client.ListNotificationsAsync(unread: true, per_page: 5)).Meta.Total);
        var events = await client.ListEventsAsync(types: "issue.status_changed", limit: 1, after: 0);
        Same(
            "first event of a kind",
            ("issue.status_changed", "NEWS-1"),
            (events.Data.Single().Event1, events.Data.Single().Issue?.Key)
        );
    }

    private async Task KeepRecordsAsync()
    {
        object Column(string name, string type) => new Dictionary<string, object> { ["name"] = name, ["type"] = type };
        var schema = new Dictionary<string, object>
        {
            ["module"] = ShopId,
            ["version"] = "1.0",
            ["tables"] = new Dictionary<string, object>
            {
                ["orders"] = new Dictionary<string, object>
                {
                    ["columns"] = new[] { Column("number", "string(20)"), Column("total", "decimal(10,2)") },
                },
            },
        };
        var module = await client.PublishCustomModuleAsync(new() { Schema = schema, Project_id = "ACT" });
        Same("columns of a table", "String, Decimal", string.Join(", ", module.Tables.Single().Columns.Select(c => c.Type)));
        Same("modules", ShopId, (await client.ListCustomModulesAsync()).Data.Single().Key);

        Dictionary<string, object> Order(string number, decimal total) => new() { ["number"] = number, ["total"] = total };
        var one = (JsonElement)
            (
                await client.CreateCustomRecordAsync(ShopId, "orders", new() { Record = Order("A", 12.5m) }, project_id: "ACT")
            ).Data;
        var more = await client.CreateCustomRecordAsync(
            ShopId,
            "orders",
            new() { Records = [Order("B", 1), Order("C", 20)] },
            project_id: "ACT"
        );
        Same("records added at once", 2, ((JsonElement)more.Data).GetArrayLength());
        var id = $"{one.GetProperty("id")}";
        var changed = await client.UpdateCustomRecordAsync(
            ShopId,
            "orders",
            id,
            new() { Record = new Dictionary<string, object> { ["total"] = 13.5m } },
            project_key: "ACT"
        );
        Same("column that a change does not name", "A", $"{changed.Data["number"]}");
        var read = await client.GetCustomRecordAsync(ShopId, "orders", id, project_key: "ACT");
        Same("changed column", 13.5m, ((JsonElement)read.Data["total"]).GetDecimal());
        var found = await client.ListCustomRecordsAsync(
            ShopId,
            "orders",
            filters: """{"total": {"gte": 10}}""",
            sort: "total desc",
            limit: 10,
            project_key: "ACT"
        );
        Same("found records", "C, A", string.Join(", ", found.Data.Select(r => r["number"])));
        await client.DeleteCustomRecordAsync(ShopId, "orders", id, project_key: "ACT");
        Same(
            "records after a deletion",
            2,
            (await client.ListCustomRecordsAsync(ShopId, "orders", project_key: "ACT")).Meta.Total
        );
    }

    /// <returns>The client of the extension.</returns>
    private async Task<KiketClient> InstallAsync()
    {
        var installed = await client.InstallExtensionAsync(
            new()
            {
                Manifest = new Dictionary<string, object>
                {
                    ["id"] = HelperId,
                    ["name"] = "Helper",
                    ["version"] = "1.2.3",
                    ["callback"] = new Dictionary<string, object> { ["url"] = "https://helper.example.com/kiket" },
                    ["permissions"] = new[] { "*" },
                    ["configuration"] = new Dictionary<string, object>
                    {
                        ["greeting"] = new Dictionary<string, object> { ["type"] = "string", ["default"] = "Hello" },
                        ["places"] = new Dictionary<string, object> { ["type"] = "integer" },
                    },
                },
                Project_id = "ACT",
                Callback_url = $"{receiver}/callback",
                Configuration = new Dictionary<string, object> { ["places"] = 2 },
            }
        );
        Same("callback", $"{receiver}/callback", installed.Callback_url);
        Same("delivery", ExtensionDelivery.Http, installed.Delivery);
        Same("setting by default", "Hello", $"{installed.Configuration["greeting"]}");
        Same("name in a manifest", "Helper", ((JsonElement)installed.Manifest).GetProperty("name").GetString());

        var before = await client.GetExtensionAsync(HelperId);
        Same("setting", "2", $"{before.Configuration["places"]}");
        var limited = await patching.UpdateExtensionAsync(HelperId, new() { Extension = new() { Rate_limit_requests = 5000 } });
        Others("extension", before, limited, "rate_limit_requests");
        var configured = await patching.UpdateExtensionAsync(
            HelperId,
            new() { Extension = new() { Configuration = new Dictionary<string, object> { ["greeting"] = "Hi" } } }
        );
        Others("extension", limited, configured, "configuration");
        Same("setting that a change does not name", "2", $"{configured.Configuration["places"]}");
        var listed = await client.ListExtensionsAsync(project_id: "ACT", status: "active");
        Same("setting in a list", "Hi", $"{listed.Extensions.Single().Configuration["greeting"]}");
        return ClientOf(WithHeader("X-Kiket-API-Key", installed.Api_key));
    }

    private async Task KeepSecretsAsync()
    {
        await client.CreateSecretAsync(
            HelperId,
            new()
            {
                Secret = new() { Key = "TOKEN", Value = "one" },
            }
        );
        await client.SetSecretAsync(
            HelperId,
            "OTHER",
            new()
            {
                Secret = new() { Value = "two" },
                Scope = SecretScope.Project,
                Project_id = "ACT",
            }
        );
        await client.RotateSecretAsync(HelperId, "TOKEN", new() { Secret = new() { Value = "three" } });
        var read = await client.GetSecretAsync(HelperId, "TOKEN");
        Same("secret", ("three", "1", "installation"), (read.Value, read.Rotation_count, read.Scope));
        Same("secret of a project", "project", (await client.GetSecretAsync(HelperId, "OTHER")).Scope);
        Same("keys of secrets", "OTHER, TOKEN", string.Join(", ", (await client.ListSecretsAsync(HelperId)).Keys.Order()));
        await client.DeleteSecretAsync(HelperId, "TOKEN");
        Same("keys after a deletion", "OTHER", (await client.ListSecretsAsync(HelperId)).Keys.Single());
    }

    private async Task WorkAsExtensionAsync(KiketClient extension)
    {
        var issue = await extension.CreateExtIssueAsync(
            new()
            {
                Issue = new() { Title = "Of the extension", Labels = ["a"] },
            }
        );
        Same("priority of an extension's issue", IssuePriority.Medium, issue.Priority);
        var changed = await extension.UpdateExtIssueAsync(issue.Key, new() { Issue = new() { Labels = ["b"] } });
        Others("issue of an extension", issue, changed, "labels");
        var comment = await extension.CreateExtCommentAsync(issue.Key, new() { Comment = new() { Body = "Look" } });
        Same("comment of an extension", comment.Id, (await extension.ListExtCommentsAsync(issue.Key)).Comments.Single().Id);
        var moved = await extension.TriggerExtWorkflowAsync(
            new()
            {
                Trigger = new()
                {
                    Issue_key = issue.Key,
                    To = "testing",
                    Params = new Dictionary<string, object> { ["comment"] = "Go" },
                },
            }
        );
        Same("state after an action", "testing", moved.Issue.Status);
        Same("issues with a label", issue.Id, (await extension.ListExtIssuesAsync(label: ["b"])).Issues.Single().Id);
        Same("states of a workflow", 3, (await extension.ListExtWorkflowStatesAsync(workflow: "main")).States.Count);
        Same("project of an extension", "ACT", (await extension.GetExtProjectAsync()).Project_key);
    }

    private async Task StoreAsync(KiketClient extension)
    {
        var stored = await extension.PutStoredValueAsync(
            "cursor",
            new() { Entry = new() { Value = new { page = 3 } } },
            ifNoneMatch: "*"
        );
        Same("version of a stored value", 1, stored.Version);
        await extension.PutStoredValueAsync("cursor", new() { Entry = new() { Value = new { page = 4 } } }, if_Match: "\"1\"");
        var read = await extension.GetStoredValueAsync("cursor");
        Same("stored value", 4, ((JsonElement)read.Value).GetProperty("page").GetInt32());
        Same("stored keys", "cursor", (await extension.ListStoredValuesAsync()).Data.Single().Key);
        await extension.DeleteStoredValueAsync("cursor");
        Same("stored keys after a deletion", 0, (await extension.ListStoredValuesAsync()).Meta.Total);
    }

    private async Task SubscribeAsync(KiketClient extension)
    {
        var made = await extension.SubscribeWebhookAsync(
            new()
            {
                Webhook = new() { Url = $"{receiver}/hook", Events = ["issue.created", "issue.updated"] },
            }
        );
        Same("signature by default", (SignatureScheme.Timestamp, DeliveryOrdering.None), (made.Signature_scheme, made.Ordering));
        var ordered = await extension.SubscribeWebhookAsync(
            new()
            {
                Webhook = new()
                {
                    Url = $"{receiver}/ordered",
                    Events = ["issue.created"],
                    Secret = "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw",
                    Signature_scheme = SignatureScheme.Standard,
                    Ordering = DeliveryOrdering.Issue,
                },
            }
        );
        Same("secret", "whsec_MfKQ9r8GKYqrTwjUPD8ILPZIo2LaLaSw", ordered.Secret);
        var read = (await extension.ListWebhooksAsync(sort: "id")).Webhooks.Last();
        Same("scheme and order", (SignatureScheme.Standard, DeliveryOrdering.Issue), (read.Signature_scheme, read.Ordering));
        Same("events", "issue.created", read.Events.Single());

        Same(
            "own new secret",
            "another",
            (await extension.RotateWebhookSecretAsync(made.Id, body: new() { Webhook = new() { Secret = "another" } })).Secret
        );
        Same(
            "new secret",
            true,
            (await extension.RotateWebhookSecretAsync(made.Id)).Secret.StartsWith("whsec_", StringComparison.Ordinal)
        );
        var tested = await extension.TestWebhookAsync(made.Id);
        Same("tested webhook", (DeliveryState.Delivered, (int?)200), (tested.Delivery.State, tested.Response?.Status));
        Same("address of a test", made.Url, tested.Request.Url);
        var delivery = await extension.GetExtDeliveryAsync(tested.Delivery.Id);
        Same("attempts of a delivery", 1, delivery.Attempts.Count);
        Same(
            "deliveries",
            tested.Delivery.Id,
            (await client.ListDeliveriesAsync(extension_id: HelperId, @event: "webhook.test")).Webhook_deliveries.Single().Id
        );
        Same("redelivered", DeliveryState.Pending, (await extension.RedeliverExtOneAsync(delivery.Id)).State);
        var filter = new RedeliveryBody { Extension_id = HelperId, State = DeliveryState.Failed };
        Same("redelivered by a filter", 0, (await client.RedeliverManyAsync(new() { Filter = filter })).Redelivered1);
        await extension.UnsubscribeWebhookAsync(made.Id);
        Same("webhooks after the end of one", ordered.Id, (await extension.ListWebhooksAsync()).Webhooks.Single().Id);
    }

    private async Task ReportAsync(KiketClient extension)
    {
        await extension.ReportLogAsync(new Dictionary<string, object> { ["level"] = "error", ["message"] = "Oh" });
        await extension.ReportMetricAsync(new Dictionary<string, object> { ["name"] = "latency", ["value"] = 1.5 });
        await extension.ReportEventAsync(
            HelperId,
            new Dictionary<string, object> { ["event"] = "synced", ["data"] = new { count = 3 } }
        );
        await extension.ReportNotificationAsync(new Dictionary<string, object> { ["message"] = "Hello" });
        await extension.ReportTelemetryAsync(
            new Dictionary<string, object>
            {
                ["event"] = "issue.created",
                ["status"] = "ok",
                ["duration_ms"] = 12,
            }
        );
        var reports = await client.ListExtensionReportsAsync(HelperId, kind: "log,metric,event", sort: null);
        Same(
            "reports",
            "Event synced, Metric latency, Log error",
            string.Join(", ", reports.Data.Select(r => $"{r.Kind} {r.Name}"))
        );
        Same("body of a report", 3, ((JsonElement)reports.Data.First().Body["data"]).GetProperty("count").GetInt32());
        Same("failure in a report", true, reports.Data.Last().Is_failure);
        Same("limit of an extension", 5000, (await extension.GetRateLimitAsync()).Rate_limit.Limit);
    }

    private async Task RotateAndUninstallAsync()
    {
        var key = await client.RotateApiKeyAsync(HelperId);
        var rotated = ClientOf(WithHeader("X-Kiket-API-Key", key.Api_key));
        Same("prefix of the new key", key.Api_key_prefix, (await rotated.GetExtensionAsync(HelperId)).Api_key_prefix);
        var secret = await rotated.RotateExtensionSecretAsync(HelperId, body: new() { Webhook = new() { Secret = "of mine" } });
        Same("new webhook secret", "of mine", secret.Webhook_secret);
        Same(
            "made webhook secret",
            false,
            (await client.RotateExtensionSecretAsync(HelperId)).Webhook_secret == secret.Webhook_secret
        );
        Same(
            "last entry of the audit",
            "webhook_secret.rotated",
            (await client.ListExtensionAuditAsync(HelperId)).Data.First().Action
        );
        Same("tested extension", DeliveryState.Delivered, (await client.TestExtensionAsync(HelperId)).Delivery.State);
        await client.UninstallExtensionAsync(HelperId);
        Same("extensions after the removal", 0, (await client.ListExtensionsAsync()).Meta.Total);
        Same(
            "removed extensions",
            ExtensionStatus.Uninstalled,
            (await client.ListExtensionsAsync(status: "uninstalled")).Extensions.Single().Status
        );
    }

    private static DateTimeOffset Day(int day) => new(2026, 3, day, 0, 0, 0, TimeSpan.Zero);

    /// <summary>A client whose failures show what was answered.</summary>
    private static KiketClient ClientOf(HttpClient http) => new(http) { ReadResponseAsString = true };

    private HttpClient WithHeader(string name, string value)
    {
        var other = new HttpClient { BaseAddress = http.BaseAddress };
        other.DefaultRequestHeaders.Add(name, value);
        return other;
    }

    private void Same(string what, object? meant, object? stored)
    {
        if (!Equals(meant, stored))
            differences.Add($"{what}: meant {meant ?? "null"}, stored {stored ?? "null"}");
    }

    /// <summary>Compares the members that a change does not name.</summary>
    private void Others(string what, object before, object after, params string[] named)
    {
        var old = JsonSerializer.SerializeToNode(before)!.AsObject();
        var current = JsonSerializer.SerializeToNode(after)!.AsObject();
        foreach (var (name, value) in old.Where(m => !named.Contains(m.Key) && m.Key != "updated_at"))
        {
            var isCounter = name == "lock_version" || (name == "version" && value?.GetValueKind() is JsonValueKind.Number);
            if (!isCounter && !JsonNode.DeepEquals(value, current[name]))
                Same($"{name} of the {what}", value?.ToJsonString(), current[name]?.ToJsonString());
        }
    }
}
