using System.Text.Json;
using CsCheck;
using Kiket.Domain.Workflows;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

/// <summary>Random workflows, each written in a random equivalent form.</summary>
public sealed class WorkflowSpellingProperties
{
    private const long Samples = 1_000;

    private static readonly Gen<TimeSpan> ALength = AnyOf(5, 30, 60, 90, 240, 1440, 2880, 10080)
        .Select(minutes => TimeSpan.FromMinutes(minutes));

    private static readonly Gen<string> AWord = AnyOf(
        "high",
        "x",
        "A title, with: signs",
        "7",
        "true",
        "it's \"quoted\"",
        "Ü",
        "null",
        "# no remark"
    );

    private static readonly Gen<JsonElement> AScalar = Gen.OneOf(
        AWord.Select(w => Json(w)),
        Gen.Int[-5, 5].Select(n => Json(n)),
        Gen.Int[0, 500].Select(n => Json(n / 4m)),
        Gen.Bool.Select(b => Json(b))
    );

    private static readonly Gen<Condition> AField =
        from field in AnyOf("assignee", "priority", "labels", "story_points", "custom_fields.a", "custom_fields.b")
        from named in Gen.Enum<ConditionOperator>()
        from one in AScalar
        from several in AScalar.List[0, 3]
        select (Condition)
            new FieldCondition(
                field,
                named,
                named switch
                {
                    ConditionOperator.IsPresent or ConditionOperator.IsEmpty => null,
                    ConditionOperator.In or ConditionOperator.NotIn => Json(several),
                    _ => one,
                }
            );

    private static readonly Gen<Condition> ACondition = Gen.Frequency(
        (6, AField),
        (1, AField.List[0, 3].Select(Condition (c) => new AnyCondition(c))),
        (
            1,
            Gen.Select(AField.List[0, 2], AField.List[0, 2])
                .Select(Condition (c) => new AllCondition([.. c.Item1, new AnyCondition(c.Item2)]))
        ),
        (1, Gen.Bool.Select(Condition (complete) => new ChecklistCondition("list", complete)))
    );

    private static readonly Gen<WorkflowAction> AnAction = Gen.Select(
            AnyOf("notify", "add_labels", "ext:mail"),
            AWord,
            AScalar.List[0, 2]
        )
        .Select(a => new WorkflowAction(
            a.Item1,
            Json(
                new Dictionary<string, object>
                {
                    ["message"] = a.Item2,
                    ["values"] = a.Item3,
                    ["body"] = new { key = a.Item2 },
                }
            )
        ));

    private static readonly Gen<Approver> AnApprover = Gen.Select(
            Gen.Enum<ApproverKind>(),
            AnyOf("qa", "ops", "lead", "ada@example.com")
        )
        .Select(a => new Approver(a.Item1, a.Item2));

    private static readonly Gen<ApprovalRequirement> ARequirement =
        from required in Gen.Int[1, 3]
        from conditions in AField.List[0, 2]
        from timeout in Gen.OneOf(ALength.Select(l => (TimeSpan?)l), Gen.Const((TimeSpan?)null))
        from message in Gen.OneOf(AWord.Select(w => (string?)w), Gen.Const((string?)null))
        from approvers in AnApprover.List[1, 3]
        select new ApprovalRequirement("", "")
        {
            Approvers = [.. approvers.Distinct()],
            Required = required,
            Conditions = conditions,
            Timeout = timeout,
            Message = message,
        };

    private static readonly Gen<SlaPolicy> APolicy =
        from condition in Gen.OneOf(AField.Select(c => (Condition?)c), Gen.Const((Condition?)null))
        from warning in Gen.OneOf(ALength.Select(l => (TimeSpan?)l), Gen.Const((TimeSpan?)null))
        from breach in ALength
        from business in Gen.Bool
        from pause in Gen.Bool
        from actions in AnAction.List[0, 2]
        select new SlaPolicy(
            condition,
            warning <= breach ? warning : null,
            breach,
            business,
            pause,
            actions,
            [.. actions.Take(1)]
        );

