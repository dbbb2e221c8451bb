using System.Text.Json;
using Kiket.Domain.Workflows;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

public sealed class WorkflowFileTests
{
    [Fact]
    public void The_canonical_syntax_is_read_with_all_that_people_see()
    {
        var read = Read(
            (
                MainPath,
                """
                model_version: 1.0
                workflow:
                  id: contract
                  name: Contract
                  version: 2.1.0
                  description: >
                    From request
                    to signature.
                states:
                  intake:
                    type: initial
                    category: pending
                    metadata:
                      label: Intake ✉
                      color: info
                      icon: "📥"
                      description: A request came in.
                  legal_review:
                    type: gateway
                    category: review
                  signed:
                    type: final
                transitions:
                  - from: intake
                    to: legal_review
                    name: Send to Legal
                    description: When all papers are there.
                  - {from: legal_review, to: signed}
                """
            )
        ).Value;

        var workflow = Assert.Single(read.Workflows);
        var definition = workflow.Definition;
        Assert.Equal(("contract", "Contract", "intake"), (workflow.Key, definition.Name, definition.InitialState.Value));
        Assert.Equal("From request to signature.", definition.Description);
        Assert.Equal(
            JsonSerializer.Serialize<IReadOnlyList<State>>([
                new(new("intake"), "Intake ✉", StateType.Initial, StateCategory.Pending)
                {
                    Color = "info",
                    Icon = "📥",
                    Description = "A request came in.",
                },
                new(new("legal_review"), "Legal Review", StateType.Gateway, StateCategory.Review),
                new(new("signed"), "Signed", StateType.Final, StateCategory.Completed),
            ]),
            JsonSerializer.Serialize(definition.States)
        );
        Assert.Equal(
            JsonSerializer.Serialize<IReadOnlyList<Transition>>([
                new(new("intake"), new("legal_review"), "Send to Legal", "When all papers are there."),
                new(new("legal_review"), new("signed"), null, null),
            ]),
            JsonSerializer.Serialize(definition.Transitions)
        );
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public void The_short_syntax_is_read_and_its_types_are_worked_out()
    {
        var read = Read(
            (
                MainPath,
                """
                workflow: development
                version: 1
                states:
                  - backlog
                  - in_progress:
                      description: Somebody works on it.
                      wip_limit: 3
                      auto_assign: true
                  - review: {wip_limit: 2, require_approval: 1}
                  - done:
                transitions:
                  - {from: backlog, to: in_progress}
                  - {from: in_progress, to: review}
                  - {from: review, to: done}
                  - {from: done, to: done}
                """
            )
        ).Value;

        var definition = Assert.Single(read.Workflows).Definition;
        Assert.Equal("Development", definition.Name);
        Assert.Equal("backlog", definition.InitialState.Value);
        Assert.Equal(
            [
                ("backlog", "Backlog", StateType.Initial, StateCategory.Pending),
                ("in_progress", "In Progress", StateType.Active, StateCategory.Active),
                ("review", "Review", StateType.Active, StateCategory.Active),
                ("done", "Done", StateType.Final, StateCategory.Completed),
            ],
            definition.States.Select(s => (s.Key.Value, s.Label, s.Type, s.Category))
        );
        Assert.Equal("Somebody works on it.", definition.States[1].Description);
        Assert.Equal("auto_assign", Assert.Single(definition.States[1].OnEnter).Kind);
        Assert.Equal("1", definition.Version);
        Assert.Empty(read.Warnings);
    }

    [Fact]
    public void States_may_be_a_list_of_maps_with_a_key_or_a_name()
    {
        var definition = Read(
            (
                MainPath,
                """
                workflow: {id: main, name: Main}
                states:
                  - {key: todo, label: To do}
                  - {name: done, type: final}
                transitions: [{from: todo, to: done}]
                """
            )
        )
            .Value.Workflows[0]
            .Definition;

        Assert.Equal([("todo", "To do"), ("done", "Done")], definition.States.Select(s => (s.Key.Value, s.Label)));
    }

    [Theory]
    [InlineData("workflow: {id: main, name: Main, initial_state: b}", "b")]
    [InlineData("workflow: main\ninitial_state: B", "b")]
    [InlineData("workflow: main", "c")]
    public void The_named_initial_state_takes_precedence_over_the_one_of_type_initial(string head, string expected)
    {
        var text = head + "\nstates: {a: {}, b: {}, c: {type: initial}}\n";

        Assert.Equal(expected, Read((MainPath, text)).Value.Workflows[0].Definition.InitialState.Value);
    }

    [Fact]
    public void Without_any_hint_the_first_state_is_the_initial_one_where_a_file_is_read_leniently()
    {
        var definition = ReadLeniently((MainPath, "workflow: main\nstates: [{b: {type: active}}, a]\n"))
            .Value.Workflows[0]
            .Definition;

        Assert.Equal("b", definition.InitialState.Value);
    }

    [Fact]
    public void Anchors_and_merge_keys_are_written_out()
    {
        var definition = Read(
            (
                MainPath,
                """
                workflow: main
                x-working: &working {type: active, category: review, metadata: {color: warning}}
                states:
                  open: {type: initial}
                  one: *working
                  two:
                    <<: *working
                    category: blocked
                """
            )
        )
            .Value.Workflows[0]
            .Definition;

        Assert.Equal(
            [(StateType.Active, StateCategory.Review, "warning"), (StateType.Active, StateCategory.Blocked, "warning")],
            definition.States.Skip(1).Select(s => (s.Type, s.Category, s.Color!))
        );
    }

    [Theory]
    [InlineData("states: {a: {}}\n", "1:1 The file has no workflow.")]
    [InlineData("", "1:1 The file has no workflow.", "1:1 The workflow has no states.")]
    [InlineData(
        "- a\n",
        "1:1 The file must be a map of keys and values.",
        "1:1 The file has no workflow.",
        "1:1 The workflow has no states."
    )]
    [InlineData("workflow:\n  name: Main\nstates: {a: {}}\n", "2:3 The workflow has no id.")]
    [InlineData("workflow:\n  id: main\n  name:\nstates: {a: {}}\n", "3:8 The workflow has no name.")]
    [InlineData(
        "workflow:\n  id: Main\n  name: Main\nstates: {a: {}}\n",
        "2:7 'Main' is not a valid workflow id: a lower-case letter followed by lower-case letters, digits, _ and -, at most 64."
    )]
    [InlineData("workflow: main\n", "1:1 The workflow has no states.")]
    [InlineData("workflow: main\nstates: []\n", "2:9 The workflow has no states.")]
    [InlineData(
        "workflow: main\nstates: {a: {type: begin}}\n",
        "2:20 'begin' is not a valid state type; use initial, active, final, gateway, trigger."
    )]
    [InlineData(
        "workflow: main\nstates:\n  a:\n    category: late\n",
        "4:15 'late' is not a valid state category; use pending, active, in_progress, review, blocked, completed."
    )]
    [InlineData(
        "workflow: main\nstates:\n  a: {type: initial}\n  b: {type: initial}\n",
        "4:3 The states 'a' and 'b' are both of type initial."
    )]
    [InlineData("workflow: main\nstates: [a, b, A]\n", "2:16 The state 'A' is listed twice.")]
    [InlineData("workflow: main\nstates:\n  a: {}\n  a: {}\n", "4:3 The key 'a' is listed twice; the first is on line 3.")]
    [InlineData(
        "workflow: main\nstates: [a b]\n",
        "2:10 'a b' is not a valid state key: letters, digits, _, - and ., at most 64."
    )]
    [InlineData("workflow: main\nstates: [[a]]\n", "2:10 An item of states has no key or name or id.")]
    [InlineData("workflow: main\ninitial_state: c\nstates: [a]\n", "2:16 The initial state 'c' is not a state of this workflow.")]
    [InlineData("workflow: main\nstates: [a]\ntransitions: {from: a}\n", "3:14 transitions must be a list.")]
    [InlineData(
        "workflow: main\nstates: [a, b]\ntransitions:\n  - from: a\n    to: c\n",
        "5:9 The transition goes to 'c', which is not a state of this workflow."
    )]
    [InlineData(
        "workflow: main\nstates: [a, b]\ntransitions:\n  - {from: x, to: b}\n",
        "4:12 The transition goes from 'x', which is not a state of this workflow."
    )]
    [InlineData("workflow: main\nstates: [a, b]\ntransitions:\n  - from: ''\n    to: b\n", "4:11 The transition has no from.")]
    [InlineData("workflow: main\nstates: [a, b]\ntransitions:\n  - from: a\n", "4:5 The transition has no to.")]
    [InlineData("workflow: main\nstates: {a: {metadata: {label: [x]}}}\n", "2:32 label must be a string.")]
    [InlineData("model_version: 2.0\nworkflow: main\nstates: [a]\n", "1:16 model_version must be 1.0.")]
    [InlineData(
        "workflow: main\nstates: [a]\n---\nworkflow: other\n",
        "3:1 The file contains a second document; only the first one is read."
    )]
    [InlineData("workflow: main\nstates: [a\n", "2:9 The '[' opened on line 2 is not closed.")]
    [InlineData("workflow: main\nstates: *none\n", "2:9 The anchor 'none' is not defined, or not complete, at this point.")]
    [InlineData("workflow: \"a\\0b\"\nstates: [a]\n", "1:11 A string contains U+0000 or half a surrogate pair.")]
    public void Every_error_has_its_line_and_column(string text, params string[] expected) =>
        Assert.Equal(expected.Order(), Faults(MainPath, text).Order());

    [Fact]
    public void All_errors_of_all_files_are_reported_at_once()
    {
        var read = Read(
            (ProjectPath, "project:\n  key: legal\n  name: Legal\n"),
            (TypesPath, "issue_types:\n  - key: 1st\n"),
            (MainPath, "workflow: main\nstates: [a]\ntransitions:\n  - {from: a, to: b}\n  - {from: b, to: a}\n")
        );

        Assert.Equal(
            [
                ".kiket/issue_types.yaml:2:10",
                ".kiket/project.yaml:2:8",
                ".kiket/workflows/main.yaml:4:19",
                ".kiket/workflows/main.yaml:5:12",
            ],
            read.Error!.Details.Select(d => d.Field)
        );
        Assert.StartsWith("4 errors. First: .kiket/issue_types.yaml:2:10: ", read.Error.Message, StringComparison.Ordinal);
    }

    [Fact]
    public void Two_workflows_cannot_have_one_id() =>
        Assert.Equal(
            ["2:7 There is already a workflow main, in .kiket/workflows/main.yaml."],
            Faults(".kiket/workflows/second.yml", "workflow:\n  id: main\n  name: Again\nstates: [a]\n")
        );

    [Fact]
    public void Only_files_right_in_the_folder_are_workflows()
    {
        var read = Read(
            (MainPath, Main),
            (".kiket/workflows/main/automation_recipes/late.yaml", "automation_recipe: {id: late, trigger: issue.updated}\n")
        );

        Assert.Equal("main", Assert.Single(read.Value.Workflows).Key);
    }

    [Fact]
    public void Every_key_that_nobody_reads_is_reported()
    {
        var read = ReadLeniently(
            (
                MainPath,
                """
                workflow: main
                states:
                  a:
                    sla: {warning: 1h, breach: 2h}
                    on_enter: [{action: notify}]
                    checklist: {id: x, items: [y]}
                    wip_limit: 3
                    wip_limitt: 3
                  z: {type: final}
                transitions:
                  - {from: a, to: a, conditions: [], require_approval: [], approval_chain: {}, cost: 3}
                  - {from: a, to: z}
                hooks: []
                colour: red
                """
            )
        ).Value;

        Assert.Equal(
            [
                "8:5 The key 'wip_limitt' is not known here; it is kept but ignored. Did you mean 'wip_limit'?",
                "11:80 The key 'cost' is not known here; it is kept but ignored.",
                "13:1 The key 'hooks' is not known here; it is kept but ignored.",
                "14:1 The key 'colour' is not known here; it is kept but ignored.",
            ],
            read.Warnings.Select(w => $"{w.Line}:{w.Column} {w.Message}")
        );
    }

    [Theory]
    [InlineData("is_present: true", ConditionOperator.IsPresent)]
    [InlineData("is_present: false", ConditionOperator.IsEmpty)]
    [InlineData("is_empty: false", ConditionOperator.IsPresent)]
    [InlineData("operator: is_empty, value: ~", ConditionOperator.IsEmpty)]
    [InlineData("operator: exists, value: false", ConditionOperator.IsEmpty)]
    public void An_operator_without_a_value_may_be_turned_round(string condition, ConditionOperator expected)
    {
        var text =
            $"workflow: main\nstates: [a, b]\ntransitions: [{{from: a, to: b, conditions: [{{field: assignee, "
            + $"{condition}}}]}}]\n";

        var read = Read((MainPath, text)).Value;

        Assert.Equal([new FieldCondition("assignee", expected, null)], read.Workflows[0].Definition.Transitions[0].Conditions);
    }

    [Fact]
    public void A_map_with_any_and_all_asks_for_both()
    {
        const string Conditions = "{any: [{field: a, value: 1}], all: [{field: b, value: 2}]}";

        var read = Read(
            (MainPath, $"workflow: main\nstates: [a, b]\ntransitions: [{{from: a, to: b, conditions: {Conditions}}}]\n")
        ).Value;

        var both = Assert.IsType<AllCondition>(Assert.Single(read.Workflows[0].Definition.Transitions[0].Conditions));
        Assert.Equal(
            ["a"],
            Assert.IsType<AnyCondition>(both.Conditions[0]).Conditions.Cast<FieldCondition>().Select(c => c.Field)
        );
        Assert.Equal(
            ["b"],
            Assert.IsType<AllCondition>(both.Conditions[1]).Conditions.Cast<FieldCondition>().Select(c => c.Field)
        );
    }

    [Fact]
    public void Approvals_with_the_same_number_in_a_file_get_different_keys()
    {
        const string Text = """
            workflow: main
            states:
              draft: {type: initial, require_approval: [{assignment: {role: qa}}]}
              done: {type: final}
            transitions:
              - from: draft
                to: done
                require_approval: [{assignment: {role: law}}]
                approval_chain: [{level: 1, assignments: [{role: a}]}, {level: 1, assignments: [{role: b}]}]
            """;

        var definition = Read((MainPath, Text)).Value.Workflows[0].Definition;

        Assert.Equal(
            ["1", "chain.1", "chain.1~2", "state.1"],
            definition.ApprovalsOf(definition.Transitions[0]).Select(a => a.Key)
        );
    }

    [Fact]
    public void Two_checklists_cannot_have_one_id() =>
        Assert.Equal(
            ["4:3 The checklist 'list' is listed twice."],
            Faults(
                MainPath,
                """
                workflow: main
                states:
                  draft: {type: initial, checklist: {id: list, title: A, items: [{id: a, label: A}]}}
                  done: {type: final, checklist: {id: list, title: B, items: [{id: b, label: B}]}}
                transitions: [{from: draft, to: done}]
                """
            )
        );

    [Fact]
    public void Too_many_states_or_transitions_are_an_error()
    {
        var states = string.Join(", ", Enumerable.Range(0, 501).Select(i => $"s{i}"));
        var transitions = string.Concat(Enumerable.Repeat("  - {from: a, to: a}\n", 5001));

        Assert.EndsWith(
            "A workflow can have at most 500 states.",
            Assert.Single(Faults(MainPath, $"workflow: main\nstates: [{states}]\n")),
            StringComparison.Ordinal
        );
        Assert.Equal(
            ["5004:5 A workflow can have at most 5000 transitions."],
            Faults(MainPath, $"workflow: main\nstates: [a]\ntransitions:\n{transitions}")
        );
    }
}
