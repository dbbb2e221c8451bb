using System.Text.Json;
using Kiket.Domain.Approvals;
using Kiket.Domain.Calendars;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace EmbeddedWorkflow;

/// <summary>
/// A host that stores issues itself, from the first draft of a contract to its signature. The guide in <c>docs/embedding.md</c>
/// shows the parts between the marks; a test runs all of it.
/// </summary>
internal static class ContractDesk
{
    /// <returns>What happened, line by line.</returns>
    public static IReadOnlyList<string> Run()
    {
        List<string> log = [];
        var (ada, lea) = (new UserId(7), new UserId(8));
        var monday = new DateTimeOffset(2026, 12, 21, 9, 0, 0, TimeSpan.Zero);

        // <guide>
        var (draft, review, signed) = (new StateKey("draft"), new StateKey("review"), new StateKey("signed"));
        var made = WorkflowDefinition.Create(
            "Contract",
            initialState: draft,
            states:
            [
                new(draft, "Draft", StateType.Initial, StateCategory.Pending),
                new(review, "Legal review", StateType.Active, StateCategory.Review)
                {
                    WipLimit = 5,
                    Sla = [SlaPolicy.Create(warning: TimeSpan.FromHours(6), breach: TimeSpan.FromHours(8)).Value],
                },
                new(signed, "Signed", StateType.Final, StateCategory.Completed),
            ],
            transitions:
            [
                new(draft, review, "Send to Legal", null) { RequiresFields = ["due_date"] },
                new(review, signed, "Sign", null)
                {
                    Approvals = [new("lawyer", "A lawyer agrees") { Approvers = [new(ApproverKind.Role, "lawyer")] }],
                },
            ]
        );
        foreach (var detail in made.Error?.Details ?? [])
            log.Add($"{detail.Field}: {detail.Message}");
        // </guide>

        // <guide>
        var started = Project.Start(organizationId: new(1), "LEGAL", new() { Name = "Legal" }, monday).Value;
        var project = Project.Restore(started.ToSnapshot() with { Id = new(5) });

        var published = Workflow.Publish(project.OrganizationId, project.Id, "contract", 1, made.Value, source: null, monday);
        var workflow = Workflow.Restore(published.Value.ToSnapshot() with { Id = 3 });
        // </guide>

        // <guide>
        var opened = Issue.Open(
            project,
            project.Schema.DefaultType!,
            workflow,
            new() { Title = "Lease of the warehouse" },
            new IssueStart(),
            actorId: ada,
            at: monday
        );
        if (opened.Error is { } refusal)
            log.Add($"{refusal.Code}: {refusal.Message}");
        opened.Value.TakeNumber(project.Key, number: 1);

        var store = new IssueStore();
        var id = store.Add(opened.Value);
        // </guide>

        // <guide>
        var issue = store.Load(id);
        var send = workflow.Definition.FindTransition(draft, "review")!;
        var context = new MoveContext(issue.ToFacts(assigneeEmail: null, reporterEmail: "ada@example.com", now: monday))
        {
            IsAttempt = true,
            IssuesInState = new Dictionary<StateKey, int> { [review] = 2 },
        };

        var moved = issue.Move(send, workflow, context, ada, monday, out var decision);
        foreach (var reason in decision.Reasons)
            log.Add($"{reason.Code}: {reason.Message}"); // REQUIRED_FIELD_MISSING: due_date is required.
        // </guide>
        if (!moved.IsRefused)
            throw new InvalidOperationException("It has no due date yet.");

        // <guide>
        issue.Edit(new() { DueDate = new DateOnly(2026, 12, 24) }, project.Schema, ada, monday);
        context = context with { Issue = issue.ToFacts(null, "ada@example.com", monday) };
        moved = issue.Move(send, workflow, context, ada, monday, out _);

        log.AddRange(issue.DomainEvents.Select(happened => happened.GetType().Name)); // IssueUpdated, IssueTransitioned
        store.Save(issue);
        // </guide>

        // <guide>
        var office = BusinessCalendar.Create(TimeZoneInfo.Utc, WeekHours.Standard, holidays: []);
        var limit = SlaRule.Create("contract.review", review, workflow.Definition.FindState(review)!.Sla[0]).Value;
        var timer = SlaTimer.Start(issue, limit, clock: null, office, monday).Value;

        timer.Advance(issue, office, ada, at: timer.NextAt!.Value); // six hours later
        log.AddRange(timer.DomainEvents.OfType<SlaStatusChanged>().Select(e => $"{issue.Key} is {e.State}")); // imminent
        // </guide>

        // <guide>
        issue = store.Load(id);
        var sign = workflow.Definition.FindTransition(review, "signed")!;
        context = new MoveContext(issue.ToFacts(null, "ada@example.com", monday)) { IsAttempt = true };

        var waiting = issue.Move(sign, workflow, context, ada, monday, out decision); // pending: only an approval is missing
        var approval = Approval.Request(issue, sign, decision.MissingApprovals[0], requesterId: ada, monday).Value;

        var lawyer = new ApproverCandidate(lea, "lea@example.com")
        {
            Roles = new HashSet<string> { "lawyer" },
            Parts = new HashSet<string>(), // such as assignee
        };
        if (approval.MayBeDecidedBy(lawyer))
            approval.Decide(lea, approved: true, comment: "Fine.", monday);

        ApprovalVote[] votes = [.. approval.Decisions.Select(d => new ApprovalVote("lawyer", d.UserId, d.Approved))];
        context = context with
        {
            Votes = new Dictionary<StateKey, IReadOnlyList<ApprovalVote>> { [signed] = votes },
            Requesters = new Dictionary<StateKey, UserId> { [signed] = ada },
        };
        moved = issue.Move(sign, workflow, context, ada, monday, out _);
        // </guide>
        if (waiting.Error is not { IsPending: true } || moved.IsRefused)
            throw new InvalidOperationException("It waits for a lawyer, and for nothing else.");
        timer.Stop(issue, office, ada, monday.AddHours(7));
        log.AddRange(timer.DomainEvents.OfType<SlaStatusChanged>().Skip(1).Select(e => $"{issue.Key} is {e.State}"));
        store.Save(issue);
        log.Add($"{issue.Key} is {store.Load(id).Status}");

        // <guide>
        var capacity = MemberCapacity.Create(pointsPerWeek: 10, office).Value;
        var week = DateOnly.FromDateTime(monday.Date);
        OpenWork[] work = [OpenWork.Create(points: 6, dueDate: issue.DueDate).Value, OpenWork.Create(points: 7).Value];
        foreach (var load in Heatmap.Spread(work, week, [capacity.PointsOfWeek(week), capacity.PointsOfWeek(week.AddDays(7))]))
            log.Add($"{load.WeekStart:yyyy-MM-dd}: {load.Points} of {load.Capacity}");
        // </guide>
        return log;
    }

