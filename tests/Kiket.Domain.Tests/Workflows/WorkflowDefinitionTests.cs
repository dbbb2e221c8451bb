using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Workflows;

/// <summary>A definition is created valid or not at all, whatever a host passes.</summary>
public sealed class WorkflowDefinitionTests
{
    private static readonly State Open = new(new("open"), "Open", StateType.Initial, StateCategory.Pending);
    private static readonly State Done = new(new("done"), "Done", StateType.Final, StateCategory.Completed);
    private static readonly Transition Finish = new(new("open"), new("done"), "Finish", null);
    private static readonly WorkflowAction Notify = new("notify", JsonSerializer.SerializeToElement(new { }));

    [Fact]
    public void What_is_sound_is_made_as_it_is_given()
    {
        var made = WorkflowDefinition.Create("Two", new("open"), [Open, Done], [Finish], "Short", "1.0").Value;

        Assert.Equal(("Two", "open", "Short", "1.0"), (made.Name, made.InitialState.Value, made.Description, made.Version));
        Assert.Equal([Open, Done], made.States);
        Assert.Equal([Finish], made.Transitions);
    }

    [Fact]
    public void A_definition_does_not_follow_the_lists_that_it_was_made_of()
    {
        List<State> states = [Open, Done];

        var made = WorkflowDefinition.Create("Two", new("open"), states, [Finish]).Value;
        states.Clear();

        Assert.Equal(2, made.States.Count);
    }

    [Fact]
    public void The_built_in_workflow_is_sound()
    {
        var own = WorkflowDefinition.BuiltIn;

        Assert.False(WorkflowDefinition.Create(own.Name, own.InitialState, own.States, own.Transitions).IsRefused);
    }

    [Fact]
    public void Nothing_is_refused_and_never_thrown()
    {
        Assert.Equal(["name", "states", "transitions"], Faults(null, null, null, null));
        Assert.Equal(["states"], Faults("Two", "open", [], []));
        Assert.Equal(["states[1]", "transitions[0]"], Faults("Two", "open", [Open, null!], [null!]));
        Assert.Equal(["initial_state"], Faults("Two", null, [Open, Done], [Finish]));
    }

    [Theory]
    [InlineData("open", "nowhere")]
    [InlineData("nowhere", "done")]
    public void A_transition_begins_and_ends_at_states_of_the_workflow(string from, string to) =>
        Assert.Equal(["transitions[1]"], Faults("Two", "open", [Open, Done], [Finish, new(new(from), new(to), null, null)]));

    [Fact]
    public void The_initial_state_is_one_of_the_states_and_the_only_one_of_its_type()
    {
        Assert.Equal(["initial_state"], Faults("Two", "nowhere", [Open, Done], [Finish]));
        Assert.Equal(["states[2]"], Faults("Two", "open", [Open, Done, Open with { Key = new("again") }], [Finish]));
    }

    [Fact]
    public void Keys_of_states_are_sound_and_different()
    {
        Assert.Equal(["states[2].key"], Faults("Two", "open", [Open, Done, Done with { Key = new("OPEN") }], [Finish]));
        Assert.Equal(
            ["states[0].key", "states[1].key", "states[2].key"],
            Faults(
                "Two",
                "open",
                [
                    Open with
                    {
                        Key = default,
                    },
                    Done with
                    {
                        Key = new("a b"),
                    },
                    Done with
                    {
                        Key = new(new string('k', State.MaxKeyLength + 1)),
                    },
                ],
                []
            )
        );
    }

    [Fact]
    public void Limits_labels_and_kinds_of_states_have_bounds()
    {
        var state = Open with { Label = " ", Type = (StateType)99, Category = (StateCategory)(-1), WipLimit = 0 };

        Assert.Equal(
            ["states[0].label", "states[0].type", "states[0].category", "states[0].wip_limit"],
            Faults("Two", "open", [state, Done], [Finish])
        );
    }

    [Fact]
    public void Every_list_of_a_state_and_a_transition_is_one_without_null()
    {
        var without = Open with
        {
            Sla = null!,
            Conditions = null!,
            Approvals = null!,
            OnEnter = null!,
            OnExit = null!,
            OnComplete = null!,
        };
        var with = Done with
        {
            Sla = [null!],
            Conditions = [null!],
            Approvals = [null!],
            OnEnter = [null!],
            OnExit = [Notify with { Conditions = null! }],
            OnComplete = [Notify with { Kind = "" }],
        };
        var way = Finish with { Conditions = null!, Approvals = [null!], RequiresFields = ["", null!] };

        Assert.Equal(
            [
                "states[0].sla",
                "states[0].conditions",
                "states[0].approvals",
                "states[0].on_enter",
                "states[0].on_exit",
                "states[0].on_complete",
                "states[1].sla[0]",
                "states[1].conditions[0]",
                "states[1].approvals[0]",
                "states[1].on_enter[0]",
                "states[1].on_exit[0].conditions",
                "states[1].on_complete[0].kind",
                "transitions[0].conditions",
                "transitions[0].approvals[0]",
                "transitions[0].requires_fields[0]",
                "transitions[0].requires_fields[1]",
            ],
            Faults("Two", "open", [without, with], [way])
        );
    }

    [Fact]
    public void A_checklist_has_distinct_items()
    {
        var list = new Checklist("", "")
        {
            Mode = (ChecklistMode)7,
            Items = [new("a", "A"), new("a", " "), new(new string('i', Checklist.MaxIdLength + 1), "B"), null!],
            OnComplete = null!,
        };

        Assert.Equal(
            ["id", "title", "mode", "items[1].id", "items[1].label", "items[2].id", "items[3]", "on_complete"],
            Faults("Two", "open", [Open with { Checklist = list }, Done], [Finish])
                .Select(f => f["states[0].checklist.".Length..])
        );
        Assert.Equal(
            ["states[0].checklist.items"],
            Faults("Two", "open", [Open with { Checklist = new("a", "A") { Items = null! } }, Done], [Finish])
        );
    }

