using System.Text.Json;
using Kiket.Application.Actions;
using Kiket.Application.Definitions;
using Kiket.Application.Ports;
using Kiket.Application.Tests.Definitions;
using Kiket.Application.Tests.Persistence;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;
using Kiket.Domain.Workflows;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Actions;

/// <summary>Each action by itself: its parameters, its effects, and its messages.</summary>
public sealed class ActionRunTests(SqliteDatabase database) : IClassFixture<SqliteDatabase>, IAsyncLifetime
{
    private static readonly DateTimeOffset Now = new(2026, 3, 2, 10, 0, 0, TimeSpan.Zero);

    /// <summary>Valid values of every field, all different from those of the issue.</summary>
    private static readonly JsonElement[] Values = [Json("2026-01-15"), Json(3), Json("high")];

    private Workspace workspace = null!;
    private IssueId issueId;
    private User grace = null!;
    private User heidi = null!;

    public async ValueTask InitializeAsync()
    {
        workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();
        DefinitionText[] files =
        [
            new(".kiket/project.yaml", "project: {key: ACT, name: Act, team: {roles: [qa]}}\n"),
            new(
                ".kiket/workflows/main.yaml",
                """
                workflow: main
                states: [open, doing, {limited: {wip_limit: 1}}, signed, done]
                transitions:
                  - {from: open, to: doing, name: Start}
                  - {from: open, to: limited, conditions: [{field: priority, equals: critical}]}
                  - {from: open, to: signed, require_approval: 1}
                  - {from: doing, to: done}
                """
            ),
            new(".kiket/templates/issues/bug.yaml", "template: {key: bug, priority: high, required_fields: [description]}\n"),
        ];
        Assert.Null((await session.SendAsync(new ImportDefinitionsCommand(files, "ACT", null, DryRun: false, "tests"))).Error);
        grace = await workspace.AddUserAsync("grace@example.com");
        heidi = await workspace.AddUserAsync("heidi@example.com", OrganizationRole.Viewer);
        var project = await session.Db.Projects.SingleAsync();
        var member = ProjectMember.Of(project, heidi.Id, ProjectRole.Viewer, Now);
        member.ChangeTeamRoles(["qa"]);
        session.Db.ProjectMembers.Add(member);
        await session.Db.SaveChangesAsync();
        var fields = new Dictionary<string, JsonElement>
        {
            ["customer"] = JsonSerializer.SerializeToElement("heidi@example.com"),
        };
        issueId = (
            await workspace.AddIssueAsync(
                new()
                {
                    Title = "Soup",
                    AssigneeId = grace.Id,
                    Labels = new(["a"]),
                    CustomFields = fields,
                },
                "ACT"
            )
        ).Id;
    }

    public ValueTask DisposeAsync() => ValueTask.CompletedTask;

    [Theory]
    [InlineData(
        """{"message":"{{issue.key}} ${issue.title}","recipients":{"user":"assignee"}}""",
        "done: 1 notified.",
        "grace: ACT-1 Soup info"
    )]
    [InlineData(
        """{"message":"x","recipients":{"roles":["qa","oncall"],"fields":["custom_fields.customer"]},"level":"critical"}""",
        "done: 1 notified. Nobody found for role oncall.",
        "heidi: x critical"
    )]
    [InlineData("""{"message":"x","to":"reporter"}""", "done: 1 notified.", "ada: x info")]
    [InlineData("""{"message":"x","role":"manager"}""", "done: 1 notified.", "ada: x info")]
    [InlineData(
        """{"text":"x","users":["grace@example.com","HEIDI@example.com"],"level":"nonsense"}""",
        "done: 2 notified.",
        "grace: x info",
        "heidi: x info"
    )]
    [InlineData(
        """{"message":"x","recipients":{"user":"nobody@example.com"}}""",
        "skipped: Nobody found for nobody@example.com."
    )]
    [InlineData("""{"message":"x"}""", "skipped: There are no recipients.")]
    [InlineData("""{"recipients":{"user":"assignee"}}""", "skipped: There is no message.")]
    public async Task Notify_reaches_those_who_are_named(string parameters, string expected, params string[] told)
    {
        Assert.Equal(expected, await RunAsync("notify", parameters));

        await using var session = workspace.SignIn();
        var notifications = await session
            .Db.Notifications.Join(
                session.Db.Users,
                n => n.UserId,
                u => u.Id,
                (n, u) =>
                    new
                    {
                        n.Message,
                        n.Level,
                        u.Email,
                    }
            )
            .ToListAsync();
        Assert.Equal(told, notifications.Select(n => $"{n.Email.Split('@')[0]}: {n.Message} {WireName.Of(n.Level)}").Order());
    }

