using Kiket.Domain.Approvals;
using Kiket.Domain.Calendars;
using Kiket.Domain.Capacity;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests;

/// <summary>Values that are not null and make no sense. Data is refused; calls that only a bug makes throw.</summary>
public sealed class NonsenseTests
{
    private static readonly UserId Ada = new(7);
    private static readonly StateKey Backlog = new("backlog");
    private static readonly Transition Start = WorkflowDefinition.BuiltIn.Transitions[0];
    private static readonly SlaPolicy Day = SlaPolicy.Create(breach: TimeSpan.FromDays(1)).Value;
    private static readonly ApprovalRequirement Legal = new("legal", "Legal");
    private static readonly string TooLong = new('x', Issue.MaxCommentLength + 1);

    private static readonly Workflow VersionTwo = Workflow.Restore(An.Workflow.ToSnapshot() with { Id = 4, Revision = 2 });

    private static readonly BalanceProblem Team = BalanceProblem
        .Create([new(Ada, 8, 0)], [new MovableIssue(new(1), Ada, 3, [])])
        .Value;

    private static readonly Dictionary<string, (Func<Error?> Refuse, string Place)> Data = new()
    {
        ["the same checklist in two states"] = (
            () => Define(s => s with { Checklist = new("list", "List") { Items = [] } }),
            "states[1].checklist.id"
        ),
        ["the same approval twice in a transition"] = (
            () => Define(change: t => t with { Approvals = [Legal, Legal] }),
            "transitions[0].approvals"
        ),
        ["the same approval in a state and in a transition"] = (
            () => Define(s => s with { Approvals = [Legal] }, t => t with { Approvals = [Legal] }),
            "transitions[0].approvals"
        ),
        ["an approver of an unknown kind"] = (
            () => Define(change: t => t with { Approvals = [Legal with { Approvers = [new((ApproverKind)9, "x")] }] }),
            "transitions[0].approvals[0].approvers[0]"
        ),
        ["a workflow without a key"] = (() => Publish(" ", 1), "key"),
        ["a workflow with a long key"] = (() => Publish(new('x', Workflow.MaxKeyLength + 1), 1), "key"),
        ["a workflow of no revision"] = (() => Publish("main", 0), "revision"),
        ["an approval by less than nobody"] = (() => Request(Legal with { Required = -5 }), "requirement[0].required"),
        ["an approval that escalated before"] = (
            () => Request(Legal with { Timeout = TimeSpan.FromHours(-1) }),
            "requirement[0].timeout"
        ),
        ["a long comment on an approval"] = (
            () => Approval.Request(An.Issue(), Start, Legal, Ada, An.Noon).Value.Decide(new(8), true, TooLong, An.Noon).Error,
            "comment"
        ),
        ["a long comment on a move"] = (() => Move(Start, TooLong), "comment"),
        ["a timer of another state"] = (
            () =>
                SlaTimer
                    .Start(An.Issue(), new("main.done", new("done"), Day), null, BusinessCalendar.AroundTheClock, An.Noon)
                    .Error,
            "rule.state"
        ),
        ["a limit without a key"] = (() => SlaRule.Create("", Backlog, Day).Error, "key"),
        ["a limit with a long key"] = (() => SlaRule.Create(new('x', SlaRule.MaxKeyLength + 1), Backlog, Day).Error, "key"),
        ["a limit of no state"] = (() => SlaRule.Create("main", new("-"), Day).Error, "state"),
        ["an unknown priority"] = (
            () => An.Issue().Edit(new() { Priority = (IssuePriority)99 }, An.Project.Schema, Ada, An.Noon).Error,
            "issue.priority"
        ),
        ["an unknown status of a project"] = (
            () => Project.Start(new(1), "LAW", new() { Name = "Law", Status = (ProjectStatus)99 }, An.Noon).Error,
            "project.status"
        ),
        ["an unknown visibility"] = (
            () => Project.Start(new(1), "LAW", new() { Name = "Law", Visibility = (ProjectVisibility)99 }, An.Noon).Error,
            "project.visibility"
        ),
        ["an unknown status of a milestone"] = (
            () => Milestone.Plan(An.Project, new() { Name = "Go", Status = (MilestoneStatus)99 }, Ada, An.Noon).Error,
            "milestone.status"
        ),
    };

