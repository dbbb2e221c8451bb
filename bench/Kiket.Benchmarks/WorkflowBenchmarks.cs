using System.Text.Json;
using BenchmarkDotNet.Attributes;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Benchmarks;

/// <summary>
/// The cost of a decision. The limit is 20 µs and 10 KB for all transitions of an issue in the largest workflow of the packs.
/// </summary>
[MemoryDiagnoser]
public class WorkflowBenchmarks
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);

    private static readonly string[] Fields = ["severity", "ci_status", "integration_status", "security_status"];

    private WorkflowDefinition workflow = null!;
    private Issue[] issues = [];
    private HashSet<string> marks = [];

    [GlobalSetup]
    public void Setup()
    {
        workflow = Packs.LargestWorkflow();
        marks = [.. workflow.States.SelectMany(s => s.Checklist?.Items.Select(i => $"{s.Checklist.Id}/{i.Id}") ?? [])];
        var project = Project.Start(new(1), "BENCH", new() { Name = "Bench" }, Noon).Value;
        var version = Workflow.Publish(new(1), new(1), "bench", 1, workflow, null, Noon).Value;
        var custom = Fields.ToDictionary(k => k, _ => JsonSerializer.SerializeToElement("passed"));
        issues =
        [
            .. workflow.States.Select(s =>
                Issue
                    .Open(
                        project,
                        project.Schema.DefaultType!,
                        version,
                        new()
                        {
                            Title = "An issue",
                            AssigneeId = new UserId(7),
                            Labels = new(["a", "b"]),
                            CustomFields = custom,
                        },
                        new() { Status = s.Key },
                        new(7),
                        Noon
                    )
                    .Value
            ),
        ];
        issues = [.. issues.OrderByDescending(i => workflow.From(i.Status).Count())];
        Console.WriteLine($"// {workflow.Name}: {workflow.States.Count} states, {workflow.Transitions.Count} transitions.");
    }

    /// <summary>
    /// One issue, in the state with the most ways out, as an answer to <c>GET /issues/:id/transitions</c> needs it.
    /// </summary>
    [Benchmark]
    public int TransitionsOfAnIssue() => Decide(issues[0]);

    /// <summary>Every transition of the workflow, as if all of them left the issue's state.</summary>
    [Benchmark]
    public int EveryTransitionOfTheWorkflow()
    {
        var context = ContextOf(issues[0]);
        var allowed = 0;
        foreach (var transition in workflow.Transitions)
            allowed += WorkflowEngine.Decide(workflow, transition, context).IsAllowed ? 1 : 0;
        return allowed;
    }

    private int Decide(Issue issue)
    {
        var allowed = 0;
        foreach (var decision in WorkflowEngine.Decide(workflow, ContextOf(issue)))
            allowed += decision.IsAllowed ? 1 : 0;
        return allowed;
    }

    private MoveContext ContextOf(Issue issue) =>
        new(issue.ToFacts("ada@example.com", "grace@example.com", Noon)) { CheckedItems = marks };
}
