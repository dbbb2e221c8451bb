using Ardalis.Specification;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Workflows;

/// <summary>The workflow of an issue, in the version that it follows.</summary>
internal sealed class WorkflowOf : Specification<Workflow>
{
    public WorkflowOf(Issue issue)
    {
        var id = issue.WorkflowId;
        Query.AsNoTracking().Where(w => w.Id == id);
    }
}

/// <summary>The versions of a project's workflow, newest first.</summary>
internal sealed class VersionsOf : Specification<Workflow>
{
    /// <param name="revision">Only this version; null for all.</param>
    public VersionsOf(ProjectId projectId, string key, int? revision = null)
    {
        Query.AsNoTracking().Where(w => w.ProjectId == projectId && w.Key == key).OrderByDescending(w => w.Revision);
        if (revision is { } only)
            Query.Where(w => w.Revision == only);
    }
}

/// <summary>The workflows of some projects, each in its latest version.</summary>
internal sealed class LatestWorkflowsOf : Specification<Workflow>
{
    /// <param name="workflows">All workflows.</param>
    public LatestWorkflowsOf(IQueryable<Project> projects, IQueryable<Workflow> workflows) =>
        Query
            .AsNoTracking()
            .Where(w =>
                projects.Any(p => p.Id == w.ProjectId)
                && !workflows.Any(newer => newer.ProjectId == w.ProjectId && newer.Key == w.Key && newer.Revision > w.Revision)
            );
}

/// <summary>The first projects that have a workflow.</summary>
internal sealed class ProjectsWithWorkflow : Specification<Project>
{
    /// <param name="workflows">All workflows.</param>
    /// <param name="limit">How many projects at most.</param>
    public ProjectsWithWorkflow(string key, IQueryable<Workflow> workflows, int limit) =>
        Query.Where(p => workflows.Any(w => w.ProjectId == p.Id && w.Key == key)).OrderBy(p => p.Id).Take(limit);
}
