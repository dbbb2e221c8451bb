using System.Text.Json;
using Kiket.Application.Ports;
using Kiket.Domain.Approvals;
using Kiket.Domain.Audit;
using Kiket.Domain.Calendars;
using Kiket.Domain.Checklists;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Domain.Extensions;
using Kiket.Domain.Milestones;
using Kiket.Domain.Notifications;
using Kiket.Domain.OAuth;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Events;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence;

/// <summary>Rows on each database: types, filters, versions, unique indexes.</summary>
public abstract class StorageSuite(TestDatabase database)
{
    private static readonly DateTimeOffset Noon = new(2026, 3, 4, 12, 0, 0, TimeSpan.Zero);

    [Fact]
    public async Task Instants_round_trip_to_the_millisecond_in_utc()
    {
        var written = new DateTimeOffset(2026, 3, 4, 5, 6, 7, 123, TimeSpan.FromHours(2)).AddTicks(9_876);
        var workspace = await Workspace.NewAsync(database);
        await using var writer = workspace.SignIn();
        var project = Project.Start(workspace.Admin.OrganizationId, "TIME", new() { Name = "Time" }, written).Value;
        writer.Db.Projects.Add(project);
        await writer.Db.SaveChangesAsync();

        await using var reader = workspace.SignIn();
        var read = await reader.Db.Projects.SingleAsync(p => p.Id == project.Id);

        Assert.Equal(new DateTimeOffset(2026, 3, 4, 3, 6, 7, 123, TimeSpan.Zero), read.CreatedAt);
        Assert.Equal(TimeSpan.Zero, read.CreatedAt.Offset);
    }

    [Fact]
    public async Task Instants_sort_and_compare_as_time_whatever_their_offset()
    {
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();
        (string Key, DateTimeOffset At)[] written =
        [
            ("C", Noon.AddMilliseconds(1)),
            ("A", new DateTimeOffset(2026, 3, 4, 23, 59, 59, TimeSpan.FromHours(14))), // 09:59:59Z
            ("D", new DateTimeOffset(2026, 3, 4, 1, 0, 0, TimeSpan.FromHours(-12))), // 13:00:00Z
            ("B", Noon),
        ];
        session.Db.Projects.AddRange(
            written.Select(w => Project.Start(workspace.Admin.OrganizationId, w.Key, new() { Name = "In time" }, w.At).Value)
        );
        await session.Db.SaveChangesAsync();

        var oldestFirst = await session.Db.Projects.OrderBy(p => p.CreatedAt).Select(p => p.Key).ToListAsync();
        var since = await session
            .Db.Projects.Where(p => p.CreatedAt >= Noon.ToOffset(TimeSpan.FromHours(5)))
            .Select(p => p.Key)
            .Order()
            .ToListAsync();
        var before = await session.Db.Projects.Where(p => p.CreatedAt < Noon).Select(p => p.Key).ToListAsync();

        Assert.Equal(["A", "B", "C", "D"], oldestFirst);
        Assert.Equal(["B", "C", "D"], since);
        Assert.Equal(["A"], before);
    }

    [Theory]
    [InlineData("{}")]
    [InlineData("""{"text": "naïve 🎉 日本 \"quoted\" \\ / \n", "größe": 1, "🎉": ""}""")]
    [InlineData(
        """{"deep": {"list": [1, {"none": null, "yes": true}, []], "empty": {}}, "exact": 9007199254740993, "part": 0.1}"""
    )]
    public async Task Custom_fields_round_trip(string json)
    {
        var fields = JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var created = await workspace.AddIssueAsync(new() { Title = "With fields", CustomFields = fields });

        await using var reader = workspace.SignIn();
        var read = await reader.Db.Issues.SingleAsync(i => i.Id == created.Id);

        Assert.Equal(fields.Keys.Order(StringComparer.Ordinal), read.CustomFields.Keys.Order(StringComparer.Ordinal));
        Assert.All(fields, field => Assert.True(JsonElement.DeepEquals(field.Value, read.CustomFields[field.Key]), field.Key));
    }

