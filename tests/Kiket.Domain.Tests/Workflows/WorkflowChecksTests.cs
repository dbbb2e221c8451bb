using System.Text.Json;
using Kiket.Domain.Issues;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Workflows;

public sealed class WorkflowChecksTests
{
    private static readonly State Open = new(new("open"), "Open", StateType.Initial, StateCategory.Pending);
    private static readonly State Doing = new(new("doing"), "Doing", StateType.Active, StateCategory.Active);
    private static readonly State Done = new(new("done"), "Done", StateType.Final, StateCategory.Completed);
    private static readonly Transition Start = new(new("open"), new("doing"), null, null);
    private static readonly Transition Finish = new(new("doing"), new("done"), null, null);

    private static readonly string[] WithSeverity = ["severity"];
    private static readonly FieldNames AnyCustom = new(IssueFields.OfConditions, []);

    [Fact]
    public void A_sound_workflow_has_no_findings()
    {
        Assert.Empty(Find([Open, Doing, Done], [Start, Finish]));
        Assert.All(
            WorkflowChecks.Find(WorkflowDefinition.BuiltIn, AnyCustom, new HashSet<string>()),
            f => Assert.Equal((FindingSeverity.Warning, WorkflowFindingCodes.FinalStateLeft), (f.Severity, f.Code))
        ); // it reopens completed issues
    }

    [Fact]
    public void A_way_out_of_a_final_state_is_doubtful()
    {
        Assert.Equal(
            [("Warning FINAL_STATE_LEFT", null, "done-open")],
            Find([Open, Doing, Done], [Start, Finish, new(new("done"), new("open"), null, null)])
        );
        Assert.Empty(Find([Open, Doing, Done], [Start, Finish, new(new("done"), new("done"), null, null)]));
    }

    [Fact]
    public void A_state_that_no_way_leads_to_is_doubtful_unless_it_is_a_trigger()
    {
        var island = new State(new("island"), "Island", StateType.Active, StateCategory.Active);

        Assert.Equal(
            [("Warning UNREACHABLE_STATE", "island", null)],
            Find([Open, Doing, Done, island], [Start, Finish, new(new("island"), new("done"), null, null)])
        );
        Assert.Empty(
            Find(
                [Open, Doing, Done, island with { Type = StateType.Trigger }],
                [Start, Finish, new(new("island"), new("done"), null, null)]
            )
        );
    }

    [Fact]
    public void A_circle_apart_is_unreachable_as_a_whole()
    {
        State[] circle =
        [
            new(new("a"), "A", StateType.Active, StateCategory.Active),
            new(new("b"), "B", StateType.Active, StateCategory.Active),
        ];

        Assert.Equal(
            ["a", "b"],
            Find(
                    [Open, Doing, Done, .. circle],
                    [Start, Finish, new(new("a"), new("b"), null, null), new(new("b"), new("a"), null, null)]
                )
                .Select(f => f.State)
        );
    }

    [Fact]
    public void A_state_that_is_not_final_and_has_no_way_out_is_a_dead_end()
    {
        Assert.Equal(
            [("Warning DEAD_END", "doing", null), ("Warning UNREACHABLE_STATE", "done", null)],
            Find([Open, Doing, Done], [Start, new(new("doing"), new("doing"), null, null)])
        );
    }

    [Fact]
    public void A_transition_to_or_from_no_state_is_an_error() =>
        Assert.Equal(
            [("Error UNKNOWN_STATE", null, "doing-gone"), ("Error UNKNOWN_STATE", null, "never-done")],
            Find(
                [Open, Doing, Done],
                [Start, Finish, new(new("doing"), new("gone"), null, null), new(new("never"), new("done"), null, null)]
            )
        );

    [Fact]
    public void A_workflow_has_exactly_one_initial_state()
    {
        var second = new State(new("second"), "Second", StateType.Initial, StateCategory.Pending);

        Assert.Equal(
            [("Error SEVERAL_INITIAL_STATES", "second", null)],
            Find(
                [Open, second, Doing, Done],
                [Start, Finish, new(new("open"), new("second"), null, null), new(new("second"), new("doing"), null, null)]
            )
        );
        Assert.Equal([("Error NO_INITIAL_STATE", null, null)], Find([Open, Doing, Done], [Start, Finish], initial: "nowhere"));
    }

    [Fact]
    public void A_workflow_without_a_final_state_is_doubtful() =>
        Assert.Equal(
            [("Warning NO_FINAL_STATE", null, null)],
            Find([Open, Doing], [Start, new(new("doing"), new("open"), null, null)])
        );

    [Fact]
    public void A_second_transition_between_the_same_states_is_doubtful() =>
        Assert.Equal(
            [("Warning DUPLICATE_TRANSITION", null, "open-doing")],
            Find([Open, Doing, Done], [Start, Finish, Start with { Name = "Again" }])
        );

