using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Guards;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Workflows;

public sealed class WorkflowEngineTests
{
    private static readonly UserId Requester = new(1);
    private static readonly UserId Ada = new(2);
    private static readonly UserId Bob = new(3);

    [Fact]
    public void Every_reason_is_named_at_once()
    {
        var workflow = With(
            new(new("open"), new("done"), "Finish", null)
            {
                Conditions = [Is("assignee", ConditionOperator.IsPresent), new ChecklistCondition("tests", true)],
                RequiresFields = ["due_date", "resolution"],
                CommentRequired = true,
            },
            done: s => s with { WipLimit = 2, Conditions = [Is("priority", ConditionOperator.Equal, "high")] }
        );

        var decision = Decide(
            workflow,
            Issue("""{"priority":"low"}""") with
            {
                IsAttempt = true,
                IssuesInState = new Dictionary<StateKey, int> { [new("done")] = 2 },
            }
        );

        Assert.Equal(
            [
                ("CONDITION_NOT_MET", "assignee"),
                ("CHECKLIST_INCOMPLETE", "checklist.tests"),
                ("CONDITION_NOT_MET", "priority"),
                ("REQUIRED_FIELD_MISSING", "due_date"),
                ("REQUIRED_FIELD_MISSING", "resolution"),
                ("COMMENT_REQUIRED", "comment"),
                ("WIP_LIMIT_EXCEEDED", "state"),
            ],
            decision.Reasons.Select(r => (r.Code, r.Field))
        );
        Assert.False(decision.IsAllowed);
    }

    [Fact]
    public void A_move_that_meets_everything_is_allowed()
    {
        var workflow = With(
            new(new("open"), new("done"), "Finish", null)
            {
                Conditions =
                [
                    new AnyCondition([
                        Is("priority", ConditionOperator.Equal, "low"),
                        Is("assignee", ConditionOperator.IsPresent),
                    ]),
                    new AllCondition([Is("title", ConditionOperator.IsPresent)]),
                ],
                RequiresFields = ["custom_fields.resolution"],
                CommentRequired = true,
            },
            done: s => s with { WipLimit = 3 }
        );

        var decision = Decide(
            workflow,
            Issue("""{"title":"x","priority":"low","custom_fields":{"resolution":"fixed"}}""") with
            {
                IsAttempt = true,
                Comment = "Done",
                IssuesInState = new Dictionary<StateKey, int> { [new("done")] = 2 },
            }
        );

        Assert.True(decision.IsAllowed);
    }

    [Fact]
    public void A_condition_wants_all_of_several_any_of_several_or_an_open_checklist()
    {
        var workflow = With(
            new(new("open"), new("done"), null, null),
            open: s => s with { Checklist = new("tests", "Tests") { Items = [new("manual", "Look at it")] } }
        );
        var (low, high) = (Is("priority", ConditionOperator.Equal, "low"), Is("priority", ConditionOperator.Equal, "high"));
        bool Holds(Condition condition) => WorkflowEngine.IsMet(condition, workflow, Issue("""{"priority":"low"}"""));

        Assert.Equal(
            [true, false],
            new Condition[] { new AnyCondition([high, low]), new AllCondition([high, low]) }.Select(Holds)
        );
        Assert.Equal([false, true], new Condition[] { new AnyCondition([]), new AllCondition([]) }.Select(Holds));
        Assert.Equal(
            [false, true],
            new Condition[] { new ChecklistCondition("tests", true), new ChecklistCondition("tests", false) }.Select(Holds)
        );
    }

    [Theory]
    [InlineData(true, "Tests is not complete.")]
    [InlineData(false, "Tests is already complete.")]
    public void A_reason_says_whether_a_checklist_must_be_complete_or_open(bool complete, string message)
    {
        var checklist = new Checklist("tests", "Tests") { Items = complete ? [new("manual", "Look at it")] : [] };
        var workflow = With(
            new(new("open"), new("done"), null, null) { Conditions = [new ChecklistCondition("tests", complete)] },
            open: s => s with { Checklist = checklist }
        );

        Assert.Equal([message], Decide(workflow, Issue("{}")).Reasons.Select(r => r.Message));
    }

    [Fact]
    public void States_and_transitions_are_found_in_upper_or_lower_case()
    {
        var workflow = WorkflowDefinition.BuiltIn;

        Assert.Equal("done", workflow.FindState(new("DONE"))?.Key.Value);
        Assert.Equal("in_progress", workflow.FindTransition(new("backlog"), "START work")?.To.Value);
        Assert.Equal("in_progress", workflow.FindTransition(new("backlog"), "In_Progress")?.To.Value);
    }