    [Fact]
    public void An_approval_is_one_that_can_be_given()
    {
        var approval = new ApprovalRequirement("", "")
        {
            Required = 0,
            Level = -1,
            Timeout = TimeSpan.Zero,
            Conditions = null!,
            Approvers = [new(ApproverKind.Role, "")],
        };

        Assert.Equal(
            ["key", "name", "required", "level", "timeout", "conditions", "approvers[0]"],
            Faults("Two", "open", [Open, Done], [Finish with { Approvals = [approval] }])
                .Select(f => f["transitions[0].approvals[0].".Length..])
        );
    }

    [Fact]
    public void An_approval_may_take_ten_years()
    {
        var approval = new ApprovalRequirement("a", "A") { Timeout = SlaPolicy.Longest };

        Assert.Null(WorkflowDefinition.Create("Two", new("open"), [Open, Done], [Finish with { Approvals = [approval] }]).Error);
    }

    [Fact]
    public void A_condition_names_a_checklist_that_there_is() =>
        Assert.Equal(
            ["transitions[0]"],
            Faults("Two", "open", [Open, Done], [Finish with { Conditions = [Condition.OfChecklist("list").Value] }])
        );

    [Fact]
    public void There_are_at_most_so_many_states_and_transitions()
    {
        var states = Enumerable.Range(0, WorkflowDefinition.MaxStates + 1).Select(i => Done with { Key = new($"s{i}") }).ToList();
        var ways = Enumerable.Repeat(Finish, WorkflowDefinition.MaxTransitions + 1).ToList();

        Assert.Equal(["states", "transitions"], Faults("Many", "s0", states, ways));
        states[0] = Open;
        states[1] = Done;
        Assert.Null(
            WorkflowDefinition.Create(new('n', WorkflowDefinition.MaxNameLength), new("open"), states[..^1], ways[..^1]).Error
        );
        Assert.Equal(["name"], Faults(new('n', WorkflowDefinition.MaxNameLength + 1), "open", [Open, Done], [Finish]));
    }

    [Fact]
    public void Equal_transitions_have_errors_at_their_own_places()
    {
        var astray = Finish with { To = new("nowhere") };

        Assert.Equal(
            ["transitions[1]", "transitions[2]"],
            Faults("Two", "open", [Open, Done], [Finish, astray, astray with { Name = "Finish" }])
        );
    }

    [Fact]
    public void A_condition_is_about_something()
    {
        Assert.Equal(["field"], ErrorsOf(Condition.OfField(null!, ConditionOperator.IsPresent)));
        Assert.Equal(["field"], ErrorsOf(Condition.OfField(new string('f', 201), ConditionOperator.IsPresent)));
        Assert.Equal(["operator"], ErrorsOf(Condition.OfField("a", (ConditionOperator)99)));
        Assert.Equal(["value"], ErrorsOf(Condition.OfField("a", ConditionOperator.IsEmpty, Json(1))));
        Assert.Equal(["checklist"], ErrorsOf(Condition.OfChecklist(" ")));
        Assert.Equal(["conditions"], ErrorsOf(Condition.AnyOf(null!)));
        Assert.Equal(["conditions"], ErrorsOf(Condition.AllOf([null!])));
        Assert.False(Condition.OfField("a", ConditionOperator.Equal, default(JsonElement)).IsRefused);
    }

    [Fact]
    public void A_limit_is_longer_than_nothing_and_warns_before_it_is_breached()
    {
        var (hour, two) = (TimeSpan.FromHours(1), TimeSpan.FromHours(2));

        Assert.Equal((hour, two), (SlaPolicy.Create(hour, two).Value.Warning, SlaPolicy.Create(hour, two).Value.Breach));
        Assert.False(SlaPolicy.Create(pauseOnState: true).IsRefused);
        Assert.Equal(["warning"], ErrorsOf(SlaPolicy.Create(two, hour)));
        Assert.Equal(["warning", "breach"], ErrorsOf(SlaPolicy.Create(TimeSpan.Zero, -hour)));
        Assert.Equal(["breach"], ErrorsOf(SlaPolicy.Create(breach: SlaPolicy.Longest + hour)));
        Assert.Equal(["on_warning[0]"], ErrorsOf(SlaPolicy.Create(hour, two, onWarning: [null!])));
    }

    [Fact]
    public void The_engine_takes_only_transitions_of_its_workflow()
    {
        var context = new MoveContext(IssueFacts.From(new("open"), new Dictionary<string, JsonElement>()));
        var elsewhere = new Transition(new("open"), new("nowhere"), null, null);

        Assert.Throws<ArgumentException>(() => WorkflowEngine.Decide(WorkflowDefinition.BuiltIn, elsewhere, context));
        Assert.Throws<ArgumentNullException>(() => new MoveContext(null!));
    }

    private static IEnumerable<string> Faults(
        string? name,
        string? initial,
        IReadOnlyList<State>? states,
        IReadOnlyList<Transition>? transitions
    ) => ErrorsOf(WorkflowDefinition.Create(name!, new(initial!), states!, transitions!));

    private static IEnumerable<string> ErrorsOf<T>(Result<T> result)
    {
        Assert.Equal(ErrorCodes.ValidationError, result.Error?.Code);
        return result.Error!.Details.Select(d => d.Field);
    }

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);
}
