using Ardalis.Specification;
using Kiket.Domain.Approvals;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Users;

namespace Kiket.Application.Issues;

/// <summary>The issue that a reference names.</summary>
internal sealed class IssueByRef : Specification<Issue>
{
    public IssueByRef(IssueRef issue)
    {
        if (issue.Id is { } id)
            Query.Where(i => i.Id == id);
        else
            Query.Where(i => i.Key == issue.Key);
    }
}

/// <summary>Every issue below one, on any level.</summary>
internal sealed class IssuesBelow : Specification<Issue>
{
    public IssuesBelow(Issue issue)
    {
        var (project, path) = (issue.ProjectId, issue.DescendantPath);
        Query.Where(i => i.ProjectId == project && i.ParentId != null && i.HierarchyPath.StartsWith(path));
    }
}

/// <summary>The issues of every project that an actor can see.</summary>
internal sealed class IssuesVisibleTo : Specification<Issue>
{
    /// <param name="projects">The projects that the actor can see.</param>
    public IssuesVisibleTo(Actor actor, IQueryable<Project> projects)
    {
        Query.AsNoTracking();
        if (!actor.SeesEveryProject)
            Query.Where(i => projects.Any(p => p.Id == i.ProjectId));
    }
}

/// <summary>The approvals that an issue still needs or has got for a move out of its state.</summary>
internal sealed class OpenApprovalsOf : Specification<Approval>
{
    public OpenApprovalsOf(IssueId issueId) => Query.Where(a => a.IssueId == issueId && a.Status != ApprovalStatus.Closed);
}

/// <summary>Every change of an issue.</summary>
internal sealed class ChangesOf : Specification<IssueChange>
{
    public ChangesOf(IssueId issueId) => Query.AsNoTracking().Where(c => c.IssueId == issueId);
}