    [Theory]
    [InlineData("a", true)]
    [InlineData("_a-b.c", true)]
    [InlineData("-a", false)]
    [InlineData(".a", false)]
    [InlineData("a b", false)]
    [InlineData("", false)]
    [InlineData(null, false)]
    public void The_key_of_a_state_has_a_form(string? key, bool isKey) => Assert.Equal(isKey, State.IsKey(key));

    [Fact]
    public void The_key_of_a_state_has_at_most_64_characters()
    {
        Assert.True(State.IsKey(new('a', 64)));
        Assert.False(State.IsKey(new('a', 65)));
    }

    [Fact]
    public void A_required_custom_field_may_omit_its_prefix()
    {
        var workflow = With(new(new("open"), new("done"), null, null) { RequiresFields = ["resolution"] });

        Assert.True(Decide(workflow, Issue("""{"custom_fields":{"resolution":"fixed"}}""")).IsAllowed);
        Assert.False(Decide(workflow, Issue("""{"custom_fields":{"other":"fixed"}}""")).IsAllowed);
        Assert.True(
            Decide(
                With(new(new("open"), new("done"), null, null) { RequiresFields = ["title"] }),
                Issue("""{"title":"x","custom_fields":{"title":null}}""")
            ).IsAllowed
        );
    }

    [Fact]
    public void A_blank_comment_is_not_a_comment()
    {
        var workflow = With(new(new("open"), new("done"), null, null) { CommentRequired = true });

        Assert.False(Decide(workflow, Issue("{}") with { IsAttempt = true, Comment = " " }).IsAllowed);
    }

    [Fact]
    public void A_required_comment_is_not_a_reason_before_an_attempt()
    {
        var workflow = With(new(new("open"), new("done"), null, null) { CommentRequired = true });

        Assert.True(Decide(workflow, Issue("{}")).IsAllowed);
    }

    [Theory]
    [InlineData(ChecklistMode.All, "", "passed", false)]
    [InlineData(ChecklistMode.All, "manual", "failed", false)]
    [InlineData(ChecklistMode.All, "manual", "passed", true)]
    [InlineData(ChecklistMode.Any, "", "failed", false)]
    [InlineData(ChecklistMode.Any, "optional", "failed", true)]
    [InlineData(ChecklistMode.Any, "", "passed", true)]
    public void A_checklist_is_complete_when_its_mode_says_so(ChecklistMode mode, string done, string ci, bool complete)
    {
        var checklist = new Checklist("tests", "Tests")
        {
            Mode = mode,
            Items =
            [
                new("manual", "Look at it"),
                new("optional", "Look again") { Required = false },
                new("ci", "CI")
                {
                    Check = ChecklistCheck.Auto,
                    Condition = Is("custom_fields.ci", ConditionOperator.Equal, "passed"),
                },
            ],
        };
        var workflow = With(
            new(new("open"), new("done"), null, null) { Conditions = [new ChecklistCondition("tests", true)] },
            open: s => s with { Checklist = checklist }
        );
        var context = Issue($$$"""{"custom_fields":{"ci":"{{{ci}}}"}}""") with
        {
            CheckedItems = new HashSet<string> { $"tests/{done}" },
        };

        Assert.Equal(complete, WorkflowEngine.IsComplete(checklist, workflow, context));
        Assert.Equal(complete, Decide(workflow, context).IsAllowed);
    }

    [Fact]
    public void An_automatic_item_without_a_condition_is_never_done()
    {
        var checklist = new Checklist("tests", "Tests") { Items = [new("ci", "CI") { Check = ChecklistCheck.Auto }] };

        Assert.False(WorkflowEngine.IsComplete(checklist, With(new(new("open"), new("done"), null, null)), Issue("{}")));
    }

    [Fact]
    public void An_approval_needs_as_many_people_as_it_says_and_never_the_requester_alone()
    {
        var workflow = With(new(new("open"), new("done"), null, null) { Approvals = [Approval("legal", required: 2)] });

        Assert.Equal(["APPROVAL_REQUIRED"], Reasons(workflow));
        Assert.Equal(["APPROVAL_REQUIRED"], Reasons(workflow, ("legal", Ada, true)));
        Assert.Equal(["APPROVAL_REQUIRED"], Reasons(workflow, ("legal", Requester, true)));
        Assert.Equal(
            ["APPROVAL_REQUIRED"],
            Reasons(
                With(new(new("open"), new("done"), null, null) { Approvals = [Approval("legal")] }),
                ("legal", Requester, true)
            )
        );
        Assert.Equal(["APPROVAL_REQUIRED"], Reasons(workflow, ("legal", Ada, true), ("legal", Ada, true)));
        Assert.Equal(["APPROVAL_REJECTED"], Reasons(workflow, ("legal", Ada, true), ("legal", Bob, false)));
        Assert.Empty(Reasons(workflow, ("legal", Ada, true), ("legal", Bob, true)));
        Assert.Empty(Reasons(workflow, ("legal", Ada, true), ("legal", Requester, true)));
    }

