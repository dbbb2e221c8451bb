using System.Text.Json;
using CsCheck;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Workflows;

/// <summary>Properties of all workflows and histories, tested on ten thousand random ones.</summary>
public sealed class WorkflowProperties
{
    private const long Samples = 10_000;
    private static readonly UserId Actor = new(7);
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly string[] Fields =
    [
        "assignee",
        "priority",
        "labels",
        "story_points",
        "due_date",
        "custom_fields.a",
        "custom_fields.b",
    ];
    private static readonly string[] Values = ["null", "\"high\"", "\"x\"", "3", "\"2026-01-01\"", "[\"x\",\"y\"]", "true"];

    private static readonly Gen<Condition> AField = Gen.Select(AnyOf(Fields), Gen.Enum<ConditionOperator>(), AnyOf(Values))
        .Select(Condition (f) => new FieldCondition(f.Item1, f.Item2, JsonSerializer.Deserialize<JsonElement>(f.Item3)));

    private static readonly Gen<Condition> ACondition = Gen.Frequency(
        (6, AField),
        (1, AField.List[0, 3].Select(Condition (c) => new AnyCondition(c))),
        (1, AField.List[0, 3].Select(Condition (c) => new AllCondition(c))),
        (1, Gen.Bool.Select(Condition (complete) => new ChecklistCondition("list", complete)))
    );

    private static readonly Gen<WorkflowDefinition> AWorkflow =
        from count in Gen.Int[1, 6]
        from final in Gen.Bool.Array[count]
        from limits in Gen.Int[0, 3].Array[count]
        from entry in ACondition.List[0, 1].Array[count]
        from ways in Gen.Select(
            Gen.Int[0, count - 1],
            Gen.Int[0, count - 1],
            ACondition.List[0, 2],
            Gen.Bool,
            Gen.Int[0, 2]
        ).List[0, 12]
        select new WorkflowDefinition(
            "Random",
            null,
            new("s0"),
            [
                .. Enumerable
                    .Range(0, count)
                    .Select(i => new State(
                        new($"s{i}"),
                        $"State {i}",
                        i == 0 ? StateType.Initial
                            : final[i] ? StateType.Final
                            : StateType.Active,
                        StateCategory.Active
                    )
                    {
                        WipLimit = limits[i] == 0 ? null : limits[i],
                        Conditions = i == 0 ? [] : entry[i],
                        Checklist = i == 0 ? new("list", "List") { Items = [new("item", "Item")] } : null,
                    }),
            ],
            [
                .. ways.Select(w => new Transition(new($"s{w.Item1}"), new($"s{w.Item2}"), null, null)
                {
                    Conditions = w.Item3,
                    CommentRequired = w.Item4,
                    Approvals = w.Item5 == 0 ? [new("1", "Approval")] : [],
                }),
            ]
        );

    /// <summary>
    /// A step of a history: the transition, the comment, the checked items, the number of issues in each state, and an edit
    /// before it.
    /// </summary>
    private static readonly Gen<(int Way, bool Says, bool Checked, int Full, int Edit)> AStep = Gen.Select(
        Gen.Int[0, 20],
        Gen.Bool,
        Gen.Bool,
        Gen.Int[0, 4],
        Gen.Int[0, 5]
    );

    [Fact]
    public void An_issue_is_always_in_a_declared_state_no_refused_move_changes_anything_and_no_limit_is_exceeded() =>
        Gen.Select(AWorkflow, AStep.List[0, 15])
            .Sample(
                (definition, steps) =>
                {
                    var project = Project.Start(new(1), "RANDOM", new() { Name = "Random" }, Noon).Value;
                    var workflow = Workflow.Publish(new(1), new(1), "random", 1, definition, null, Noon).Value;
                    var issue = Issue
                        .Open(project, project.Schema.DefaultType!, workflow, new() { Title = "An issue" }, new(), Actor, Noon)
                        .Value;
                    foreach (var step in steps)
                    {
                        Edit(issue, project, step.Edit);
                        var context = Context(issue, definition, step);
                        var decisions = WorkflowEngine.Decide(definition, context);
                        Assert.Equal(definition.From(issue.Status), decisions.Select(d => d.Transition));
                        if (decisions.Count == 0)
                            continue;

                        var decision = decisions[step.Way % decisions.Count];
                        var before = (issue.Status, issue.Version, issue.CompletedAt, issue.History.Count);
                        var moved = issue.Move(decision.Transition, workflow, context, Actor, Noon, out _);

                        Assert.Equal(decision.IsAllowed, !moved.IsRefused);
                        Assert.NotNull(definition.FindState(issue.Status));
                        if (moved.IsRefused)
                        {
                            Assert.Equal(before, (issue.Status, issue.Version, issue.CompletedAt, issue.History.Count));
                            continue;
                        }

                        var entered = definition.FindState(issue.Status)!;
                        Assert.Equal(decision.Transition.To, issue.Status);
                        Assert.Equal(entered.IsFinal, issue.CompletedAt is not null);
                        Assert.True(entered.WipLimit is null || context.IssuesInState[entered.Key] < entered.WipLimit);
                    }
                },
                iter: Samples
            );

    private static Gen<string> AnyOf(string[] texts) => Gen.Int[0, texts.Length - 1].Select(i => texts[i]);

    private static void Edit(Issue issue, Project project, int edit)
    {
        IssueEdit? change = edit switch
        {
            0 => new() { AssigneeId = Actor },
            1 => new() { Priority = IssuePriority.High },
            2 => new() { Labels = new(["x", "y"]) },
            3 => new() { StoryPoints = 3, DueDate = new DateOnly(2026, 1, 1) },
            4 => new()
            {
                CustomFields = new(new Dictionary<string, JsonElement> { ["a"] = JsonSerializer.SerializeToElement("x") }),
            },
            _ => null,
        };
        if (change is not null)
            Assert.False(issue.Edit(change, project.Schema, Actor, Noon).IsRefused);
    }

    private static MoveContext Context(
        Issue issue,
        WorkflowDefinition definition,
        (int Way, bool Says, bool Checked, int Full, int Edit) step
    ) =>
        new(issue.ToFacts("ada@example.com", "ada@example.com", Noon))
        {
            IsAttempt = true,
            Comment = step.Says ? "Because" : null,
            CheckedItems = step.Checked ? new HashSet<string> { "list/item" } : [],
            IssuesInState = definition.States.ToDictionary(s => s.Key, _ => step.Full),
        };
}