    [Fact]
    public async Task Labels_round_trip_in_their_order()
    {
        string[] labels = ["zuerst", "ä b", "with \"quotes\"", "and [brackets]", "日本"];
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var labelled = await workspace.AddIssueAsync(new() { Title = "Labelled", Labels = labels });
        var bare = await workspace.AddIssueAsync(new() { Title = "Bare" });

        await using var reader = workspace.SignIn();

        Assert.Equal(labels, (await reader.Db.Issues.SingleAsync(i => i.Id == labelled.Id)).Labels);
        Assert.Empty((await reader.Db.Issues.SingleAsync(i => i.Id == bare.Id)).Labels);
    }

    [Fact]
    public async Task Settings_schema_definition_and_notes_round_trip()
    {
        var settings = new Dictionary<string, JsonElement>
        {
            ["Übersicht"] = JsonSerializer.SerializeToElement(new { nested = new[] { 1, 2 } }),
        };
        var schema = ProjectSchema.BuiltIn with
        {
            CustomFields =
            [
                new("size", "Größe", CustomFieldType.MultiEnum)
                {
                    Required = true,
                    Options = ["S", "M"],
                    DefaultValue = JsonSerializer.SerializeToElement(new[] { "S" }),
                    IssueType = new TypeKey("Task"),
                },
            ],
            TeamRoles = [new("Reviewer", null)],
        };
        DefinitionNote[] notes = [new("workflow.yaml", 3, 7, "Unbekannt: 'ö'.")];
        var workspace = await Workspace.NewAsync(database);
        await using var writer = workspace.SignIn();
        var project = Project
            .Start(workspace.Admin.OrganizationId, "JSON", new() { Name = "Json", Settings = settings }, Noon)
            .Value;
        project.UseSchema(schema, Noon);
        writer.Db.Projects.Add(project);
        await writer.Db.SaveChangesAsync();
        writer.Db.Workflows.Add(
            Workflow.Publish(project.OrganizationId, project.Id, "default", 1, WorkflowDefinition.BuiltIn, "a: b", Noon).Value
        );
        writer.Db.DefinitionFiles.Add(
            DefinitionFile.Keep(project.OrganizationId, project.Id, ".kiket/workflow.yaml", "a: b", "tests", notes, Noon)
        );
        await writer.Db.SaveChangesAsync();

        await using var reader = workspace.SignIn();
        var read = await reader.Db.Projects.SingleAsync(p => p.Id == project.Id);
        var workflow = await reader.Db.Workflows.SingleAsync(w => w.ProjectId == project.Id);
        var file = await reader.Db.DefinitionFiles.SingleAsync(f => f.ProjectId == project.Id);

        Assert.True(JsonElement.DeepEquals(settings["Übersicht"], Assert.Single(read.Settings, s => s.Key == "Übersicht").Value));
        Assert.Equal(JsonSerializer.Serialize(schema), JsonSerializer.Serialize(read.Schema));
        Assert.Equal(JsonSerializer.Serialize(WorkflowDefinition.BuiltIn), JsonSerializer.Serialize(workflow.Definition));
        Assert.Equal(notes, file.Warnings);
    }

    [Fact]
    public async Task Enums_are_stored_by_their_wire_names_and_priorities_as_numbers_that_sort()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var user = await workspace.AddUserAsync("pm@example.com", OrganizationRole.ProjectManager);
        var issue = await workspace.AddIssueAsync(new() { Title = "Urgent", Priority = IssuePriority.Critical });

        await using var session = workspace.SignIn();
        var role = await session
            .Db.Database.SqlQuery<string>($"""SELECT role AS "Value" FROM users WHERE id = {user.Id.Value}""")
            .SingleAsync();
        var visibility = await session
            .Db.Database.SqlQuery<string>($"""SELECT visibility AS "Value" FROM projects WHERE id = {issue.ProjectId.Value}""")
            .SingleAsync();
        var priority = await session
            .Db.Database.SqlQuery<int>($"""SELECT priority AS "Value" FROM issues WHERE id = {issue.Id.Value}""")
            .SingleAsync();