    [Theory]
    [InlineData("""{"to":"reporter"}""", "done: Assigned to reporter.", "ada@example.com")]
    [InlineData("""{"user":"heidi@example.com"}""", "done: Assigned to heidi@example.com.", "heidi@example.com")]
    [InlineData("""{"to":"custom_fields.customer"}""", "done: Assigned to custom_fields.customer.", "heidi@example.com")]
    [InlineData("""{"to":"${issue.custom_fields.customer}"}""", "done: Assigned to heidi@example.com.", "heidi@example.com")]
    [InlineData("""{"to":"oncall"}""", "skipped: Nobody found for oncall.", "grace@example.com")]
    [InlineData("""{"strategy":"round_robin"}""", "skipped: The strategy 'round_robin' is not supported.", "grace@example.com")]
    [InlineData("{}", "skipped: No assignee is given.", "grace@example.com")]
    [InlineData("""{"to":"reporter","field":"assigned_to"}""", "done: Assigned to reporter.", "ada@example.com")]
    [InlineData("""{"assigned_to":"reporter","field":"issue.assignee_id"}""", "done: Assigned to reporter.", "ada@example.com")]
    [InlineData("""{"to":"reporter","field":"title"}""", "skipped: title does not hold a user.", "grace@example.com")]
    [InlineData(
        """{"to":"reporter","field":"custom_fields.commander"}""",
        "done: Set custom_fields.commander to ada@example.com.",
        "grace@example.com"
    )]
    public async Task Assign_gives_the_issue_to_somebody(string parameters, string expected, string assignee)
    {
        Assert.Equal(expected, await RunAsync("assign", parameters));

        await using var session = workspace.SignIn();
        var issue = await session.Db.Issues.SingleAsync(i => i.Id == issueId);
        Assert.Equal(assignee, (await session.Db.Users.SingleAsync(u => u.Id == issue.AssigneeId)).Email);
        Assert.Equal(parameters.Contains("commander", StringComparison.Ordinal), issue.CustomFields.ContainsKey("commander"));
    }

    [Theory]
    [InlineData("""{"labels":["b","a"," c "]}""", "done: Labelled b, a, c.", "a", "b", "c")]
    [InlineData("""{"label":"p-{{issue.priority}}"}""", "done: Labelled p-medium.", "a", "p-medium")]
    [InlineData("""{"labels":"b"}""", "done: Labelled b.", "a", "b")]
    [InlineData("""{"labels":[]}""", "skipped: There are no labels.", "a")]
    [InlineData("""{"label":"{{issue.assignee_nothing}}"}""", "skipped: There are no labels.", "a")]
    public async Task Add_labels_adds_to_those_that_are_there(string parameters, string expected, params string[] labels)
    {
        Assert.Equal(expected, await RunAsync("add_labels", parameters));

        Assert.Equal(labels, (await ReadAsync()).Labels);
    }