    [Fact]
    public void Levels_of_a_chain_are_asked_in_order_and_parallel_groups_at_once()
    {
        var workflow = With(
            new(new("open"), new("done"), null, null)
            {
                Approvals = [Approval("qa", level: 1), Approval("dev", level: 1), Approval("boss", level: 2)],
            }
        );

        Assert.Equal(["qa", "dev"], Missing(workflow));
        Assert.Equal(["dev"], Missing(workflow, ("qa", Ada, true), ("boss", Bob, true)));
        Assert.Equal(["boss"], Missing(workflow, ("qa", Ada, true), ("dev", Ada, true)));
        Assert.Empty(Missing(workflow, ("qa", Ada, true), ("dev", Ada, true), ("boss", Bob, true)));
    }

    [Fact]
    public void One_of_a_group_of_alternatives_is_enough()
    {
        var workflow = With(
            new(new("open"), new("done"), null, null)
            {
                Approvals =
                [
                    Approval("a", level: 1) with
                    {
                        Group = "either",
                        AnyOfGroup = true,
                    },
                    Approval("b", level: 1) with
                    {
                        Group = "either",
                        AnyOfGroup = true,
                    },
                ],
            }
        );

        Assert.Equal(["a", "b"], Missing(workflow));
        Assert.Empty(Missing(workflow, ("b", Ada, true)));
    }

    [Fact]
    public void Only_alternatives_of_a_group_replace_each_other()
    {
        var either = Approval("either") with { Group = "qa", AnyOfGroup = true };
        var workflow = With(
            new(new("open"), new("done"), null, null) { Approvals = [either, Approval("always") with { Group = "qa" }] }
        );

        Assert.Equal(["always"], Missing(workflow, ("either", Ada, true)));
        Assert.Equal(["either"], Missing(workflow, ("always", Ada, true)));
    }

    [Fact]
    public void A_rejection_concerns_its_own_approval() =>
        Assert.Equal(
            ["APPROVAL_REQUIRED", "APPROVAL_REJECTED"],
            Reasons(
                With(new(new("open"), new("done"), null, null) { Approvals = [Approval("qa"), Approval("dev")] }),
                ("dev", Ada, false)
            )
        );

    [Fact]
    public void An_approval_whose_conditions_do_not_hold_is_not_needed()
    {
        var workflow = With(
            new(new("open"), new("done"), null, null)
            {
                Approvals = [Approval("boss") with { Conditions = [Is("priority", ConditionOperator.Equal, "critical")] }],
            }
        );

        Assert.True(Decide(workflow, Issue("""{"priority":"low"}""")).IsAllowed);
        Assert.False(Decide(workflow, Issue("""{"priority":"critical"}""")).IsAllowed);
    }

    [Fact]
    public void The_approval_of_a_state_is_needed_to_go_on_and_not_to_go_back()
    {
        var workflow = new WorkflowDefinition(
            "Reviewed",
            null,
            new("open"),
            [
                new(new("open"), "Open", StateType.Initial, StateCategory.Pending),
                new(new("review"), "Review", StateType.Active, StateCategory.Review) { Approvals = [Approval("review")] },
                new(new("done"), "Done", StateType.Final, StateCategory.Completed),
            ],
            [
                new(new("review"), new("open"), "Rework", null),
                new(new("review"), new("review"), "Ask another", null),
                new(new("review"), new("done"), "Accept", null),
            ]
        );

        var decisions = WorkflowEngine.Decide(
            workflow,
            new(IssueFacts.From(new("review"), new Dictionary<string, JsonElement>()))
        );

        Assert.Equal(
            [("open", true), ("review", true), ("done", false)],
            decisions.Select(d => (d.Transition.To.Value, d.IsAllowed))
        );
    }

    [Theory]
    [InlineData("a", "b", "")]
    [InlineData("c", "b", "of c")]
    [InlineData("b", "b", "of c")]
    [InlineData("c", "a", "of b, of c")]
    [InlineData("a", "c", "")]
    public void A_move_back_opens_the_checklists_of_the_states_after_its_target_again(string from, string to, string reopened)
    {
        State StateOf(string key) =>
            new(new(key), key, StateType.Active, StateCategory.InProgress)
            {
                Checklist = new($"of {key}", key) { Items = [new("i", "I")] },
            };
        var move = new Transition(new(from), new(to), null, null);
        var workflow = new WorkflowDefinition("Test", null, new("a"), [StateOf("a"), StateOf("b"), StateOf("c")], [move]);

        Assert.Equal(reopened, string.Join(", ", workflow.ChecklistsReopenedBy(move)));
    }

