using System.Text.Json;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests.Issues;

/// <summary>When the checklist of an issue's state is complete, and actions that wait for it start.</summary>
public sealed class IssueChecklistTests
{
    private static readonly DateTimeOffset Noon = new(2026, 1, 5, 12, 0, 0, TimeSpan.Zero);
    private static readonly Project Project = Project.Start(new(1), "LIST", new() { Name = "List" }, Noon).Value;
    private static readonly WorkflowAction Tell = new("notify", JsonSerializer.SerializeToElement(new { message = "Done" }));

    [Fact]
    public void It_is_noted_once_while_the_issue_is_in_its_state_and_again_after_it_came_back()
    {
        var workflow = WorkflowOf([Tell], []);
        var issue = Open(workflow);
        Move(issue, workflow, "doing", []);

        var open = issue.NoteChecklist(workflow.Definition, Context(issue, []), new(7), Noon);
        var complete = issue.NoteChecklist(workflow.Definition, Context(issue, ["list/item"]), new(7), Noon.AddHours(1));
        var again = issue.NoteChecklist(workflow.Definition, Context(issue, ["list/item"]), new(7), Noon.AddHours(2));
        Move(issue, workflow, "open", []);
        var elsewhere = issue.ChecklistCompletedAt;
        Move(issue, workflow, "doing", ["list/item"]);

        Assert.Equal((false, true, false), (open, complete, again));
        Assert.Null(elsewhere);
        Assert.Equal(Noon, issue.ChecklistCompletedAt);
        Assert.Equal(2, issue.History.Count(h => h.Changes.Any(c => c.Field == "checklists.list")));
        Assert.Equal(2, issue.DomainEvents.OfType<IssueUpdated>().Count(e => e.Changes.Any(c => c.Field == "checklists.list")));
    }

    [Fact]
    public void Nothing_is_noted_where_nothing_waits_for_it()
    {
        var workflow = WorkflowOf([], []);
        var issue = Open(workflow);
        Move(issue, workflow, "doing", ["list/item"]);

        Assert.False(issue.NoteChecklist(workflow.Definition, Context(issue, ["list/item"]), new(7), Noon));
        Assert.Null(issue.ChecklistCompletedAt);
        Assert.Empty(issue.DomainEvents.OfType<IssueUpdated>());
    }

    [Fact]
    public void The_actions_of_a_state_wait_for_its_checklist_too()
    {
        var workflow = WorkflowOf([], [Tell]);
        var issue = Open(workflow);
        Move(issue, workflow, "doing", []);

        Assert.True(issue.AwaitsChecklist(workflow.Definition));
        Assert.True(issue.NoteChecklist(workflow.Definition, Context(issue, ["list/item"]), new(7), Noon));
        Assert.False(issue.AwaitsChecklist(workflow.Definition));
    }

    private static Issue Open(Workflow workflow) =>
        Issue.Open(Project, Project.Schema.DefaultType!, workflow, new() { Title = "An issue" }, new(), new(7), Noon).Value;

    private static void Move(Issue issue, Workflow workflow, string to, string[] marks) =>
        Assert.Null(
            issue
                .Move(workflow.Definition.FindTransition(issue.Status, to)!, workflow, Context(issue, marks), new(7), Noon, out _)
                .Error
        );

    private static MoveContext Context(Issue issue, string[] marks) =>
        new(issue.ToFacts(null, null, Noon)) { CheckedItems = marks.ToHashSet() };

    private static Workflow WorkflowOf(IReadOnlyList<WorkflowAction> ofList, IReadOnlyList<WorkflowAction> ofState) =>
        Workflow
            .Publish(
                new(1),
                new(1),
                "main",
                1,
                new(
                    "Main",
                    null,
                    new("open"),
                    [
                        new(new("open"), "Open", StateType.Initial, StateCategory.Pending),
                        new(new("doing"), "Doing", StateType.Active, StateCategory.Active)
                        {
                            Checklist = new("list", "List") { Items = [new("item", "Item")], OnComplete = ofList },
                            OnComplete = ofState,
                        },
                    ],
                    [new(new("open"), new("doing"), null, null), new(new("doing"), new("open"), null, null)]
                ),
                null,
                Noon
            )
            .Value;
}
