using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Workflows;

/// <summary>One workflow with its whole definition.</summary>
/// <param name="Version">The version, or null for the latest.</param>
internal sealed record GetWorkflowQuery(WorkflowRef Workflow, int? Version) : IQuery<Result<WorkflowDto>>;

internal sealed class GetWorkflowHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<GetWorkflowQuery, Result<WorkflowDto>>
{
    public async Task<Result<WorkflowDto>> Handle(GetWorkflowQuery query, CancellationToken ct)
    {
        var project = await db.FindWorkflowProjectAsync(query.Workflow, current, ct);
        if (project.Error is { } unavailable)
            return unavailable;
        var workflow = await db.FindVersionAsync(project.Value, query.Workflow.Key, query.Version, ct);
        if (workflow.Error is { } unknown)
            return unknown;
        var latest = await db
            .Workflows.WithSpecification(new VersionsOf(project.Value.Id, workflow.Value.Key))
            .MaxAsync(w => w.Revision, ct);
        return WorkflowDto.Of(workflow.Value, project.Value, latest);
    }
}