    [Theory]
    [InlineData(new string[0], new string[0])]
    [InlineData(new[] { "allow" }, new string[0])]
    [InlineData(new[] { "allow", "pending" }, new[] { MoveReason.ApprovalRequired })]
    [InlineData(new[] { "pending", "deny" }, new[] { MoveReason.GuardDenied, MoveReason.ApprovalRequired })]
    public void Guards_decide_about_a_move_that_the_workflow_allows(string[] said, string[] reasons)
    {
        var decision = Decide(With(new(new("open"), new("done"), null, null)), Issue("{}") with { Verdicts = Verdicts(said) });

        Assert.Equal(reasons, decision.Reasons.Select(r => r.Code));
        Assert.Equal(said.Length, decision.Verdicts.Count);
        Assert.Equal(reasons.Length == 1 ? ["guard.com.example.g1"] : [], decision.MissingApprovals.Select(a => a.Key));
    }

    [Fact]
    public void Guards_are_ignored_for_a_move_that_the_workflow_refuses()
    {
        var workflow = With(new(new("open"), new("done"), null, null) { RequiresFields = ["due_date"] });

        var decision = Decide(workflow, Issue("{}") with { Verdicts = Verdicts(["pending"]) });

        Assert.Equal([MoveReason.RequiredField], decision.Reasons.Select(r => r.Code));
        Assert.Empty(decision.MissingApprovals);
    }

    [Theory]
    [InlineData("pending", 2, true, true)]
    [InlineData("pending", 1, true, false)] // nobody approves their own move alone
    [InlineData("pending", 2, false, false)]
    [InlineData("deny", 2, true, false)]
    public void An_approval_turns_a_guards_pending_into_allow(string said, long user, bool approved, bool isAllowed)
    {
        var context = Issue("{}") with
        {
            Verdicts = Verdicts([said]),
            Requesters = new Dictionary<StateKey, UserId> { [new("done")] = Requester },
            Votes = new Dictionary<StateKey, IReadOnlyList<ApprovalVote>>
            {
                [new("done")] = [new("guard.com.example.g0", new(user), approved)],
            },
        };

        var decision = Decide(With(new(new("open"), new("done"), null, null)), context);

        Assert.Equal(isAllowed, decision.IsAllowed);
        Assert.Equal(isAllowed ? "allow" : said, WireName.Of(Assert.Single(decision.Verdicts).Decision));
    }

    private static GuardVerdict[] Verdicts(string[] said) =>
        [
            .. said.Select(
                (word, i) => new GuardVerdict($"com.example.g{i}", Enum.Parse<GuardDecision>(word, ignoreCase: true), null, 5)
            ),
        ];

    private static WorkflowDefinition With(
        Transition transition,
        Func<State, State>? open = null,
        Func<State, State>? done = null
    ) =>
        new(
            "Test",
            null,
            new("open"),
            [
                (open ?? (s => s))(new(new("open"), "Open", StateType.Initial, StateCategory.Pending)),
                (done ?? (s => s))(new(new("done"), "Done", StateType.Final, StateCategory.Completed)),
            ],
            [transition]
        );

    private static MoveContext Issue(string fields) =>
        new(IssueFacts.From(new("open"), JsonSerializer.Deserialize<Dictionary<string, JsonElement>>(fields)!));

    private static MoveDecision Decide(WorkflowDefinition workflow, MoveContext context) =>
        Assert.Single(WorkflowEngine.Decide(workflow, context));

    private static MoveDecision Decide(WorkflowDefinition workflow, (string Requirement, UserId User, bool Approved)[] votes) =>
        Decide(
            workflow,
            Issue("{}") with
            {
                Requesters = new Dictionary<StateKey, UserId> { [new("done")] = Requester },
                Votes = new Dictionary<StateKey, IReadOnlyList<ApprovalVote>>
                {
                    [new("done")] = [.. votes.Select(v => new ApprovalVote(v.Requirement, v.User, v.Approved))],
                },
            }
        );

    private static IEnumerable<string> Reasons(WorkflowDefinition workflow, params (string, UserId, bool)[] votes) =>
        Decide(workflow, votes).Reasons.Select(r => r.Code);

    private static IEnumerable<string> Missing(WorkflowDefinition workflow, params (string, UserId, bool)[] votes) =>
        Decide(workflow, votes).MissingApprovals.Select(r => r.Key);

    private static FieldCondition Is(string field, ConditionOperator @operator, string? value = null) =>
        new(field, @operator, value is null ? null : JsonSerializer.SerializeToElement(value));

    private static ApprovalRequirement Approval(string key, int required = 1, int level = 0) =>
        new(key, $"Approval {key}") { Required = required, Level = level };
}
