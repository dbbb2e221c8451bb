using System.Text.Json;
using Kiket.Domain.Approvals;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Snapshots;

/// <summary>A host stores an aggregate as JSON, loads it again, and continues to work with it.</summary>
public sealed class StoredAggregateTests
{
    private static readonly UserId Ada = new(7);
    private static readonly UserId Bob = new(8);
    private static readonly DateTimeOffset Noon = new(2026, 12, 21, 12, 0, 0, TimeSpan.Zero);

    private static readonly Project Legal = Project.Restore(
        Project.Start(new(1), "LEGAL", new() { Name = "Legal", LeadId = Ada }, Noon).Value.ToSnapshot() with
        {
            Id = new(5),
        }
    );

    private static readonly Workflow Flow = Workflow.Restore(
        Workflow.Publish(new(1), new(5), "default", 1, WorkflowDefinition.BuiltIn, null, Noon).Value.ToSnapshot() with
        {
            Id = 3,
        }
    );

    [Fact]
    public void Each_public_aggregate_has_a_test_here() =>
        Assert.Equal(
            typeof(IAggregateRoot)
                .Assembly.GetExportedTypes()
                .Where(t => t.IsAssignableTo(typeof(IAggregateRoot)) && !t.IsAbstract)
                .Select(t => t.Name)
                .Order(),
            new[] { nameof(Approval), nameof(Issue), nameof(Milestone), nameof(Project), nameof(SlaTimer), nameof(Workflow) }
        );

    [Fact]
    public void An_issue_moves_on_and_is_changed()
    {
        var issue = Stored(Opened());

        var moved = issue.Move(
            Flow.Definition.FindTransition(new("backlog"), "in_progress")!,
            Flow,
            Facts(issue),
            Ada,
            Noon,
            out _
        );
        var edited = issue.Edit(new() { Title = "Rent" }, Legal.Schema, Bob, Noon.AddHours(1));

        Assert.False(moved.IsRefused || edited.IsRefused);
        Assert.Equal(("LEGAL-1", "in_progress", "Rent", 3), (issue.Key, issue.Status.Value, issue.Title, issue.Version));
        Assert.Equal([IssueAction.Transitioned, IssueAction.Updated], issue.History.Select(h => h.Action));
        Assert.Equal([typeof(IssueTransitioned), typeof(IssueUpdated)], issue.DomainEvents.Select(e => e.GetType()));
    }

    [Fact]
    public void An_issue_finds_its_place_and_its_sort_keys_again()
    {
        var parent = Stored(Opened(type: "Epic"));
        var child = Stored(Opened(id: 43));
        Assert.False(child.MoveUnder(parent, Legal.Schema, 0, Ada, Noon).IsRefused);

        var again = Stored(child);

        Assert.Equal(("/42/", new IssueId(42), 1), (again.HierarchyPath, again.ParentId, again.HierarchyDepth));
        Assert.Equal(
            (child.SortKey, child.SearchText, child.StatusSortKey, child.TypeSortKey),
            (again.SortKey, again.SearchText, again.StatusSortKey, again.TypeSortKey)
        );
        Assert.True(parent.MoveUnder(again, Legal.Schema, 0, Ada, Noon).IsRefused);
    }

    [Fact]
    public void An_issue_that_has_its_number_keeps_it()
    {
        var issue = Stored(Opened());

        Assert.Throws<InvalidOperationException>(() => issue.TakeNumber("LEGAL", 2));
        Assert.Empty(issue.DomainEvents);
    }

    [Fact]
    public void A_project_is_archived_and_refuses_issues()
    {
        var project = Again(Legal.ToSnapshot(), Project.Restore);
        project.Archive(Ada, Noon);

        var again = Again(project.ToSnapshot(), Project.Restore);

        Assert.Equal(ErrorCodes.ProjectArchived, again.Edit(new() { Name = "Law" }, Ada, Noon).Error?.Code);
        Assert.Equal(ErrorCodes.ProjectArchived, Milestone.Plan(again, new() { Name = "Go" }, Ada, Noon).Error?.Code);
        Assert.Equal((Legal.SortKey, Legal.SearchText), (again.SortKey, again.SearchText));
        Assert.Equal(Legal.Schema.IssueTypes, again.Schema.IssueTypes);
    }

    [Fact]
    public void A_workflow_goes_on_deciding()
    {
        var contract = new WorkflowDefinition(
            "Contract",
            null,
            new("draft"),
            [
                new(new("draft"), "Draft", StateType.Initial, StateCategory.Pending),
                new(new("signed"), "Signed", StateType.Final, StateCategory.Completed),
            ],
            [
                new(new("draft"), new("signed"), "Sign", null)
                {
                    Conditions =
                    [
                        Condition
                            .AnyOf(
                                Condition
                                    .OfField("priority", ConditionOperator.Equal, JsonSerializer.SerializeToElement("high"))
                                    .Value
                            )
                            .Value,
                    ],
                },
            ]
        );

        var workflow = Again(
            Workflow.Publish(new(1), new(5), "contract", 2, contract, "yaml", Noon).Value.ToSnapshot(),
            Workflow.Restore
        );

        Assert.Equal(("contract", 2, "yaml"), (workflow.Key, workflow.Revision, workflow.Source));
        Assert.False(Decide("low").IsAllowed);
        Assert.True(Decide("high").IsAllowed);

        MoveDecision Decide(string priority) =>
            WorkflowEngine
                .Decide(
                    workflow.Definition,
                    new(
                        IssueFacts.From(
                            new("draft"),
                            new Dictionary<string, JsonElement> { ["priority"] = JsonSerializer.SerializeToElement(priority) }
                        )
                    )
                )
                .Single();
    }

