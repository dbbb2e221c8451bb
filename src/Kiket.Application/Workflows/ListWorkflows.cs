using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Workflows;

/// <summary>The workflows of the projects that the actor can see, each in its latest version.</summary>
internal sealed record ListWorkflowsQuery(ProjectRef? Project, PageRequest Page) : IQuery<Result<Page<WorkflowSummaryDto>>>;

/// <param name="Version">The latest version.</param>
internal sealed record WorkflowSummaryDto(
    long Id,
    string Key,
    string Name,
    string? Description,
    int Version,
    ProjectId ProjectId,
    string ProjectKey,
    int StatesCount,
    int TransitionsCount,
    DateTimeOffset CreatedAt
);

internal sealed class ListWorkflowsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListWorkflowsQuery, Result<Page<WorkflowSummaryDto>>>
{
    private static readonly SortOptions<Workflow> Sorts = new SortOptions<Workflow>("id asc", w => w.Id)
        .By("id", w => w.Id)
        .By("key", w => w.Key)
        .By("name", w => w.SortKey)
        .By("version", w => w.Revision)
        .By("created_at", w => w.CreatedAt);

    public async Task<Result<Page<WorkflowSummaryDto>>> Handle(ListWorkflowsQuery query, CancellationToken ct)
    {
        var projects = db.VisibleProjects(current.Actor);
        if (query.Project is { } project)
            projects = projects.WithSpecification(new ProjectByRef(project));

        // The whole definition is read, because each database has its own syntax for paths into a JSON document.
        var page = await db
            .Workflows.WithSpecification(new LatestWorkflowsOf(projects, db.Workflows))
            .ToPageAsync(
                query.Page,
                Sorts,
                rows =>
                    rows.Select(w => new
                    {
                        Workflow = w,
                        ProjectKey = db.Projects.Where(p => p.Id == w.ProjectId).Select(p => p.Key).First(),
                    }),
                ct
            );
        if (page.Error is { } error)
            return error;
        return page.Value.With<WorkflowSummaryDto>([.. page.Value.Items.Select(row => SummaryOf(row.Workflow, row.ProjectKey))]);
    }

    private static WorkflowSummaryDto SummaryOf(Workflow w, string projectKey) =>
        new(
            w.Id,
            w.Key,
            w.Name,
            w.Definition.Description,
            w.Revision,
            w.ProjectId,
            projectKey,
            w.Definition.States.Count,
            w.Definition.Transitions.Count,
            w.CreatedAt
        );
}
