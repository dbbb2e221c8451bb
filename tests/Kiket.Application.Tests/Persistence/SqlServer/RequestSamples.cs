using System.Text.Json;
using Kiket.Application.Approvals;
using Kiket.Application.Audit;
using Kiket.Application.Capacity;
using Kiket.Application.Checklists;
using Kiket.Application.Comments;
using Kiket.Application.Common;
using Kiket.Application.CustomData;
using Kiket.Application.Definitions;
using Kiket.Application.Events;
using Kiket.Application.Extensions;
using Kiket.Application.Issues;
using Kiket.Application.Milestones;
using Kiket.Application.Notifications;
using Kiket.Application.OAuth;
using Kiket.Application.Organizations;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Application.Sla;
using Kiket.Application.Tokens;
using Kiket.Application.Users;
using Kiket.Application.Webhooks;
using Kiket.Application.Workflows;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Notifications;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Tokens;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Persistence;
using MediatR;
using Microsoft.EntityFrameworkCore;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Application.Tests.Persistence.SqlServer;

/// <summary>
/// At least one sample of every request, in an organization with all kinds of data. A new request needs a line in
/// <see cref="All"/>: together its samples take each branch of the handler that reads or writes.
/// </summary>
public sealed class RequestSamples : IAsyncLifetime
{
    private const string Token = "kpat_of_the_samples_0123";
    private const string TotpKey = "GEZDGNBVGY3TQOJQGEZDGNBVGY3TQOJQ";
    private const string PasswordLink = "kpwd_of_the_samples_0123";

    private readonly string folder = Directory.CreateTempSubdirectory("kiket-samples-").FullName;

    internal static ProjectRef Legal =>
        ProjectRef.TryParse("LEGAL", out var project) ? project : throw new InvalidOperationException();

