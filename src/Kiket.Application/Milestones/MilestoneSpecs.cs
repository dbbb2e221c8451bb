using Ardalis.Specification;
using Kiket.Domain.Common;
using Kiket.Domain.Milestones;

namespace Kiket.Application.Milestones;

/// <summary>The milestones of a project.</summary>
internal sealed class MilestonesOf : Specification<Milestone>
{
    /// <param name="statuses">Only those with one of these; none means all.</param>
    public MilestonesOf(ProjectId projectId, IReadOnlyList<MilestoneStatus> statuses)
    {
        Query.Where(m => m.ProjectId == projectId);
        if (statuses.Count > 0)
            Query.Where(m => statuses.Contains(m.Status));
    }
}

/// <summary>One milestone of a project.</summary>
internal sealed class MilestoneIn : Specification<Milestone>
{
    public MilestoneIn(ProjectId projectId, long id) => Query.Where(m => m.ProjectId == projectId && m.Id == id);
}