    [Theory]
    [InlineData("severity", true)]
    [InlineData("custom_fields.severity", false)]
    [InlineData("custom_fields.severety", true)]
    [InlineData("issue.custom_fields.severity", false)]
    [InlineData("issue.priority", false)]
    [InlineData("assignee_id", false)]
    [InlineData("mood", true)]
    public void A_condition_on_a_field_that_no_type_defines_is_doubtful(string field, bool isDoubtful)
    {
        var nested = new AnyCondition([new AllCondition([new FieldCondition(field, ConditionOperator.IsPresent, null)])]);

        Assert.Equal(
            isDoubtful ? [("Warning UNKNOWN_FIELD", null, "doing-done")] : [],
            Find([Open, Doing, Done], [Start, Finish with { Conditions = [nested] }], WithSeverity)
        );
    }

    [Theory]
    [InlineData("severity", false)]
    [InlineData("custom_fields.severity", false)]
    [InlineData("due_date", false)]
    [InlineData("resolution", true)]
    public void A_required_field_that_no_type_defines_is_doubtful(string field, bool isDoubtful) =>
        Assert.Equal(
            isDoubtful ? [("Warning UNKNOWN_FIELD", null, "doing-done")] : [],
            Find([Open, Doing, Done], [Start, Finish with { RequiresFields = [field] }], WithSeverity)
        );

    [Fact]
    public void Any_custom_field_may_be_named_where_the_project_defines_none() =>
        Assert.Empty(
            Find(
                [Open, Doing, Done],
                [Start, Finish with { RequiresFields = ["resolution"], Conditions = [Present("custom_fields.x")] }]
            )
        );

    [Fact]
    public void Conditions_everywhere_in_a_state_are_checked()
    {
        var doing = Doing with
        {
            Conditions = [Present("a")],
            Sla = [new(Present("b"), null, TimeSpan.FromHours(1), false, false, [], [])],
            Approvals = [Approval("lead") with { Conditions = [Present("c")] }],
            Checklist = new("list", "List") { Items = [new("d", "D") { Check = ChecklistCheck.Auto, Condition = Present("d") }] },
        };

        var findings = WorkflowChecks.Find(Workflow([Open, doing, Done], [Start, Finish]), AnyCustom, null);

        Assert.All(findings, f => Assert.Equal(("UNKNOWN_FIELD", "doing"), (f.Code, f.State?.Value)));
        Assert.Equal(["a", "b", "c", "d"], findings.Select(f => f.Message.Split('\'')[1]).Order());
    }

    [Fact]
    public void A_condition_that_names_no_checklist_is_an_error()
    {
        Transition[] ways = [Start, Finish with { Conditions = [new ChecklistCondition("tests", true)] }];
        var checklist = new Checklist("tests", "Tests") { Items = [new("ci", "CI")] };

        Assert.Equal([("Error UNKNOWN_CHECKLIST", null, "doing-done")], Find([Open, Doing, Done], ways));
        Assert.Empty(Find([Open, Doing with { Checklist = checklist }, Done], ways));
    }

    [Fact]
    public void An_approval_by_a_role_that_nobody_holds_is_doubtful_where_the_roles_are_known()
    {
        var workflow = Workflow(
            [Open, Doing with { Approvals = [Approval("qa")] }, Done],
            [Start, Finish with { Approvals = [Approval("lead"), Approval("legal")] }]
        );

        Assert.Equal(
            [("Warning UNHELD_ROLE", "doing", null), ("Warning UNHELD_ROLE", null, "doing-done")],
            WorkflowChecks.Find(workflow, AnyCustom, new HashSet<string> { "lead" }).Select(Short)
        );
        Assert.Empty(WorkflowChecks.Find(workflow, AnyCustom, null));
        var byUser = new ApprovalRequirement("ada", "Ada") { Approvers = [new(ApproverKind.User, "ada@example.com")] };
        Assert.Empty(Find([Open, Doing, Done], [Start, Finish with { Approvals = [byUser] }]));
    }

    [Fact]
    public void Conditions_of_the_approvals_of_a_transition_are_checked() =>
        Assert.Equal(
            [("Warning UNKNOWN_FIELD", null, "doing-done")],
            Find(
                [Open, Doing, Done],
                [Start, Finish with { Approvals = [new("a", "A") { Conditions = [Present("custom_fields.missing")] }] }],
                ["other"]
            )
        );

    private static IEnumerable<(string Finding, string? State, string? Transition)> Find(
        State[] states,
        Transition[] transitions,
        string[]? customFields = null,
        string initial = "open"
    ) =>
        WorkflowChecks
            .Find(
                Workflow(states, transitions) with
                {
                    InitialState = new(initial),
                },
                new(IssueFields.OfConditions, customFields ?? []),
                new HashSet<string>()
            )
            .Select(Short);

    private static (string Finding, string? State, string? Transition) Short(WorkflowFinding f) =>
        ($"{f.Severity} {f.Code}", f.State?.Value, f.Transition is { } t ? $"{t.From}-{t.To}" : null);

    private static WorkflowDefinition Workflow(State[] states, Transition[] transitions) =>
        new("Test", null, new("open"), states, transitions);

    private static FieldCondition Present(string field) =>
        new(field, ConditionOperator.Equal, JsonSerializer.SerializeToElement("x"));

    private static ApprovalRequirement Approval(string role) =>
        new(role, $"Approval by {role}") { Approvers = [new(ApproverKind.Role, role)] };
}