    [Fact]
    public void A_milestone_is_completed()
    {
        var planned = Milestone.Plan(Legal, new() { Name = "Audit", TargetDate = new DateOnly(2026, 12, 24) }, Ada, Noon).Value;
        var milestone = Again(planned.ToSnapshot() with { Id = 9 }, Milestone.Restore);

        var completed = milestone.Edit(new() { Status = MilestoneStatus.Completed }, Noon.AddDays(1));

        Assert.False(completed.IsRefused);
        Assert.Equal((9L, MilestoneStatus.Completed, 2), (milestone.Id, milestone.Status, milestone.Version));
        Assert.Equal((Noon, Noon.AddDays(1)), (milestone.CreatedAt, milestone.UpdatedAt));
    }

    [Fact]
    public void An_approval_is_decided_by_the_people_who_are_left()
    {
        var requirement = new ApprovalRequirement("legal", "Legal") { Required = 2, Timeout = TimeSpan.FromHours(4) };
        var approval = Approval.Request(Opened(), Flow.Definition.Transitions[0], requirement, Ada, Noon).Value;
        Assert.False(approval.Decide(Ada, true, "Fine", Noon).IsRefused);

        var again = Again(approval.ToSnapshot(), Approval.Restore);

        Assert.Equal(ErrorCodes.Conflict, again.Decide(Ada, true, null, Noon).Error?.Code);
        Assert.True(again.Escalate(Noon.AddHours(4)));
        Assert.False(again.Decide(Bob, true, null, Noon.AddHours(5)).IsRefused);
        Assert.Equal(ApprovalStatus.Approved, again.Status);
    }

    [Fact]
    public void A_timer_warns_is_breached_and_recovers()
    {
        var issue = Stored(Opened());
        var policy = new SlaPolicy(null, TimeSpan.FromHours(1), TimeSpan.FromHours(2), false, false, [], []);
        var started = SlaTimer
            .Start(issue, new("default.backlog", new("backlog"), policy), null, BusinessCalendar.AroundTheClock, Noon)
            .Value;

        var timer = Later(started, Noon.AddHours(1));
        Assert.Equal((SlaStatus.Imminent, Noon.AddHours(2)), (timer.Status, timer.NextAt));
        timer = Later(timer, Noon.AddHours(2));
        Assert.Equal((SlaStatus.Breached, 2), (timer.Status, timer.Events.Count));
        timer = Again(timer.ToSnapshot(), SlaTimer.Restore);
        timer.Stop(issue, BusinessCalendar.AroundTheClock, Ada, Noon.AddHours(3));

        Assert.Equal(
            [SlaEventState.Imminent, SlaEventState.Breached, SlaEventState.Recovered],
            timer.Events.Select(e => e.State)
        );
        Assert.All(timer.Events, e => Assert.NotNull(e.ResolvedAt));
        Assert.IsType<SlaStatusChanged>(Assert.Single(timer.DomainEvents));

        SlaTimer Later(SlaTimer before, DateTimeOffset at)
        {
            var stored = Again(before.ToSnapshot(), SlaTimer.Restore);
            stored.Advance(issue, BusinessCalendar.AroundTheClock, Ada, at);
            return stored;
        }
    }

    [Fact]
    public void Words_and_not_numbers_stand_for_what_is_one_of_several() =>
        Assert.Contains("\"Priority\":\"Medium\"", JsonSerializer.Serialize(Opened().ToSnapshot()), StringComparison.Ordinal);

    private static Issue Opened(string type = "Task", long id = 42)
    {
        var edit = new IssueEdit
        {
            Title = "Lease",
            Labels = new(["urgent"]),
            StoryPoints = 2.5m,
            CustomFields = new(new Dictionary<string, JsonElement> { ["amount"] = JsonSerializer.SerializeToElement(5) }),
        };
        var issue = Issue.Open(Legal, Legal.Schema.FindType(new(type))!, Flow, edit, new(), Ada, Noon).Value;
        issue.TakeNumber(Legal.Key, 1);
        return Issue.Restore(issue.ToSnapshot() with { Id = new(id) });
    }

    private static Issue Stored(Issue issue) => Again(issue.ToSnapshot(), Issue.Restore);

    private static MoveContext Facts(Issue issue) => new(issue.ToFacts(null, null, Noon)) { IsAttempt = true };

    private static T Again<T, TSnapshot>(TSnapshot snapshot, Func<TSnapshot, T> restore) =>
        restore(JsonSerializer.Deserialize<TSnapshot>(JsonSerializer.Serialize(snapshot))!);
}
