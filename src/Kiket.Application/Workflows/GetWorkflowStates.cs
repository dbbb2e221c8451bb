using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Workflows;

/// <summary>The states of one of a project's workflows, in its latest version.</summary>
/// <param name="Workflow">Key of the workflow; null for the issue type's or, without one, the project's.</param>
/// <param name="IssueType">Key of an issue type, or null.</param>
internal sealed record GetWorkflowStatesQuery(ProjectRef Project, string? Workflow, TypeKey? IssueType)
    : IQuery<Result<WorkflowStatesDto>>;

internal sealed record WorkflowStatesDto(WorkflowVersionDto Workflow, IReadOnlyList<WorkflowStateDto> States);

/// <summary>A workflow as its key, its name and the version.</summary>
internal sealed record WorkflowVersionDto(string Id, string Name, int Version);

/// <summary>A state as other programs show it (decisions, 26).</summary>
/// <param name="Position">Its position among the states, from 0.</param>
internal sealed record WorkflowStateDto(
    StateKey Key,
    string Label,
    string Name,
    StateType Type,
    StateCategory Category,
    string? Color,
    string? Icon,
    int Position,
    int? WipLimit,
    IReadOnlyList<SlaPolicyDto> Sla
);

internal sealed class GetWorkflowStatesHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetWorkflowStatesQuery, Result<WorkflowStatesDto>>
{
    public async Task<Result<WorkflowStatesDto>> Handle(GetWorkflowStatesQuery query, CancellationToken ct)
    {
        var found = await db.FindProjectAsync(query.Project, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (project, key) = (found.Value, query.Workflow);
        if (key is null && query.IssueType is { } name)
        {
            if (project.Schema.FindType(name) is not { } type)
                return Error.InvalidParameter("issue_type", $"There is no issue type '{name}' in this project.");
            key = project.Schema.WorkflowOf(type);
        }

        var workflow = await db.FindVersionAsync(project, key ?? project.Schema.DefaultWorkflow, null, ct);
        return workflow.Error is { } unknown
            ? unknown
            : new WorkflowStatesDto(
                new(workflow.Value.Key, workflow.Value.Name, workflow.Value.Revision),
                [
                    .. workflow.Value.Definition.States.Select(
                        (s, n) =>
                            new WorkflowStateDto(
                                s.Key,
                                s.Label,
                                s.Label,
                                s.Type,
                                s.Category,
                                s.Color,
                                s.Icon,
                                n,
                                s.WipLimit,
                                [.. s.Sla.Select(SlaPolicyDto.Of)]
                            )
                    ),
                ]
            );
    }
}
