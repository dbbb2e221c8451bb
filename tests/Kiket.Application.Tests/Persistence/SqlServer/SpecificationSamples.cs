using Ardalis.Specification;
using Kiket.Application.Approvals;
using Kiket.Application.Audit;
using Kiket.Application.Comments;
using Kiket.Application.Common;
using Kiket.Application.CustomData;
using Kiket.Application.Definitions;
using Kiket.Application.Events;
using Kiket.Application.Extensions;
using Kiket.Application.Issues;
using Kiket.Application.Milestones;
using Kiket.Application.Notifications;
using Kiket.Application.Projects;
using Kiket.Application.Sla;
using Kiket.Application.Tokens;
using Kiket.Application.Users;
using Kiket.Application.Webhooks;
using Kiket.Application.Workflows;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Users;
using Kiket.Domain.Webhooks;
using Kiket.Infrastructure.Persistence;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Tests.Persistence.SqlServer;

/// <summary>Samples of each specification, as queries: together they take each of its branches.</summary>
internal static class SpecificationSamples
{
    private static readonly BusinessCalendar Always = BusinessCalendar.AroundTheClock;
    private static readonly DateTimeOffset Noon = new(2026, 11, 28, 12, 0, 0, TimeSpan.Zero);

    public static IReadOnlyDictionary<string, Func<KiketDbContext, IEnumerable<string>>> All { get; } =
        new Dictionary<string, Func<KiketDbContext, IEnumerable<string>>>
        {
            [nameof(ActiveUser)] = db => [Sql(db.Users, new ActiveUser(new(1)))],
            [nameof(ActiveWebhooks)] = db => [Sql(db.Webhooks, new ActiveWebhooks())],
            [nameof(ApprovalsOf)] = db => [Sql(db.Approvals, new ApprovalsOf(new(1)))],
            [nameof(AuditRecordsThat)] = db => [Sql(db.AuditRecords, new AuditRecordsThat(new() { Action = "create_issue" }))],
            [nameof(AuditOf)] = db => [Sql(db.ExtensionAuditEntries, new AuditOf(new(1)))],
            [nameof(BreachedTimers)] = db => [Sql(db.SlaTimers, new BreachedTimers())],
            [nameof(ChangesOf)] = db => [Sql(db.IssueChanges, new ChangesOf(new(1)))],
            [nameof(CommentOn)] = db => [Sql(db.Comments, new CommentOn(new(1), 2))],
            [nameof(CommentsOn)] = db => [Sql(db.Comments, new CommentsOn(new(1)))],
            [nameof(DeliveriesMatching)] = db =>
                [
                    Sql(
                        db.WebhookDeliveries,
                        new DeliveriesMatching(
                            new(ExtensionRef.Of(new(1)), ["issue.created"], [DeliveryState.Failed], Noon),
                            db.Extensions
                        )
                    ),
                    Sql(db.WebhookDeliveries, new DeliveriesMatching(new(Helper, [], [], null, 1, new(1, 2)), db.Extensions)),
                ],
            [nameof(DeliveriesOf)] = db => [Sql(db.WebhookDeliveries, new DeliveriesOf(new(1)))],
            [nameof(EndpointOf)] = db => [Sql(db.Webhooks, new EndpointOf(new(1)))],
            [nameof(EventsAfter)] = db =>
                [Sql(db.Events, new EventsAfter(1, [], [])), Sql(db.Events, new EventsAfter(1, ["a"], ["b"]))],
            [nameof(ExtensionsMatching)] = db =>
                [
                    Sql(db.Extensions, new ExtensionsMatching(null, [ExtensionStatus.Active])),
                    Sql(db.Extensions, new ExtensionsMatching(new(1), [ExtensionStatus.Active])),
                ],
            [nameof(ExtensionsVisibleTo)] = db =>
                Actors().Select(current => Sql(db.Extensions, new ExtensionsVisibleTo(current, db.Projects))),
            [nameof(FilesOf)] = db => [Sql(db.DefinitionFiles, new FilesOf(db.Projects))],
            [nameof(IssueByRef)] = db =>
                [Sql(db.Issues, new IssueByRef(IssueRef.Of(new(1)))), Sql(db.Issues, new IssueByRef(Legal1))],
            [nameof(IssuesBelow)] = db => [Sql(db.Issues, new IssuesBelow(RequestSamples.AnIssue))],
            [nameof(IssuesMatching)] = db =>
                Filters
                    .Select(f => Sql(db.Issues, new IssuesMatching(f, [], Always, db)))
                    .Append(Sql(db.Issues, new IssuesMatching(new() { Assignee = ["1"] }, [new(1)], Always, db)))
                    .Append(Sql(db.Issues, new IssuesMatching(new() { Assignee = ["1", "2"] }, [new(1), new(2)], Always, db)))
                    .Append(Sql(db.Issues, new IssuesMatching(new() { Assignee = ["1", "unassigned"] }, [new(1)], Always, db))),
            [nameof(IssuesVisibleTo)] = db => Actors().Select(c => Sql(db.Issues, new IssuesVisibleTo(c.Actor, db.Projects))),
            [nameof(LatestWorkflowsOf)] = db => [Sql(db.Workflows, new LatestWorkflowsOf(db.Projects, db.Workflows))],
            [nameof(MembershipOf)] = db => [Sql(db.ProjectMembers, new MembershipOf(new(1), new(2)))],
            [nameof(MilestoneIn)] = db => [Sql(db.Milestones, new MilestoneIn(new(1), 2))],
            [nameof(MilestonesOf)] = db =>
                [
                    Sql(db.Milestones, new MilestonesOf(new(1), [])),
                    Sql(db.Milestones, new MilestonesOf(new(1), [MilestoneStatus.Active])),
                ],
            [nameof(ModulesVisibleTo)] = db =>
                [
                    Sql(db.CustomModules, new ModulesVisibleTo(null, true, db.Projects)),
                    Sql(db.CustomModules, new ModulesVisibleTo(new(1), false, db.Projects)),
                ],
            [nameof(NotificationsOf)] = db => [Sql(db.Notifications, new NotificationsOf(new(1), db.Issues))],
            [nameof(NotificationsRead)] = db =>
                [Sql(db.Notifications, new NotificationsRead(true)), Sql(db.Notifications, new NotificationsRead(null))],
            [nameof(OpenTimerOf)] = db => [Sql(db.SlaTimers, new OpenTimerOf(new(1)))],
            [nameof(OpenApprovalsOf)] = db => [Sql(db.Approvals, new OpenApprovalsOf(new(1)))],
            [nameof(PeopleOf)] = db => [Sql(db.Users, new PeopleOf(AProject, db.ProjectMembers))],
            [nameof(PeopleWithRoles)] = db =>
                [Sql(db.Users, new PeopleWithRoles([])), Sql(db.Users, new PeopleWithRoles([OrganizationRole.Admin]))],
            [nameof(Person)] = db => [Sql(db.Users, new Person(new(1)))],
            [nameof(PersonalTokensOf)] = db => [Sql(db.AccessTokens, new PersonalTokensOf(new(1)))],
            [nameof(ProjectByRef)] = db =>
                [
                    Sql(db.Projects, new ProjectByRef(ProjectRef.Of(new(1)))),
                    Sql(db.Projects, new ProjectByRef(RequestSamples.Legal)),
                ],
            [nameof(ProjectsMatching)] = db =>
                [
                    Sql(db.Projects, new ProjectsMatching([], [], [])),
                    Sql(db.Projects, new ProjectsMatching([ProjectStatus.Active], [ProjectVisibility.Team], ["a", "b"])),
                ],
            [nameof(ProjectsVisibleTo)] = db =>
                Actors().Select(c => Sql(db.Projects, new ProjectsVisibleTo(c.Actor, db.ProjectMembers))),
            [nameof(ProjectsWithWorkflow)] = db => [Sql(db.Projects, new ProjectsWithWorkflow("main", db.Workflows, 20))],
            [nameof(RecordsOfTable)] = db => [Sql(db.CustomRecords, new RecordsOfTable(1, "orders", new(2)))],
            [nameof(ReportsOf)] = db =>
                [
                    Sql(db.ExtensionReports, new ReportsOf(new(1), [])),
                    Sql(db.ExtensionReports, new ReportsOf(new(1), [ReportKind.Telemetry])),
                ],
            [nameof(SlaEventsMatching)] = db =>
                [
                    Sql(db.SlaEvents, new SlaEventsMatching(null, [])),
                    Sql(db.SlaEvents, new SlaEventsMatching(new(1), [SlaEventState.Breached])),
                ],
            [nameof(SubscriptionsOf)] = db => [Sql(db.Webhooks, new SubscriptionsOf(new(1)))],
            [nameof(TimersBreachingBy)] = db => [Sql(db.SlaTimers, new TimersBreachingBy(Noon))],
            [nameof(ValueOf)] = db => [Sql(db.StoredValues, new ValueOf(new(1), "key"))],
            [nameof(ValuesOf)] = db => [Sql(db.StoredValues, new ValuesOf(new(1)))],
            [nameof(ValuesOfTable)] = db => [Sql(db.CustomRecordValues, new ValuesOfTable(1, "orders", new(2)))],
            [nameof(VersionsOf)] = db =>
                [Sql(db.Workflows, new VersionsOf(new(1), "main")), Sql(db.Workflows, new VersionsOf(new(1), "main", 2))],
            [nameof(WorkflowOf)] = db => [Sql(db.Workflows, new WorkflowOf(RequestSamples.AnIssue))],
            [nameof(WorkspaceTokens)] = db => [Sql(db.AccessTokens, new WorkspaceTokens())],
        };

