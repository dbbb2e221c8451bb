using System.Text.Json;
using Kiket.Domain.Approvals;
using Kiket.Domain.Comments;
using Kiket.Domain.Common;
using Kiket.Domain.Events;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Events;

public sealed class PublicFactTests
{
    private static readonly UserId Actor = new(7);
    private static readonly DateTimeOffset Noon = new(2026, 12, 21, 12, 0, 0, TimeSpan.Zero);
    private static readonly FieldChange Given = new("assignee_id", null, new UserId(8));
    private static readonly FieldChange Taken = new("assignee_id", new UserId(8), null);

    private static readonly Project Legal = Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value;
    private static readonly Workflow Flow = Workflow
        .Publish(new(1), new(1), "default", 1, WorkflowDefinition.BuiltIn, null, Noon)
        .Value;

    private static readonly SlaStatusChanged Breached = new()
    {
        IssueId = new(5),
        ProjectId = new(6),
        Issue = Snapshot(),
        State = "breached",
        Definition = new("default.review", new("review"), new("task"), IssuePriority.High)
        {
            MaxDurationMinutes = 60,
            WarningBufferMinutes = null,
            BusinessHours = false,
        },
        Metrics = new(70, 10),
        ActorId = Actor,
        OccurredAt = Noon,
    };

    private static readonly IDomainEvent[] OneOfEach =
    [
        new IssueCreated(new(1), new("backlog"), Actor, Noon) { AssigneeId = new(8) },
        new IssueUpdated(new(1), [Given], Actor, Noon),
        Closed([]),
        new IssueDeleted(new(1), Actor, Noon),
        new TransitionAnnounced(new("review"), new("done"), Actor, Noon),
        new WorkflowTriggered("deploy", "x1", null, Actor, Noon),
        new ApprovalRequested(new("review"), new("done"))
        {
            Requirements = ["legal"],
            ActorId = Actor,
            OccurredAt = Noon,
        },
        new ApprovalResolved(new("review"), new("done"))
        {
            ApprovalId = 3,
            Requirement = "legal",
            Status = "approved",
            ActorId = Actor,
            OccurredAt = Noon,
        },
        new CommentCreated(new(1), new(1), Snapshot(), Actor, Noon),
        new CommentUpdated(new(1), new(1), Snapshot(), [], Actor, Noon),
        new CommentDeleted(new(1), new(1), Snapshot(), Actor, Noon),
        new ProjectUpdated([], Actor, Noon),
        Breached,
    ];

    [Fact]
    public void Each_domain_event_states_a_public_name_and_together_they_state_all_of_them()
    {
        var kinds = typeof(IDomainEvent).Assembly.GetTypes().Where(t => t.IsAssignableTo(typeof(IDomainEvent)) && !t.IsInterface);

        Assert.Equal(kinds.Select(t => t.Name).Order(), OneOfEach.Select(e => e.GetType().Name).Order());
        Assert.All(OneOfEach, e => Assert.NotEmpty(e.ToPublic()));
        Assert.Equal(EventNames.All.Order(), OneOfEach.SelectMany(e => e.ToPublic()).Select(f => f.Name).Distinct().Order());
    }

    [Fact]
    public void An_assignment_is_announced_after_the_event_that_caused_it()
    {
        Assert.Equal(
            ["issue.created", "issue.assigned"],
            Names(new IssueCreated(new(1), new("backlog"), Actor, Noon) { AssigneeId = new(8) })
        );
        Assert.Equal(["issue.created"], Names(new IssueCreated(new(1), new("backlog"), Actor, Noon)));
        Assert.Equal(["issue.updated", "issue.assigned"], Names(new IssueUpdated(new(1), [Given], Actor, Noon)));
        Assert.Equal(["issue.updated"], Names(new IssueUpdated(new(1), [Taken], Actor, Noon)));
    }

    [Fact]
    public void A_move_into_a_final_state_also_tells_that_the_issue_is_closed()
    {
        var facts = ((IDomainEvent)Closed([Given])).ToPublic();

        Assert.Equal(["issue.status_changed", "issue.closed"], facts.Select(f => f.Name));
        Assert.All(facts, f => Assert.Equal(("review", "done", Given), (f.From, f.To, f.Changes.Single())));
    }

    [Fact]
    public void The_clock_causes_a_service_level_event_and_the_request_causes_any_other()
    {
        var (issue, breached) = (Open(), Breached);

        Assert.Equal(EventCause.Sla, LoggedEvent.Of(Legal, breached, EventCause.User, 2).Single().Cause);
        Assert.All(
            LoggedEvent.Of(issue, issue.DomainEvents[0], EventCause.Extension, 0),
            e => Assert.Equal(EventCause.Extension, e.Cause)
        );
    }

    [Fact]
    public void An_entry_carries_the_issue_and_what_is_special_about_its_event()
    {
        var entry = LoggedEvent.Of(Open(), new WorkflowTriggered("deploy", "x1", null, Actor, Noon), EventCause.User, 3).Single();

        Assert.Equal(("workflow.triggered", "Write it", 3), (entry.Name, entry.Facts.Issue?.Title, entry.Facts.Depth));
        Assert.Equal("""{"action":"deploy","execution_id":"x1","params":null}""", JsonSerializer.Serialize(entry.Facts.More));
    }

    [Fact]
    public void An_entry_about_a_project_carries_no_issue_on_which_actions_could_run()
    {
        var entry = LoggedEvent.Of(Legal, new ProjectUpdated([Given], Actor, Noon), EventCause.User, 0).Single();

        Assert.Null(entry.Facts.Issue);
        Assert.Equal([Given], entry.Facts.Changes);
    }

    private static string[] Names(IDomainEvent happened) => [.. happened.ToPublic().Select(f => f.Name)];

    private static IssueTransitioned Closed(IReadOnlyList<FieldChange> changes) =>
        new IssueTransitioned(new("review"), new("done"))
        {
            ProjectId = new(1),
            Closes = true,
            Changes = changes,
            ActorId = Actor,
            OccurredAt = Noon,
        };

    private static LoggedIssue Snapshot() => LoggedIssue.Of(Open());

    private static Issue Open() =>
        Issue.Open(Legal, Legal.Schema.FindType(new("task"))!, Flow, new() { Title = "Write it" }, new(), Actor, Noon).Value;
}
