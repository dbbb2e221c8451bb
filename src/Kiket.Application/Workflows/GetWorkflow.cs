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
        var found = await db.FindWorkflowAsync(query.Workflow, query.Version, current, ct);
        if (found.Error is { } unavailable)
            return unavailable;
        var (project, workflow) = found.Value;
        var latest = await db.Workflows.WithSpecification(new VersionsOf(project.Id, workflow.Key)).MaxAsync(w => w.Revision, ct);
        return WorkflowDto.Of(workflow, project, latest);
    }
}