    /// <summary>Stores issues as JSON; a database would do all of a method in one transaction.</summary>
    private sealed class IssueStore
    {
        // <guide>
        private readonly Dictionary<IssueId, (int Version, string Json)> rows = [];
        private readonly Dictionary<IssueId, int> loaded = [];
        private readonly List<IDomainEvent> outbox = [];

        public IssueId Add(Issue issue)
        {
            var id = new IssueId(rows.Count + 1);
            outbox.AddRange(issue.DomainEvents); // before the snapshot, which has none
            var snapshot = issue.ToSnapshot() with { Id = id };
            rows[id] = (snapshot.Version, JsonSerializer.Serialize(snapshot));
            return id;
        }

        public Issue Load(IssueId id)
        {
            loaded[id] = rows[id].Version;
            return Issue.Restore(JsonSerializer.Deserialize<IssueSnapshot>(rows[id].Json)!);
        }

        public void Save(Issue issue)
        {
            if (rows[issue.Id].Version != loaded[issue.Id])
                throw new InvalidOperationException($"Somebody else has changed {issue.Key}."); // load it and decide again
            outbox.AddRange(issue.DomainEvents);
            issue.ClearDomainEvents();
            rows[issue.Id] = (issue.Version, JsonSerializer.Serialize(issue.ToSnapshot()));
            loaded[issue.Id] = issue.Version;
        }
        // </guide>
    }
}