    [Theory]
    [InlineData("""{"field":"priority","value":"critical"}""", "done: Set priority.", "critical|||open")]
    [InlineData(
        """{"fields":{"priority":"low","story_points":3,"custom_fields.area":"x {{issue.key}}"}}""",
        "done: Set priority, story_points, custom_fields.area.",
        "low|3|x ACT-1|open"
    )]
    [InlineData("""{"priority":"high","area":"y"}""", "done: Set priority, area.", "high||y|open")]
    [InlineData("""{"fields":{"priority":"high","status":"doing"}}""", "done: Moved to doing.", "high|||doing")]
    [InlineData("""{"fields":{"priority":"enormous"}}""", "failed: 'enormous' is not a valid priority.", "medium|||open")]
    [InlineData(
        """{"fields":{"priority":"high","story_points":-1}}""",
        "failed: Story points must be a number from 0 to 100000 with at most two decimals.",
        "medium|||open"
    )]
    [InlineData("""{"field":"milestone_id","value":99}""", "failed: There is no milestone 99 in this project.", "medium|||open")]
    [InlineData("""{"field":"parent","value":99}""", "failed: An action cannot change parent_id.", "medium|||open")]
    [InlineData("""{"type":"Bug","priority":"high"}""", "failed: An action cannot change issue_type.", "medium|||open")]
    [InlineData("{}", "skipped: There are no fields.", "medium|||open")]
    public async Task Update_fields_follows_the_rules_that_people_follow(string parameters, string expected, string outcome)
    {
        Assert.Equal(expected, await RunAsync("update_fields", parameters));

        var issue = await ReadAsync();
        var area = issue.CustomFields.TryGetValue("area", out var held) ? held.GetString() : null;
        Assert.Equal(outcome, $"{WireName.Of(issue.Priority)}|{issue.StoryPoints:0.##}|{area}|{issue.Status}");
    }

    [Fact]
    public async Task Update_fields_sets_every_field_that_an_action_can_change()
    {
        var fields = IssueFields.For(FieldUses.Actions).Where(f => !f.HasOwnMethod && f.Name != "milestone_id").ToList();
        var values = fields.ToDictionary(
            f => f.Name,
            f => f.User is not null ? Json("heidi@example.com") : Values.First(v => f.Read(new(), v) is not null)
        );

        var ended = await RunAsync("update_fields", JsonSerializer.Serialize(new { fields = values }));

        Assert.StartsWith("done: ", ended, StringComparison.Ordinal);

        var issue = await ReadAsync();
        Assert.All(
            fields,
            field =>
            {
                var value = values[field.Name];
                var expected =
                    field.User is not null ? Json(heidi.Id)
                    : field.IsList ? Json(new[] { value })
                    : value;
                Assert.True(FieldValue.Of(expected).Matches(FieldValue.Of(Json(field.ValueOf(issue)))), field.Name);
            }
        );
    }

    [Fact]
    public async Task Placeholders_show_every_field_and_are_described()
    {
        var fields = IssueFields
            .For(FieldUses.Placeholders)
            .SelectMany(f => f.NamesFor(FieldUses.Placeholders), (field, name) => (Field: field, Name: name))
            .ToList();
        await using var session = workspace.SignIn();
        var issue = await session.Db.Issues.SingleAsync(i => i.Id == issueId);

        var project = await session.Db.Projects.SingleAsync();

        var document = await IssueDocument.ReadAsync(session.Db, issue, project, new("http://localhost"), default);

        var shown = (Dictionary<string, object?>)document["issue"]!;
        Assert.Empty(fields.Select(f => f.Name).Except(shown.Keys));
        Assert.All(fields, f => Assert.Equal(f.Field.ValueOf(issue) is null, shown[f.Name] is null));
        Assert.Equal((issue.MilestoneId, shown["assignee"]), (shown["milestone"], shown["assigned_to"]));
        var names = document.SelectMany(d => ((Dictionary<string, object?>)d.Value!).Keys, (d, name) => $"{d.Key}.{name}");
        Assert.Equal(names.Append("env").Order(), new ReferencePage("workflows.md").Keys("### Placeholders").Order());
    }

    [Theory]
    [InlineData("""{"to":"doing"}""", "done: Moved to doing.", "doing")]
    [InlineData("""{"state":"Start"}""", "done: Moved to doing.", "doing")]
    [InlineData("""{"to":"open"}""", "skipped: It is already in open.", "open")]
    [InlineData("{}", "skipped: No state is given.", "open")]
    [InlineData(
        """{"to":"done"}""",
        "failed: ACT-1 cannot move from 'open' to 'done'. Possible: doing, limited, signed.",
        "open"
    )]
    [InlineData("""{"to":"limited"}""", "failed: The condition 'priority equal critical' is not met.", "open")]
    [InlineData("""{"to":"signed"}""", "failed: Approval is missing.", "open")]
    public async Task Transition_goes_only_where_a_person_could(string parameters, string expected, string state)
    {
        Assert.Equal(expected, await RunAsync("transition", parameters));

        Assert.Equal(state, (await ReadAsync()).Status.Value);
        await using var session = workspace.SignIn();
        Assert.Equal(parameters.Contains("signed", StringComparison.Ordinal) ? 1 : 0, await session.Db.Approvals.CountAsync());
    }

