using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Tests;

/// <summary>Creates objects that a test needs but is not about.</summary>
internal static class An
{
    public static readonly DateTimeOffset Noon = new(2026, 3, 2, 12, 0, 0, TimeSpan.Zero);

    public static Project Project { get; } =
        Project.Restore(Project.Start(new(1), "LEGAL", new() { Name = "Legal" }, Noon).Value.ToSnapshot() with { Id = new(5) });

    public static Workflow Workflow { get; } =
        Workflow.Restore(
            Workflow.Publish(new(1), new(5), "default", 1, WorkflowDefinition.BuiltIn, null, Noon).Value.ToSnapshot() with
            {
                Id = 3,
            }
        );

    /// <summary>LEGAL-1 with the id 42, in the initial state.</summary>
    public static Issue Issue(IssueEdit? fields = null)
    {
        var opened = Domain.Issues.Issue.Open(
            Project,
            Project.Schema.DefaultType!,
            Workflow,
            fields ?? new() { Title = "An issue" },
            new(),
            actorId: new(1),
            Noon
        );
        opened.Value.TakeNumber(Project.Key, 1);
        return Domain.Issues.Issue.Restore(opened.Value.ToSnapshot() with { Id = new(42) });
    }
}