    private static ExtensionRef Helper =>
        ExtensionRef.TryParse("com.example.helper", out var helper) ? helper : throw new InvalidOperationException();

    private static Project AProject => Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value;

    private static IssueRef Legal1 => IssueRef.TryParse("LEGAL-1", out var issue) ? issue : throw new InvalidOperationException();

    private static IEnumerable<IssueFilter> Filters =>
        [
            new(),
            new() { Project = ProjectRef.Of(new(1)), Assignee = [IssueFilter.Unassigned] },
            new()
            {
                Project = RequestSamples.Legal,
                Status = ["open"],
                Labels =
                [
                    ["a", "b"],
                    ["c"],
                ],
                IssueType = ["Task"],
                Priority = [IssuePriority.High],
                MilestoneId = [1],
                ParentId = [new(1)],
                Sla = [SlaStatus.Breached],
                Search = "two words",
                CreatedAfter = new(Noon, null),
                CreatedBefore = new(Noon, null),
                UpdatedAfter = new(Noon, null),
                UpdatedBefore = new(Noon, null),
                DueAfter = new(2026, 1, 1),
                DueBefore = new(2026, 12, 31),
            },
        ];

    /// <summary>An administrator, somebody who sees some projects, and an extension of one project.</summary>
    private static IEnumerable<CurrentActor> Actors()
    {
        var (admin, viewer, extension) = (new CurrentActor(), new CurrentActor(), new CurrentActor());
        admin.SignIn(new(new(1), new(1), OrganizationRole.Admin), []);
        viewer.SignIn(new(new(1), new(1), OrganizationRole.Viewer), []);
        extension.SignIn(
            new(new(1), new(1), OrganizationRole.Developer) { OnlyProjectId = new(1) },
            [],
            new(new(1), "com.example.helper", new(1))
        );
        return [admin, viewer, extension];
    }

    private static string Sql<T>(IQueryable<T> source, Specification<T> specification)
        where T : class => source.WithSpecification(specification).ToQueryString();
}