    [Theory]
    [InlineData(
        """{"title":"Follow {{issue.key}}","issue_type":"Bug","priority":"low","assignee":"assignee"}""",
        "done: Opened ACT-2.",
        "Follow ACT-1|Bug|low|open|"
    )]
    [InlineData(
        """{"title":"By template","template":"bug","description":"x"}""",
        "done: Opened ACT-2.",
        "By template|Task|high|open|"
    )]
    [InlineData("""{"title":"By template","template":"bug"}""", "failed: Bug requires description.", "")]
    [InlineData("""{"title":"x","template":"story"}""", "failed: There is no template 'story' in this project. Known: bug.", "")]
    [InlineData(
        """{"title":"x","status":"doing"}""",
        "failed: Only a lead of the project can open an issue in state 'doing', which is not the initial state.",
        ""
    )]
    [InlineData("""{"issue_type":"Bug"}""", "failed: The title must have 1 to 255 characters and not be blank.", "")]
    [InlineData("""{"title":"x","issue_type":"Poem"}""", "failed: There is no issue type 'Poem' in this project. Known: *", "")]
    [InlineData("""{"title":"A child","parent":"self"}""", "failed: ACT-1 is of type Task, which cannot have children.", "")]
    public async Task Spawn_issue_opens_another_one(string parameters, string expected, string opened)
    {
        var ended = await RunAsync("spawn_issue", parameters);

        Assert.Equal(expected, expected.EndsWith('*') ? ended[..(expected.Length - 1)] + "*" : ended);
        await using var session = workspace.SignIn();
        var issue = await session.Db.Issues.SingleOrDefaultAsync(i => i.Id != issueId);
        Assert.Equal(
            opened,
            issue is null ? "" : $"{issue.Title}|{issue.IssueType}|{WireName.Of(issue.Priority)}|{issue.Status}|{issue.ParentId}"
        );
    }

    [Theory]
    [InlineData("ai_analyze", "skipped: AI actions are not supported.")]
    [InlineData("ai_action", "skipped: AI actions are not supported.")]
    [InlineData("dance", "skipped: The action 'dance' is not supported.")]
    public async Task What_cannot_be_done_here_says_so(string kind, string expected) =>
        Assert.Equal(expected, await RunAsync(kind, "{}"));

    /// <summary>Runs an action as the outbox does: in the name of the service user, and rolled back when it is refused.</summary>
    private async Task<string> RunAsync(string kind, string parameters)
    {
        await using var session = new Session(
            workspace.Services,
            workspace.Admin with
            {
                Role = OrganizationRole.Developer,
                UserId = grace.Id,
            }
        );
        var db = session.Db;
        var ended = await session
            .Get<IUnitOfWork>()
            .RunAsync<(ActionOutcome Outcome, string Detail)>(
                "test",
                async () =>
                {
                    var issue = await db.Issues.SingleAsync(i => i.Id == issueId);
                    var project = await db.Projects.SingleAsync();
                    var actor = new Actor(workspace.Admin.OrganizationId, grace.Id, OrganizationRole.Developer);
                    var run = new ActionRun(
                        db,
                        session.Get<IUnitOfWork>(),
                        session.Get<IPlaceholders>(),
                        session.Get<ISecretProtector>(),
                        actor,
                        new("http://localhost"),
                        Now,
                        issue,
                        project
                    );
                    return await run.RunAsync(
                        new WorkflowAction(kind, JsonDocument.Parse(parameters).RootElement),
                        TestContext.Current.CancellationToken
                    );
                },
                TestContext.Current.CancellationToken
            );
        return ended.Error is { } refusal
            ? $"failed: {string.Join(' ', refusal.Details.Select(d => d.Message).DefaultIfEmpty(refusal.Message))}"
            : $"{WireName.Of(ended.Value.Outcome)}: {ended.Value.Detail}";
    }

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);

    private async Task<Issue> ReadAsync()
    {
        await using var session = workspace.SignIn();
        return await session.Db.Issues.AsNoTracking().SingleAsync(i => i.Id == issueId);
    }
}