        Assert.Equal("project_manager", role);
        Assert.Equal("team", visibility);
        Assert.Equal((int)IssuePriority.Critical, priority);
    }

    [Fact]
    public async Task The_second_of_two_writers_who_read_the_same_version_is_refused()
    {
        var workspace = await Workspace.NewAsync(database);
        var id = (await workspace.AddProjectAsync()).Id;
        await using var first = workspace.SignIn();
        await using var second = workspace.SignIn();
        var seenByFirst = await first.Db.Projects.SingleAsync(p => p.Id == id);
        var seenBySecond = await second.Db.Projects.SingleAsync(p => p.Id == id);

        seenByFirst.Edit(new() { Name = "The first was here" }, workspace.Admin.UserId, Noon);
        seenBySecond.Edit(new() { Description = "The second was here" }, workspace.Admin.UserId, Noon);
        await first.Db.SaveChangesAsync();
        await Assert.ThrowsAsync<DbUpdateConcurrencyException>(() => second.Db.SaveChangesAsync());

        await using var reader = workspace.SignIn();
        var read = await reader.Db.Projects.SingleAsync(p => p.Id == id);
        Assert.Equal(("The first was here", null, 2), (read.Name, read.Description, read.Version));
    }

    /// <summary>They are not in <c>IKiketDb</c>, so no handler reaches them; workers read them for all organizations.</summary>
    private static readonly Type[] OfWorkers = [typeof(EventCursor), typeof(PostponedEvent)];

    [Fact]
    public async Task Every_table_of_an_organization_shows_only_its_own_rows()
    {
        var (mine, other) = (await FillAsync(), await FillAsync());
        await using var session = mine.SignIn();
        var tables = session
            .Db.Model.GetEntityTypes()
            .Where(e => e.FindProperty("OrganizationId") is not null && !OfWorkers.Contains(e.ClrType))
            .ToList();

        Assert.Equal(33, tables.Count);
        foreach (var table in tables)
        {
            Assert.NotNull(table.FindDeclaredQueryFilter(KiketDbContext.TenantFilter));
            var owners =
                (Task<List<OrganizationId>>)
                    typeof(StorageSuite)
                        .GetMethod(
                            nameof(OwnersAsync),
                            System.Reflection.BindingFlags.NonPublic | System.Reflection.BindingFlags.Static
                        )!
                        .MakeGenericMethod(table.ClrType)
                        .Invoke(null, [session.Db])!;
            Assert.Equal([mine.Admin.OrganizationId], await owners);
        }

        Assert.NotEqual(mine.Admin.OrganizationId, other.Admin.OrganizationId);
    }

    [Fact]
    public async Task Nobody_sees_nothing()
    {
        await FillAsync();
        await using var nobody = new Session(database.Services, null);

        Assert.False(await nobody.Db.Issues.AnyAsync());
        Assert.False(await nobody.Db.Users.AnyAsync());
    }

    [Fact]
    public async Task A_deleted_issue_is_kept_but_read_by_no_query()
    {
        var workspace = await Workspace.NewAsync(database);
        await workspace.AddProjectAsync();
        var id = (await workspace.AddIssueAsync(new() { Title = "Gone" })).Id;
        await using var session = workspace.SignIn();
        (await session.Db.Issues.SingleAsync(i => i.Id == id)).Delete(workspace.Admin.UserId, Noon);
        await session.Db.SaveChangesAsync();

        Assert.False(await session.Db.Issues.AnyAsync(i => i.Id == id));
        Assert.Equal(
            Noon,
            (await session.Db.Issues.IgnoreQueryFilters([IKiketDb.NotDeletedFilter]).SingleAsync(i => i.Id == id)).DeletedAt
        );
    }

    [Fact]
    public async Task A_second_row_with_a_unique_value_is_distinguished_from_other_failures()
    {
        var workspace = await Workspace.NewAsync(database);
        var project = await workspace.AddProjectAsync();
        var taken = Project.Start(workspace.Admin.OrganizationId, "LEGAL", new() { Name = "Again" }, Noon).Value;
        var orphan = Project
            .Start(workspace.Admin.OrganizationId, "ORPHAN", new() { Name = "Orphan", LeadId = new UserId(long.MaxValue) }, Noon)
            .Value;

        Assert.True(await IsUniqueViolationAsync(workspace, taken));
        Assert.False(await IsUniqueViolationAsync(workspace, orphan));
        Assert.Equal("LEGAL", project.ProjectKey);
    }

    [Fact]
    public async Task A_second_member_of_the_same_name_is_a_unique_violation_too()
    {
        var workspace = await Workspace.NewAsync(database);
        var id = (await workspace.AddProjectAsync()).Id;
        await using var session = workspace.SignIn();
        var project = await session.Db.Projects.SingleAsync(p => p.Id == id);
        session.Db.ProjectMembers.Add(ProjectMember.Of(project, workspace.Admin.UserId, ProjectRole.Member, Noon));
        await session.Db.SaveChangesAsync();

        Assert.True(
            await IsUniqueViolationAsync(workspace, ProjectMember.Of(project, workspace.Admin.UserId, ProjectRole.Lead, Noon))
        );
    }

    [Fact]
    public async Task The_longest_name_of_a_project_can_be_stored()
    {
        // The ligature folds to 18 letters in the search text.
        var name = new string('\uFDFA', Project.MaxNameLength);
        var workspace = await Workspace.NewAsync(database);
        await using var session = workspace.SignIn();
        session.Db.Projects.Add(Project.Start(workspace.Admin.OrganizationId, "LONG", new() { Name = name }, Noon).Value);

        await session.Db.SaveChangesAsync();

        Assert.Equal(name, (await session.Db.Projects.AsNoTracking().SingleAsync()).Name);
    }

    private static Task<List<OrganizationId>> OwnersAsync<T>(KiketDbContext db)
        where T : class => db.Set<T>().Select(e => EF.Property<OrganizationId>(e, "OrganizationId")).Distinct().ToListAsync();

    private static async Task<bool> IsUniqueViolationAsync(Workspace workspace, object row)
    {
        await using var session = workspace.SignIn();
        session.Db.Add(row);
        var failure = await Assert.ThrowsAsync<DbUpdateException>(() => session.Db.SaveChangesAsync());
        return DatabaseFailure.IsUniqueViolation(failure);
    }

    /// <summary>An organization with a row in every table.</summary>
    private async Task<Workspace> FillAsync()
    {
        var workspace = await Workspace.NewAsync(database);
        var projectId = (await workspace.AddProjectAsync()).Id;
        var issueId = (await workspace.AddIssueAsync(new() { Title = "Mine" })).Id;
        await using var session = workspace.SignIn();
        var (db, admin) = (session.Db, workspace.Admin);
        var project = await db.Projects.SingleAsync(p => p.Id == projectId);
        var issue = await db.Issues.SingleAsync(i => i.Id == issueId);
        var user = await db.Users.SingleAsync(u => u.Id == admin.UserId);
        db.Comments.Add(Comment.On(issue, "Mine", admin.UserId, Noon).Value);
        db.ProjectMembers.Add(ProjectMember.Of(project, admin.UserId, ProjectRole.Member, Noon));
        db.Milestones.Add(Milestone.Plan(project, new() { Name = "Mine" }, admin.UserId, Noon).Value);
        db.Invitations.Add(Invitation.For(user, TokenSecret.Generate("inv_"), Noon));
        db.PasswordSignIns.Add(PasswordSignIn.For(user, Noon));
        var application = OAuthApplication.Register(
            user.OrganizationId,
            "Robot",
            ["issues"],
            ["client_credentials"],
            [],
            false,
            TokenSecret.Generate(OAuthApplication.IdLabel).Plaintext,
            Noon
        );
        application.Value.ActAs(user);
        db.OAuthApplications.Add(application.Value);
        db.Add(
            new AuditAnchor
            {
                OrganizationId = user.OrganizationId,
                MerkleRoot = new byte[32],
                FirstSequence = 1,
                LeafCount = 1,
                FirstRecordAt = Noon,
                LastRecordAt = Noon,
                KeyId = "key",
                Signature = "signature",
                CreatedAt = Noon,
            }
        );
        db.DefinitionFiles.Add(DefinitionFile.Keep(admin.OrganizationId, projectId, "a.yaml", "a: b", "tests", [], Noon));
        var checklist = new Checklist("tests", "Tests") { Items = [new("ci", "CI")] };
        db.ChecklistMarks.Add(ChecklistMark.On(issue, checklist, checklist.Items[0], admin.UserId, Noon).Value);
        db.Notifications.Add(Notification.About(issue, admin.UserId, "Mine", NotificationLevel.Info, Noon));
        var extension = Extension.Install(
            user,
            projectId,
            new() { Id = "com.example.mine", Name = "Mine" },
            null,
            TokenSecret.Generate(Extension.KeyLabel),
            admin.UserId,
            Noon
        );
        db.Extensions.Add(extension);
        await db.SaveChangesAsync();
        var webhook = Webhook.ForActions(admin.OrganizationId, "https://example.com:443", Noon);
        db.Webhooks.Add(webhook);
        await db.SaveChangesAsync();
        var delivery = WebhookDelivery.Tell(webhook, "evt_1", "mine", "{}", projectId, issueId, Noon);
        db.WebhookDeliveries.Add(delivery);
        await db.SaveChangesAsync();
        var nothing = new Dictionary<string, string>();
        db.WebhookAttempts.Add(
            WebhookAttempt.Of(
                delivery,
                new(200, null),
                new("https://example.com", nothing, nothing, null),
                Guid.NewGuid(),
                Noon,
                TimeSpan.Zero
            )
        );
        db.ExtensionAuditEntries.Add(
            ExtensionAuditEntry.Of(extension, ExtensionAuditEntry.Installed, null, null, admin.UserId, Noon)
        );
        db.ExtensionSecrets.Add(
            ExtensionSecret.Store(admin.OrganizationId, SecretScope.Organization, "organization", "MINE", "x", Noon)
        );
        db.StoredValues.Add(StoredValue.Keep(admin.OrganizationId, extension.Id, "mine", "1", Noon).Value);
        db.ExtensionReports.Add(
            ExtensionReport.Of(admin.OrganizationId, extension.Id, ReportKind.Log, new Dictionary<string, JsonElement>(), Noon)
        );
        var timer = SlaTimer
            .Start(
                issue,
                new("mine", new("backlog"), new(null, TimeSpan.Zero, TimeSpan.FromDays(1), false, false, [], [])),
                null,
                BusinessCalendar.AroundTheClock,
                Noon
            )
            .Value;
        timer.Advance(issue, BusinessCalendar.AroundTheClock, admin.UserId, Noon);
        db.SlaTimers.Add(timer);
        var table = new CustomTable("mine", null, true, [new("name", CustomColumnType.String) { Indexed = true }], []);
        var module = CustomModule.Publish(admin.OrganizationId, null, null, new("mine", "1", null, [table], []), Noon);
        db.CustomModules.Add(module);
        await db.SaveChangesAsync();
        var record = CustomRecord.Add(
            admin.OrganizationId,
            module.Id,
            projectId,
            "mine",
            new Dictionary<string, JsonElement> { ["name"] = JsonSerializer.SerializeToElement("Mine") },
            Noon
        );
        db.CustomRecords.Add(record);
        await db.SaveChangesAsync();
        db.CustomRecordValues.AddRange(CustomRecordValue.Of(record, table));
        db.Approvals.Add(
            Approval
                .Request(issue, new(new("backlog"), new("in_progress"), null, null), new("1", "Mine"), admin.UserId, Noon)
                .Value
        );
        await db.SaveChangesAsync();
        return workspace;
    }
}

public sealed class SqliteStorageTests(SqliteDatabase database) : StorageSuite(database);

public sealed class PostgreSqlStorageTests(PostgreSqlDatabase database) : StorageSuite(database);

public sealed class SqlServerStorageTests(SqlServerDatabase database) : StorageSuite(database);