    private static readonly Gen<Checklist> AChecklist =
        from mode in Gen.Enum<ChecklistMode>()
        from items in Gen.Select(
            Gen.OneOf(ACondition.Select(c => (Condition?)c), Gen.Const((Condition?)null)),
            Gen.Bool,
            AWord
        ).List[1, 4]
        from actions in AnAction.List[0, 2]
        select new Checklist("list", "A list")
        {
            Mode = mode,
            Items =
            [
                .. items.Select(
                    (i, n) =>
                        new ChecklistItem($"i{n}", i.Item3)
                        {
                            Check = i.Item1 is null ? ChecklistCheck.Manual : ChecklistCheck.Auto,
                            Required = i.Item2,
                            Condition = i.Item1,
                        }
                ),
            ],
            OnComplete = actions,
        };

    private static readonly Gen<State> AState =
        from type in AnyOf(StateType.Active, StateType.Final, StateType.Gateway, StateType.Trigger)
        from category in Gen.Enum<StateCategory>()
        from isWorkedOut in Gen.Bool
        from label in Gen.OneOf(AWord.Where(w => w != "null"), Gen.Const(""))
        from color in Gen.OneOf(AnyOf<string?>("info", "#ff0000"), Gen.Const((string?)null))
        from limit in Gen.Int[0, 4]
        from conditions in ACondition.List[0, 2]
        from approval in Gen.OneOf(ARequirement.Select(r => (ApprovalRequirement?)r), Gen.Const((ApprovalRequirement?)null))
        from sla in APolicy.List[0, 2]
        from enter in AnAction.List[0, 2]
        from exit in AnAction.List[0, 1]
        from isBare in Gen.Bool
        select isBare
            ? new State(new(""), "", isWorkedOut ? StateType.Initial : type, category) // without anything; the type is set below
            : new State(new(""), label, isWorkedOut ? StateType.Initial : type, category)
            {
                Color = color,
                WipLimit = limit == 0 ? null : limit,
                Conditions = conditions,
                Approvals = approval is null ? [] : [approval],
                Sla = sla,
                OnEnter = enter,
                OnExit = exit,
                OnComplete = exit,
            };

    private static readonly Gen<Transition> ATransition =
        from name in Gen.OneOf(AWord.Where(w => w != "null").Select(w => (string?)w), Gen.Const((string?)null))
        from conditions in ACondition.List[0, 2]
        from required in ARequirement.List[0, 2]
        from bare in Gen.Int[0, 3]
        from levels in Gen.Select(Gen.Int[0, 2], ARequirement.List[1, 3]).List[0, 3]
        from fields in AnyOf("due_date", "notes", "assignee").List[0, 2]
        from comment in Gen.Bool
        select new Transition(new(""), new(""), name, null)
        {
            Conditions = conditions,
            Approvals =
            [
                .. bare > 0 && required.Count == 0
                    ? [new ApprovalRequirement("1", "Approval") { Required = bare }]
                    : required.Select(
                        (r, i) =>
                            r with
                            {
                                Key = $"{i + 1}",
                                Name = i == 0 ? $"Approval by {r.Approvers[0].Identifier}" : "Sign",
                                Approvers = [r.Approvers[0]],
                            }
                    ),
                .. levels.SelectMany((l, i) => ALevel(i + 1, l.Item1, l.Item2)),
            ],
            RequiresFields = [.. fields.Distinct()],
            CommentRequired = comment,
        };

    private static readonly Gen<WorkflowDefinition> AWorkflow =
        from states in AState.List[2, 5]
        from initial in Gen.Int[0, states.Count - 1]
        from checklist in AChecklist
        from ways in Gen.Select(Gen.Int[0, states.Count - 1], Gen.Int[0, states.Count - 1], ATransition).List[0, 6]
        from name in AWord.Where(w => w != "null")
        from version in Gen.OneOf(AnyOf<string?>("1.2.0", "3"), Gen.Const((string?)null))
        select WorkflowOf(
            name,
            version,
            states,
            initial,
            checklist,
            [.. ways.Select(w => w.Item3 with { From = new($"s{w.Item1}"), To = new($"s{w.Item2}") })]
        );