    private static readonly Dictionary<string, Action> Bugs = new()
    {
        ["an approval of a transition from nowhere"] = () => WorkflowDefinition.BuiltIn.ApprovalsOf(From("nowhere")),
        ["a checklist reopened from nowhere"] = () => WorkflowDefinition.BuiltIn.ChecklistsReopenedBy(From("nowhere")),
        ["a decision about a transition from nowhere"] = () =>
            WorkflowEngine.Decide(WorkflowDefinition.BuiltIn, From("nowhere"), new(An.Issue().ToFacts(null, null, An.Noon))),
        ["a move by another transition of the same states"] = () => Move(From("backlog"), null),
        ["a move by another version"] = () => Move(Start, null, VersionTwo),
        ["a migration to a state that the version lacks"] = () =>
            An.Issue().FollowVersion(An.Workflow, VersionTwo, new("lost"), Ada, An.Noon),
        ["more issues completed than there are"] = () => Milestone.Progress(5, 10),
        ["less than no issue completed"] = () => Milestone.Progress(5, -1),
        ["a load of somebody else"] = () => Team.LoadsAfter([new(new(1), new(8))]),
        ["a score of other work"] = () => Team.ScoreOf([new(new(2), Ada)]),
    };

    public static TheoryData<string> OfData => [.. Data.Keys];

    public static TheoryData<string> OfBugs => [.. Bugs.Keys];

    [Theory]
    [MemberData(nameof(OfData))]
    public void Data_is_refused_at_its_place(string what)
    {
        var (refuse, place) = Data[what];

        var error = refuse();

        Assert.Equal((ErrorCodes.ValidationError, place), (error?.Code, error?.Details[0].Field));
    }

    [Theory]
    [MemberData(nameof(OfBugs))]
    public void A_call_that_only_a_bug_makes_throws(string what) => Assert.ThrowsAny<ArgumentException>(Bugs[what]);

    [Fact]
    public void A_transition_that_leaves_another_state_is_refused_and_changes_nothing()
    {
        var issue = An.Issue();
        var reopen = WorkflowDefinition.BuiltIn.Transitions[^1];

        var moved = issue.Move(reopen, An.Workflow, new(issue.ToFacts(null, null, An.Noon)), Ada, An.Noon, out var decision);

        Assert.Equal(ErrorCodes.WorkflowTransitionGuardFailed, moved.Error?.Code);
        Assert.Equal(MoveReason.NotDeclared, Assert.Single(decision.Reasons).Code);
        Assert.Equal((Backlog, 0), (issue.Status, issue.History.Count));
    }

    [Fact]
    public void A_transition_of_a_copy_is_decided_by_the_rules_of_the_workflow()
    {
        var strict = Start with { RequiresFields = ["due_date"] };
        var workflow = Workflow.Restore(
            An.Workflow.ToSnapshot() with
            {
                Definition = WorkflowDefinition.BuiltIn with { Transitions = [strict] },
            }
        );

        Assert.Equal("due_date", Assert.Single(Move(Start, null, workflow)!.Details).Field);
    }

    private static Transition From(string state) => new(new(state), new("in_progress"), null, null);

    private static Error? Move(Transition transition, string? comment, Workflow? workflow = null)
    {
        var issue = An.Issue();
        var context = new MoveContext(issue.ToFacts(null, null, An.Noon)) { Comment = comment, IsAttempt = true };
        return issue.Move(transition, workflow ?? An.Workflow, context, Ada, An.Noon, out _).Error;
    }

    private static Error? Define(Func<State, State>? each = null, Func<Transition, Transition>? change = null)
    {
        var (states, transitions) = (WorkflowDefinition.BuiltIn.States, WorkflowDefinition.BuiltIn.Transitions);
        return WorkflowDefinition
            .Create("Main", Backlog, [.. states.Select(each ?? (s => s))], [.. transitions.Select(change ?? (t => t))])
            .Error;
    }

    private static Error? Publish(string key, int revision) =>
        Workflow.Publish(new(1), new(5), key, revision, WorkflowDefinition.BuiltIn, null, An.Noon).Error;

    private static Error? Request(ApprovalRequirement requirement) =>
        Approval.Request(An.Issue(), Start, requirement, Ada, An.Noon).Error;
}