    internal static Issue AnIssue { get; } =
        Issue
            .Open(
                Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, DateTimeOffset.UnixEpoch).Value,
                ProjectSchema.BuiltIn.DefaultType!,
                Workflow.Publish(new(1), new(1), "default", 1, WorkflowDefinition.BuiltIn, null, DateTimeOffset.UnixEpoch).Value,
                new() { Title = "A sample" },
                new(),
                new(1),
                DateTimeOffset.UnixEpoch
            )
            .Value;

    internal IReadOnlyDictionary<string, IReadOnlyList<IBaseRequest>> All { get; private set; } = null!;

    private string Template => Path.Combine(folder, "template.db");

    /// <summary>The senders of the samples: one who may do everything, and one who sees some projects.</summary>
    internal IReadOnlyList<Actor> Actors { get; private set; } = [];

    public async ValueTask InitializeAsync()
    {
        await using var services = KiketServices.On(DatabaseProvider.Sqlite, $"Data Source={Template};Pooling=False");
        await using var nobody = new Session(services, null);
        await nobody.Db.Database.MigrateAsync();
        var founded = (await nobody.SendAsync(new CreateOrganizationCommand("Samples", "ada@example.com", "Ada", Token))).Value;
        var workspace = new Workspace(services, new(founded.OrganizationId, founded.AdminId, OrganizationRole.Admin));
        var developer = await workspace.AddUserAsync("dev@example.com");
        Actors = [workspace.Admin, workspace.Admin with { UserId = developer.Id, Role = OrganizationRole.Developer }];

        var projectId = (await workspace.AddProjectAsync()).Id;
        await using var session = workspace.SignIn();
        var project = await session.Db.Projects.SingleAsync(p => p.Id == projectId);
        var milestone = Milestone.Plan(project, new() { Name = "First" }, founded.AdminId, DateTimeOffset.UnixEpoch).Value;
        session.Db.AddRange(milestone, ProjectMember.Of(project, developer.Id, ProjectRole.Lead, DateTimeOffset.UnixEpoch));
        await session.Db.SaveChangesAsync();
        var other = await workspace.AddIssueAsync(new() { Title = "Other", IssueType = "Epic" });
        var epic = await workspace.AddIssueAsync(new() { Title = "Epic", IssueType = "Epic" });
        var story = await workspace.AddIssueAsync(
            new()
            {
                Title = "Story",
                IssueType = "UserStory",
                ParentId = epic.Id,
            }
        );
        var task = await workspace.AddIssueAsync(
            new()
            {
                Title = "Task",
                ParentId = story.Id,
                AssigneeId = developer.Id,
                MilestoneId = milestone.Id,
            }
        );
        await session.SendAsync(new TransitionIssueCommand(IssueRef.Of(task.Id), "in_progress", "Off we go", null));
        var token = (await session.SendAsync(new IssueTokenCommand(TokenKind.Personal, "A sample", [], null))).Value;
        var invited = (await session.SendAsync(new InviteUserCommand("ina@example.com", OrganizationRole.Viewer, null))).Value;
        var comment = (await session.SendAsync(new CreateCommentCommand(IssueRef.Of(task.Id), "First"))).Value;

        await session.SendAsync(
            new ImportDefinitionsCommand([new(".kiket/workflows/main.yaml", Guarded)], "GUARD", null, DryRun: false, "tests")
        );
        var guarded = await workspace.AddIssueAsync(new() { Title = "Guarded" }, "GUARD");
        await using (var requester = new Session(services, Actors[1]))
            await requester.SendAsync(new TransitionIssueCommand(IssueRef.Of(guarded.Id), "done", null, null));
        var approval = await session.Db.Approvals.Select(a => a.Id).SingleAsync();
        await session.Db.Approvals.ExecuteUpdateAsync(set => set.SetProperty(a => a.EscalatesAt, DateTimeOffset.UnixEpoch));

        DefinitionText[] acting =
        [
            new(".kiket/workflows/main.yaml", Acting),
            new(".kiket/automations/all.yaml", Automations),
            new(".kiket/templates/issues/bug.yaml", "template: {key: bug}\n"),
        ];
        await session.SendAsync(new ImportDefinitionsCommand(acting, "ACTS", null, DryRun: false, "tests"));
        var acted = await workspace.AddIssueAsync(new() { Title = "Acted", AssigneeId = developer.Id }, "ACTS");
        await session.SendAsync(new CreateCommentCommand(IssueRef.Of(acted.Id), "Go"));

        var notification = Notification.About(
            await session.Db.Issues.SingleAsync(i => i.Id == task.Id),
            founded.AdminId,
            "Look",
            NotificationLevel.Info,
            DateTimeOffset.UnixEpoch
        );
        session.Db.Notifications.Add(notification);
        await session.Db.SaveChangesAsync();

        var helper = (await session.SendAsync(new InstallExtensionCommand(new(Helper, null), Legal, null, null))).Value;
        session.Db.ExtensionReports.Add(
            ExtensionReport.Of(founded.OrganizationId, helper.Id, ReportKind.Telemetry, Nothing, DateTimeOffset.UnixEpoch)
        );
        session.Db.StoredValues.Add(
            StoredValue.Keep(founded.OrganizationId, helper.Id, "kept", "1", DateTimeOffset.UnixEpoch).Value
        );
        await session.Db.SaveChangesAsync();
        Assert.Equal(HelperId, helper.Id);
        var webhook = Webhook.For(
            founded.OrganizationId,
            null,
            helper.Id,
            WebhookKind.Subscription,
            new(
                "http://127.0.0.1:1/",
                true,
                new Dictionary<string, string>(),
                SignatureScheme.Timestamp,
                DeliveryOrdering.None,
                Webhook.MinTimeoutMs
            ),
            [new("issue.created")],
            null,
            DateTimeOffset.UnixEpoch
        );
        session.Db.Webhooks.Add(webhook);
        await session.Db.SaveChangesAsync();
        var delivery = WebhookDelivery.Test(webhook, "evt_1", "{}", DateTimeOffset.UnixEpoch);
        session.Db.WebhookDeliveries.Add(delivery);
        await session.Db.SaveChangesAsync();
        await session.SendAsync(new SetSecretCommand(new(ExtensionRef.Of(helper.Id), null, null), "TOKEN", "a value"));
        await session.SendAsync(new PublishCustomModuleCommand(new(Shop, null), null, null));
        var order = (await session.SendAsync(new CreateCustomRecordsCommand(Orders, [Order("A")], IsBulk: false)))
            .Value[0]["id"]
            .GetInt64();

        var record = await session.Db.AuditRecords.AsNoTracking().SingleAsync(r => r.Sequence == 1);
        session.Db.AuditAnchors.Add(
            new()
            {
                OrganizationId = founded.OrganizationId,
                MerkleRoot = record.ContentHash,
                FirstSequence = record.Sequence,
                LeafCount = 1,
                FirstRecordAt = record.At,
                LastRecordAt = record.At,
                KeyId = "key",
                Signature = "signature",
                CreatedAt = record.At,
            }
        );
        await session.Db.SaveChangesAsync();

        var samples = Of(
            developer.Id,
            milestone.Id,
            comment.Id,
            token.Id,
            invited.InvitationToken,
            IssueRef.Of(other.Id),
            IssueRef.Of(epic.Id),
            IssueRef.Of(story.Id),
            IssueRef.Of(task.Id)
        );
        samples = samples
            .Concat(OfMoves(IssueRef.Of(guarded.Id), approval))
            .Concat([
                new ListNotificationsQuery(true, new(null, null, "created_at asc")),
                new MarkNotificationCommand(notification.Id, true),
                new ReadAllNotificationsCommand(),
                new ListEventsQuery(null, 2, [], null),
                new ListEventsQuery(1, null, ["issue.commented"], Legal),
                new ListEventsQuery(ListEventsQuery.FromNowOn, null, [], null, WithTotal: false),
            ]);
        samples = samples.Concat(OfAudit(founded.AdminId, AuditHash.Of(record.ContentHash)));
        var ada = await session.Db.Users.SingleAsync(u => u.Id == founded.AdminId);
        var signIn = PasswordSignIn.For(ada, DateTimeOffset.UnixEpoch);
        signIn.OfferLink(TokenSecret.Chosen(PasswordLink), DateTimeOffset.UtcNow);
        Assert.Null(signIn.SetPassword("hash", DateTimeOffset.UtcNow).Error);
        signIn.OfferLink(TokenSecret.Chosen(PasswordLink), DateTimeOffset.UtcNow);
        session.Db.PasswordSignIns.Add(signIn);
        await session.Db.SaveChangesAsync();
        samples = samples.Concat(OfSignIn(PageUser.Of(ada, signIn)));
        var gone = (await session.SendAsync(new InviteUserCommand("gone@example.com", OrganizationRole.Viewer, null))).Value;
        await session.SendAsync(new UpdateUserCommand(gone.Id, new() { Deactivated = true }, null));
        samples = samples.Concat([new EraseUserCommand(gone.Id), new EraseUserCommand(developer.Id)]);
        var application = (
            await session.SendAsync(new CreateOAuthApplicationCommand("Robot", ["issues"], ClientCredentials, [], false))
        ).Value;
        samples = samples.Concat(OfOAuth(application));
        samples = samples.Concat(OfCapacity(founded.AdminId, developer.Id, task.Id));
        samples = samples.Concat(OfWebhooks(webhook.Id, delivery.Id));
        samples = samples.Concat(OfExtensions(ExtensionRef.Of(helper.Id), helper.ApiKey!, IssueRef.Of(task.Id)));
        samples = samples.Concat(OfCustomData($"{order}"));
        All = samples.GroupBy(s => s.GetType().Name).ToDictionary(g => g.Key, g => (IReadOnlyList<IBaseRequest>)[.. g]);
    }

    public ValueTask DisposeAsync()
    {
        Directory.Delete(folder, recursive: true);
        return ValueTask.CompletedTask;
    }

    /// <summary>Sends a request on Sqlite, in a separate database, and records the answers of the database.</summary>
    /// <returns>The refusal, or null.</returns>
    internal async Task<string?> SendOnSqliteAsync(Actor actor, IBaseRequest request, Transcript transcript)
    {
        var copy = Path.Combine(folder, $"{Guid.NewGuid():N}.db");
        File.Copy(Template, copy);
        await using var services = KiketServices.On(DatabaseProvider.Sqlite, $"Data Source={copy};Pooling=False", transcript);
        return await SendAsync(services, actor, request);
    }

    /// <summary>Sends a request through the SQL Server provider to a server that only parses.</summary>
    internal static async Task<string?> SendOnSqlServerAsync(Actor actor, IBaseRequest request, ParsingSqlServer server)
    {
        await using var services = OnSqlServer(server);
        return await SendAsync(services, actor, request);
    }

    /// <summary>
    /// Runs a job on Sqlite, in a separate database with all events waiting, and records the answers of the database.
    /// </summary>
    internal async Task WorkOnSqliteAsync(Func<IServiceProvider, Task> work, Transcript transcript)
    {
        var copy = Path.Combine(folder, $"{Guid.NewGuid():N}.db");
        File.Copy(Template, copy);
        await using var services = KiketServices.On(DatabaseProvider.Sqlite, $"Data Source={copy};Pooling=False", transcript);
        await work(services);
    }

    /// <summary>Does the same through the SQL Server provider to a server that only parses.</summary>
    internal static async Task WorkOnSqlServerAsync(Func<IServiceProvider, Task> work, ParsingSqlServer server)
    {
        await using var services = OnSqlServer(server);
        await work(services);
    }

    private static ServiceProvider OnSqlServer(ParsingSqlServer server)
    {
        var services = KiketServices.Collect(DatabaseProvider.SqlServer, "Server=none");
        var options = new DbContextOptionsBuilder<SqlServerKiketDbContext>()
            .UseSqlServer(server)
            .UseSnakeCaseNamingConvention()
            .Options;
        services.AddScoped<KiketDbContext>(scope =>
        {
            var db = new SqlServerKiketDbContext(options);
            db.BeginUse(scope.GetRequiredService<CurrentActor>());
            return db;
        });
        return services.BuildServiceProvider();
    }

    private static async Task<string?> SendAsync(IServiceProvider services, Actor actor, IBaseRequest request)
    {
        await using var session = new Session(services, actor);
        if (
            request
            is GetStoredValueQuery
                or ListStoredValuesQuery
                or PutStoredValueCommand
                or DeleteStoredValueCommand
                or ReportFromExtensionCommand
                or SubscribeWebhookCommand
                or ListWebhooksQuery
                or UnsubscribeWebhookCommand
                or RotateWebhookSecretCommand
                or TestWebhookCommand
                or TestExtensionCommand
                or RotateApiKeyCommand
                or RotateExtensionSecretCommand
        )
            session.Get<CurrentActor>().SignIn(actor, ["*"], new ExtensionIdentity(HelperId, "com.example.helper", null));
        dynamic result = await session.Get<IMediator>().Send((dynamic)request);
        return result.Error?.Code;
    }

    private static DefinitionText[] Pack(string project) =>
        [
            new(
                ".kiket/project.yaml",
                $$"""
                project:
                  key: {{project}}
                  name: A pack
                  seed_data:
                    issues:
                      - {title: Lease, issue_type: task, status: open}
                """
            ),
            new(".kiket/workflows/main.yaml", "workflow: main\nstates: [open, done]\ntransitions:\n  - {from: open, to: done}\n"),
            new(".kiket/issue_types.yaml", "issue_types:\n  - key: task\n"),
        ];

    private const string Acting = """
        workflow: main
        states:
          - open:
              type: initial
              on_enter:
                - {action: notify, message: Hi, recipients: {user: assignee, roles: [admin, lead, nobody], fields: [reporter]}}
                - {action: assign, to: dev@example.com}
                - {action: assign, to: reporter, field: custom_fields.owner}
                - {action: add_label, label: acted}
                - {action: update_fields, fields: {milestone_id: 99}}
                - {action: set_field, field: custom_fields.ci, value: green}
                - {action: spawn_issue, title: Another, template: bug, status: done}
                - {action: transition, to: doing}
                - {action: transition, to: done}
              on_exit: [{action: add_label, label: left}]
              checklist: {id: auto, items: [{id: ci, condition: {field: custom_fields.ci, equals: green}}],
                  on_complete: [{action: add_label, label: checked}]}
          - doing: {wip_limit: 5}
          - done: {type: final}
        transitions:
          - {from: open, to: doing, conditions: [{checklist: auto, complete: true}]}
          - {from: doing, to: done, require_approval: 1}
        """;

    private const string Automations = """
        automations:
          - id: talk
            trigger: {event: issue.commented, conditions: [{field: priority, equals: medium}]}
            actions:
              - {type: add_label, label: talked, conditions: [{field: assignee, equals: dev@example.com}]}
              - {type: dance}
        """;

    private const string Guarded = """
        workflow: main
        states:
          - open: {type: initial, checklist: {id: tests, items: [{id: looked, check_type: manual}]}}
          - doing: {wip_limit: 5}
          - done: {type: final}
        transitions:
          - {from: open, to: doing, conditions: [{checklist: tests, complete: false}]}
          - {from: doing, to: open}
          - {from: open, to: done, require_approval: [{name: Ok, timeout: 30m}]}
        """;

    private static IEnumerable<IBaseRequest> OfAudit(UserId admin, string root)
    {
        var (page, at) = (new PageRequest(null, null, null), DateTimeOffset.UnixEpoch);
        var all = new AuditFilter
        {
            Action = "create_issue",
            ActorId = admin,
            SubjectType = "issue",
            SubjectId = 1,
            From = at,
            To = at.AddYears(100),
        };

        yield return new ListAuditLogQuery(new(), null, null);
        yield return new ListAuditLogQuery(all, 1_000, 1);
        yield return new ExportAuditLogCommand();
        yield return new VerifyAuditLogQuery();
        yield return new ListAuditAnchorsQuery("confirmed", "local", at, at.AddYears(100), page);
        yield return new ListAuditAnchorsQuery("pending", null, null, null, page);
        yield return new GetAuditAnchorQuery(root, WithRecords: true);
        yield return new GetAuditAnchorQuery("0x12", WithRecords: false);
        yield return new GetAuditRecordQuery(1);
        yield return new ProveAuditRecordQuery(1, null);
        yield return new ProveAuditRecordQuery(2, null);
        yield return new VerifyAuditProofQuery(root, root, [], 0);
    }

    private static IEnumerable<IBaseRequest> OfCapacity(UserId admin, UserId developer, IssueId task)
    {
        yield return new GetTeamCapacityQuery(null, null, null, new(null, null, null));
        yield return new GetTeamCapacityQuery(Legal, "editor", 8, new(1, 1, null));
        yield return new ListRecommendationsQuery(Legal, 5);
        yield return new ReassignIssuesCommand([new(new(task.Value), new(admin.Value), null)], [], Partial: false, DryRun: false);
        yield return new ReassignIssuesCommand(
            [new(new(task.Value), new(developer.Value), null)],
            [$"rec_999_1_{admin}"],
            Partial: true,
            DryRun: true
        );
        yield return new GetOrganizationSettingsQuery();
        yield return new GetOrganizationQuery("1");
        yield return new ListSlaEventsQuery(null, null, [], null, null);
        yield return new ListSlaEventsQuery(
            Legal,
            IssueRef.Of(new(task.Value)),
            [SlaEventState.Breached, SlaEventState.Imminent],
            5,
            2
        );
        yield return new ListIssuesAtRiskQuery(TimeSpan.FromHours(4), null, new(null, null, null));
        yield return new ListIssuesAtRiskQuery(TimeSpan.FromHours(4), Legal, new(1, 5, null));
        yield return new ListBreachedIssuesQuery(new(null, null, null));
        yield return new GetIssueSlaQuery(IssueRef.Of(new(task.Value)));
        yield return new ListIssuesQuery(new() { Sla = [SlaStatus.Ok, SlaStatus.Breached] }, new(null, null, null));
        yield return new UpdateOrganizationSettingsCommand(new() { TimeZone = "Europe/Berlin" }, null);
    }

    private const string Helper = """
        model_version: "1.0"
        extension: {id: com.example.helper, name: Helper, delivery: http, callback: {url: "https://helper.example.com"},
            hooks: [issue.created]}
        """;

    /// <summary>The first installation of a new database.</summary>
    private static readonly ExtensionId HelperId = new(1);

    private static readonly Dictionary<string, JsonElement> Nothing = [];

    private static IEnumerable<IBaseRequest> OfWebhooks(long webhook, long delivery)
    {
        var all = new DeliveryFilter(null, [], [], null);
        yield return new SubscribeWebhookCommand(
            "https://192.0.66.1/",
            ["issue.created"],
            null,
            SignatureScheme.Standard,
            DeliveryOrdering.Issue
        );
        yield return new ListWebhooksQuery(new(null, null, "created_at desc"));
        yield return new RotateWebhookSecretCommand(webhook, null);
        yield return new TestWebhookCommand(webhook);
        yield return new TestExtensionCommand(ExtensionRef.Of(HelperId), null);
        yield return new RotateApiKeyCommand(ExtensionRef.Of(HelperId), null);
        yield return new RotateExtensionSecretCommand(ExtensionRef.Of(HelperId), null, null);
        yield return new UnsubscribeWebhookCommand(webhook);
        yield return new ListDeliveriesQuery(all, new(null, null, "completed_at desc"));
        yield return new ListDeliveriesQuery(
            new(ExtensionRef.Of(HelperId), ["issue.created"], [DeliveryState.Failed], DateTimeOffset.UnixEpoch),
            new(null, null, null)
        );
        yield return new GetDeliveryQuery(delivery);
        yield return new GetDeliveryOverviewQuery();
        yield return new CountRedeliverableQuery(all with { Webhook = webhook });
        yield return new ListEndpointsQuery(new(null, null, "created_at desc"));
        yield return new PauseWebhookCommand(webhook, TimeSpan.FromHours(1));
        yield return new ResumeWebhookCommand(webhook);
        yield return new RedeliverOneCommand(delivery);
        yield return new RedeliverManyCommand(all);
        yield return new RedeliverManyCommand(
            all with
            {
                Extension = ExtensionRef.TryParse("com.example.helper", out var helper) ? helper : null,
            }
        );
    }

    private const string Shop =
        "module: shop\ntables: {orders: {columns: [{name: number, type: string, unique: true}, {name: total, type: "
        + "integer, indexed: true}, {name: note, type: text}]}}";

    private static CustomTableRef Orders => new("shop", "orders", Legal);

    private static Dictionary<string, JsonElement> Order(object number) =>
        new() { ["number"] = JsonSerializer.SerializeToElement(number) };

    private static IEnumerable<IBaseRequest> OfCustomData(string order)
    {
        var page = new PageRequest(null, null, null);
        Dictionary<string, JsonElement> Filter(string json) => JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(json)!;
        yield return new ListCustomModulesQuery(page);
        yield return new PublishCustomModuleCommand(new(Shop, null), Legal, null);
        yield return new PublishCustomModuleCommand(
            new(Shop.Replace("integer", "bigint", StringComparison.Ordinal), null),
            null,
            null
        );
        yield return new ListCustomRecordsQuery(Orders, Filter("{}"), page);
        yield return new ListCustomRecordsQuery(
            Orders,
            Filter("""{"total": {"gte": 1, "lt": 9, "ne": 4}, "number": ["A", "B"]}"""),
            new(1, 1, "total desc")
        );
        yield return new ListCustomRecordsQuery(Orders, Filter("""{"note": "x"}"""), new(1, 1, "note"));
        yield return new GetCustomRecordQuery(Orders, order);
        yield return new CreateCustomRecordsCommand(Orders, [Order("B"), Order("C")], IsBulk: true);
        yield return new CreateCustomRecordsCommand(Orders, [Order("A")], IsBulk: false);
        yield return new UpdateCustomRecordCommand(Orders, order, Order("D"));
        yield return new DeleteCustomRecordCommand(Orders, order);
    }

    private static IEnumerable<IBaseRequest> OfExtensions(ExtensionRef helper, string key, IssueRef issue)
    {
        var page = new PageRequest(null, null, null);
        Assert.True(ExtensionRef.TryParse("com.example.helper", out var named));
        yield return new AuthenticateExtensionQuery(key, false);
        yield return new InstallExtensionCommand(new(Helper, null), Legal, null, "https://other.example.com");
        yield return new InstallExtensionCommand(new(Helper, null), null, null, null);
        yield return new GetExtensionQuery(helper, null);
        yield return new GetExtensionQuery(named, Legal);
        yield return new ListExtensionsQuery(null, [], page);
        yield return new ListExtensionsQuery(
            Legal,
            [ExtensionStatus.Active, ExtensionStatus.Uninstalled],
            new(1, 1, "extension_id desc, status asc, installed_at asc, updated_at asc")
        );
        yield return new UpdateExtensionCommand(helper, null, new() { RateLimitRequests = 5 }, null);
        yield return new UninstallExtensionCommand(helper, null, null);
        yield return new ListExtensionAuditQuery(helper, null, page);
        yield return new SetSecretCommand(new(helper, null, null), "TOKEN", "another");
        yield return new SetSecretCommand(new(helper, SecretScope.Organization, null), "NEW", "value");
        yield return new ReadSecretCommand(new(named, null, Legal), "TOKEN");
        yield return new ListSecretsQuery(new(helper, null, null));
        yield return new ListSecretsQuery(new(helper, SecretScope.ProductInstallation, null));
        yield return new DeleteSecretCommand(new(helper, null, null), "TOKEN");
        yield return new GetStoredValueQuery("kept");
        yield return new ListStoredValuesQuery(page);
        yield return new PutStoredValueCommand("a", "1", null, false);
        yield return new PutStoredValueCommand("kept", "2", 1, false);
        yield return new DeleteStoredValueCommand("kept", null);
        yield return new ReportFromExtensionCommand(null, ReportKind.Log, Nothing);
        yield return new ReportAnonymouslyCommand("com.example.helper", Nothing);
        yield return new ListExtensionReportsQuery(helper, null, [ReportKind.Telemetry], page);
        yield return new GetWorkflowStatesQuery(Legal, null, new TypeKey("bug"));
        yield return new TriggerWorkflowCommand(issue, "Park", null, null, null);
    }

    private static IEnumerable<IBaseRequest> OfMoves(IssueRef issue, long approval)
    {
        yield return new ListApprovalsQuery(issue, new(null, null, "status asc"));
        yield return new DecideApprovalCommand(issue, approval, true, "Fine");
        yield return new DecideApprovalCommand(issue, approval, false, null);
        yield return new EscalateApprovalCommand(approval);
        yield return new ListChecklistsQuery(issue);
        yield return new CheckItemCommand(issue, "looked", true);
        yield return new TransitionIssueCommand(issue, "doing", null, null);
        yield return new TransitionIssueCommand(issue, "done", null, null);
        yield return new UpdateIssueCommand(issue, new() { Title = "Moved" }, "doing", null);
        yield return new ListIssueTransitionsQuery(issue);
    }

    private static readonly string[] ClientCredentials = ["client_credentials"];

    private static IEnumerable<IBaseRequest> OfSignIn(PageUser visitor)
    {
        yield return new BeginSignInCommand(visitor.Email, null);
        yield return new BeginSignInCommand(visitor.Email, "samples");
        yield return new BeginProviderSignInCommand(visitor.Email, "samples");
        yield return new FindPageUserQuery(visitor.Id, visitor.Stamp);
        yield return new RefuseSignInCommand(visitor.Id);
        yield return new ForgetSignInTryCommand(visitor.Id);
        yield return new CompleteSignInCommand(visitor, null);
        yield return new BeginCodeTryCommand(visitor.Id);
        yield return new ResetSecondStepCommand(visitor.Id);
        yield return new RemoveSecondStepCommand("");
        var step = Totp.StepAt(KiketServices.Clock().GetUtcNow());
        yield return new AddSecondStepCommand(TotpKey, Totp.CodeOf(Totp.BytesOf(TotpKey)!, step));
        yield return new SignOutCommand();
        yield return new UseDashboardCommand("recurring/trigger prune");
    }

    private static IEnumerable<IBaseRequest> OfOAuth(OAuthApplicationDto application)
    {
        yield return new CreateOAuthApplicationCommand("Another", ["issues:read"], ClientCredentials, [], false);
        yield return new ListOAuthApplicationsQuery(new(null, null, "created_at desc"));
        yield return new GrantClientCredentialsQuery(application.ClientId, ["issues:read"]);
        yield return new GrantUserAccessQuery(application.ClientId, new(1), ["issues:read"]);
        yield return new IssueTokensCommand(application.ClientId, new(1));
        yield return new RefuseClientCommand(application.ClientId);
        yield return new AllowApplicationCommand(application.ClientId, ["issues:read"], IsKept: true);
        yield return new CheckApplicationAddressQuery(application.ClientId, null);
        yield return new UpdateOAuthApplicationCommand(application.Id, new(["10.0.0.0/8"]));
        yield return new RotateOAuthSecretCommand(application.Id);
        yield return new RemoveOAuthApplicationCommand(application.Id);
    }

    private static IEnumerable<IBaseRequest> Of(
        UserId user,
        long milestone,
        long comment,
        long token,
        string invitation,
        IssueRef other,
        IssueRef epic,
        IssueRef story,
        IssueRef task
    )
    {
        var (page, now) = (new PageRequest(null, null, null), DateTimeOffset.UnixEpoch);
        var fields = new Dictionary<string, JsonElement> { ["size"] = JsonSerializer.SerializeToElement(3) };

        yield return new AuthenticateTokenQuery(Token);
        yield return new RefuseTokenCommand(Token, null);
        yield return new CreateOrganizationCommand("Another", "bob@example.com", null, null);
        yield return new CreateOrganizationCommand("Samples", "bob@example.com", null, null);

        yield return new IssueTokenCommand(TokenKind.Personal, "Mine", ["read:issues"], null);
        yield return new IssueTokenCommand(TokenKind.Workspace, "Ours", [], now.AddYears(100));
        yield return new ListTokensQuery(TokenKind.Personal, page);
        yield return new ListTokensQuery(TokenKind.Workspace, page);
        yield return new UpdateTokenCommand(token, 5, 60, default);
        yield return new RotateTokenCommand(token, 60);
        yield return new RevokeTokenCommand(TokenKind.Personal, token);
        yield return new RevokeTokenCommand(TokenKind.Workspace, token);
        yield return new CreateUserTokenCommand("dev@example.com", null, [], TimeSpan.FromDays(1));
        yield return new CreateUserTokenCommand("dev@example.com", "samples", ["admin"], null);
        yield return new ListUserTokensQuery(page);
        yield return new RotateUserTokenCommand(token, TimeSpan.Zero);
        yield return new RevokeUserTokenCommand(token);
        yield return new ListOrganizationsQuery(page);
        yield return new InviteUserCommand("eve@example.com", OrganizationRole.Viewer, "Eve");
        yield return new AcceptInvitationCommand(invitation, "Ina");
        yield return new OfferPasswordLinkCommand(user);
        yield return new CreatePasswordLinkCommand("dev@example.com", "samples");
        yield return new FindPasswordLinkQuery(PasswordLink);
        yield return new SetPasswordCommand(PasswordLink, "hash");
        yield return new GetCurrentUserQuery();
        yield return new GetUserQuery(new(user.Value));
        yield return new ListUsersQuery([], page);
        yield return new ListUsersQuery(
            [OrganizationRole.Developer, OrganizationRole.Admin],
            new(1, 1, "name desc, created_at asc")
        );
        yield return new UpdateUserCommand(new(user.Value), new() { Role = OrganizationRole.Viewer, Capacity = 20 }, null);
        yield return new UpdateUserCommand(new(1), new() { Deactivated = true }, null);

        yield return new ListMembersQuery(Legal, page);
        yield return new SetMemberCommand(Legal, new(user.Value), ProjectRole.Member);
        yield return new SetMemberCommand(Legal, new(1), ProjectRole.Viewer);
        yield return new SetMemberCommand(Legal, new(1), null, []);
        yield return new RemoveMemberCommand(Legal, new(user.Value));

        yield return new ImportDefinitionsCommand(Pack("NEWS"), null, null, DryRun: true, "tests");
        yield return new ImportDefinitionsCommand(Pack("NEWS"), null, null, DryRun: false, "tests");
        yield return new ImportDefinitionsCommand([Pack("LEGAL")[1]], "LEGAL", null, DryRun: false, "tests");
        yield return new ImportDefinitionsCommand(
            [new(".kiket/workflow_sla_definitions.yml", "[{id: slow, status: open, max_duration_minutes: 5}]\n")],
            "ACTS",
            null,
            DryRun: false,
            "tests"
        );
        yield return new ListDefinitionsQuery(null, page);
        yield return new ListDefinitionsQuery(Legal, page);

        yield return new ListWorkflowsQuery(null, page);
        yield return new ListWorkflowsQuery(Legal, new(1, 1, "key desc, name asc, version asc, created_at asc"));
        yield return new GetWorkflowQuery(new("default", Legal), 1);
        yield return new GetWorkflowQuery(new("default", null), null);
        yield return new GetWorkflowUseQuery(new("default", Legal), null);
        yield return new PutWorkflowCommand(new("default", Legal), "workflow: default\nstates: [backlog, done]\n", null);
        yield return new ValidateWorkflowQuery("workflow: main\nstates: [open]\n", Legal);
        yield return new SimulateWorkflowQuery(new("default", Legal), null, fields, ["in_progress"]);
        yield return new MigrateWorkflowCommand(
            new("default", Legal),
            null,
            null,
            new Dictionary<StateKey, StateKey>(),
            DryRun: false
        );
        yield return new MigrateWorkflowCommand(
            new("default", Legal),
            1,
            null,
            new Dictionary<StateKey, StateKey>(),
            DryRun: true
        );

        yield return new CreateProjectCommand("NEW", new() { Name = "New", LeadId = user });
        yield return new CreateProjectCommand(null, new() { Name = "Legal" });
        yield return new GetProjectQuery(Legal);
        yield return new ListProjectsQuery([], [], null, page);
        yield return new ListProjectsQuery(
            [ProjectStatus.Active, ProjectStatus.Archived],
            [ProjectVisibility.Team],
            "leg",
            new(1, 10, "start_date desc, name asc, status asc")
        );
        yield return new UpdateProjectCommand(Legal, null, new() { Description = "Changed", LeadId = user }, 1);
        yield return new ArchiveProjectCommand(Legal, null);

        yield return new CreateCommentCommand(task, "A comment");
        yield return new GetCommentQuery(task, comment);
        yield return new ListCommentsQuery(task, page);
        yield return new UpdateCommentCommand(task, comment, "Another comment", null);
        yield return new DeleteCommentCommand(task, comment, null);

        yield return new CreateMilestoneCommand(Legal, new() { Name = "Second" });
        yield return new GetMilestoneQuery(Legal, milestone);
        yield return new ListMilestonesQuery(Legal, [], page);
        yield return new ListMilestonesQuery(Legal, [MilestoneStatus.Planning], new(1, 1, "target_date desc, name asc"));
        yield return new UpdateMilestoneCommand(Legal, milestone, new() { Description = "Changed" }, null);
        yield return new DeleteMilestoneCommand(Legal, milestone, null);

        yield return new GetIssueSchemaQuery(Legal);
        yield return new GetIssueSchemaQuery(null);
        yield return new CreateIssueCommand(Legal, new() { Title = "Plain" }, null);
        yield return new CreateIssueCommand(
            ProjectRef.TryParse("ACTS", out var acts) ? acts : Legal,
            new() { Title = "By template" },
            null,
            "bug"
        );
        yield return new CreateIssueCommand(
            Legal,
            new()
            {
                Title = "Rich",
                IssueType = "Bug",
                ParentId = epic.Id,
                AssigneeId = user,
                MilestoneId = milestone,
                Labels = new[] { "a", "b" },
                CustomFields = fields,
                StoryPoints = 2.5m,
                DueDate = new DateOnly(2026, 1, 1),
            },
            new StateKey("review")
        );
        yield return new GetIssueQuery(task);
        yield return new GetIssueQuery(IssueRef.TryParse("LEGAL-1", out var key) ? key : default);
        yield return new GetIssueQuery(IssueRef.Of(new(-1)));
        yield return new ListIssuesQuery(new(), page);
        yield return new ListIssuesQuery(new() { Project = Legal }, page);
        yield return new ListIssuesQuery(new() { Project = ProjectRef.Of(new(1)) }, page);
        yield return new ListIssuesQuery(
            new()
            {
                Project = Legal,
                Status = ["backlog", "in_progress"],
                Assignee = ["me", "unassigned", "dev@example.com", "1"],
                IssueType = ["task", "UserStory", "Epic"],
                Priority = [IssuePriority.Medium],
                Search = "e",
                CreatedAfter = TimeBound.At(now),
                CreatedBefore = TimeBound.At(now.AddYears(100)),
                UpdatedAfter = TimeBound.At(now),
                UpdatedBefore = TimeBound.At(now.AddYears(100)),
            },
            new(1, 2, "due_date desc, priority asc, key asc, title desc, status asc, issue_type asc, updated_at desc")
        );
        yield return new ListIssuesQuery(
            new()
            {
                Assignee = ["dev@example.com"],
                MilestoneId = [milestone],
                ParentId = [story.Id!.Value],
            },
            page
        );
        yield return new ListIssuesQuery(
            new()
            {
                Project = ProjectRef.Of(new(1)),
                Labels =
                [
                    ["a", "b"],
                    ["c"],
                ],
                DueAfter = DateOnly.MinValue,
                DueBefore = DateOnly.MaxValue,
            },
            page
        );
        yield return new ListIssueHistoryQuery(task, page);
        yield return new ListIssueHistoryQuery(task, new(1, 1, "at desc"));
        yield return new ListIssueTransitionsQuery(task);
        yield return new TransitionIssueCommand(task, "review", "Done", null);
        yield return new TransitionIssueCommand(task, "nowhere", null, null);
        yield return new UpdateIssueCommand(
            task,
            new()
            {
                Title = "Changed",
                IssueType = "Bug",
                AssigneeId = user,
                MilestoneId = milestone,
                CustomFields = fields,
            },
            "review",
            null
        );
        yield return new UpdateIssueCommand(story, new() { ParentId = other.Id }, null, null);
        yield return new UpdateIssueCommand(story, new() { ParentId = (IssueId?)null }, null, null);
        yield return new DeleteIssueCommand(epic, null);
    }
}