    [Fact]
    public void Every_spelling_of_a_workflow_is_read_as_the_same_and_unknown_keys_are_named_with_their_line() =>
        Gen.Select(AWorkflow, Gen.Int[0, 1000].List[20, 300])
            .Sample(
                (workflow, choices) =>
                {
                    var spelling = new WorkflowSpelling(choices);
                    var text = spelling.Write("main", workflow);

                    var read = ReadLeniently((MainPath, text));

                    Assert.True(read.Error is null, $"{read.Error?.Message}\n{text}");
                    var definition = Assert.Single(read.Value.Workflows).Definition;
                    Assert.True(
                        Written(workflow) == Written(definition),
                        $"{Difference(Written(workflow), Written(definition))}\n{text}"
                    );
                    var lines = text.ReplaceLineEndings("\n").Split('\n');
                    Assert.Equal(
                        spelling
                            .Unknown.Select(key =>
                                $"{Array.FindIndex(lines, l => l.Contains(key, StringComparison.Ordinal)) + 1} {key}"
                            )
                            .Order(),
                        read.Value.Warnings.Where(w =>
                                w.Message.EndsWith("is not known here; it is kept but ignored.", StringComparison.Ordinal)
                            )
                            .Select(w => $"{w.Line} {w.Message.Split('\'')[1]}")
                            .Order()
                    );
                },
                iter: Samples,
                threads: 1
            );

    private static IEnumerable<ApprovalRequirement> ALevel(int level, int kind, List<ApprovalRequirement> all)
    {
        var first = all[0] with { Key = $"chain.{level}", Name = $"Level {level}", Level = level };
        return kind switch
        {
            // Alternatives: groups, of which one is enough.
            0 => all.Select(
                (r, i) =>
                    r with
                    {
                        Key = $"chain.{level}.g{i}",
                        Name = $"Level {level}: g{i}",
                        Level = level,
                        Group = $"{level}",
                        AnyOfGroup = true,
                    }
            ),
            // One approval for each of those named.
            1 when first.Approvers.Count > 1 => first.Approvers.Select(
                (a, i) =>
                    new ApprovalRequirement($"chain.{level}.{i + 1}", $"Level {level}: {a.Identifier}")
                    {
                        Approvers = [a],
                        Level = level,
                    }
            ),
            _ => [first],
        };
    }

    private static WorkflowDefinition WorkflowOf(
        string name,
        string? version,
        List<State> states,
        int initial,
        Checklist checklist,
        IReadOnlyList<Transition> transitions
    )
    {
        var named = states
            .Select(
                (s, i) =>
                {
                    var key = $"s{i}";
                    var label = s.Label.Length == 0 ? $"S{i}" : s.Label;
                    var isLeft = transitions.Any(t => t.From.Value == key && t.To.Value != key);
                    var (type, category) =
                        i == initial ? (StateType.Initial, StateCategory.Pending)
                        : s.Type is not StateType.Initial ? (s.Type, s.Category)
                        : isLeft ? (StateType.Active, StateCategory.Active)
                        : (StateType.Final, StateCategory.Completed);
                    return s with
                    {
                        Key = new(key),
                        Label = label,
                        Type = type,
                        Category = category,
                        Checklist = i == states.Count - 1 ? checklist : null,
                        Approvals =
                        [
                            .. s.Approvals.Select(a =>
                                a with
                                {
                                    Key = "state",
                                    Name = a.Required == 2 ? "Sign-off" : $"Approval of {label}",
                                }
                            ),
                        ],
                    };
                }
            )
            .ToList();
        return new(name, null, new($"s{initial}"), named, transitions) { Version = version };
    }

    private static string Difference(string expected, string actual)
    {
        var at = expected.Zip(actual).TakeWhile(c => c.First == c.Second).Count();
        return $"expected …{expected[Math.Max(0, at - 60)..Math.Min(expected.Length, at + 60)]}…\nfound "
            + $"…{actual[Math.Max(0, at - 60)..Math.Min(actual.Length, at + 60)]}…";
    }

    private static string Written(WorkflowDefinition definition) => JsonSerializer.Serialize(definition);

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value);

    private static Gen<T> AnyOf<T>(params T[] of) => Gen.Int[0, of.Length - 1].Select(i => of[i]);
}
