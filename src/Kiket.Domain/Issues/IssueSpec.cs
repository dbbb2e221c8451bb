using Kiket.Domain.Common;

namespace Kiket.Domain.Issues;

/// <summary>The named rules over issues.</summary>
public static class IssueSpec
{
    /// <summary>The issue that a reference names.</summary>
    /// <param name="issue">The reference.</param>
    public static Specification<Issue> By(IssueRef issue)
    {
        var specification = new Specification<Issue>();
        if (issue.Id is { } id)
            specification.Query.Where(i => i.Id == id);
        else
            specification.Query.Where(i => i.Key == issue.Key);
        return specification;
    }

    /// <summary>Every issue below one, on any level.</summary>
    /// <param name="issue">The issue above.</param>
    public static Specification<Issue> Below(Issue issue)
    {
        ArgumentNullException.ThrowIfNull(issue);
        var (project, path) = (issue.ProjectId, issue.DescendantPath);
        var specification = new Specification<Issue>();
        specification.Query.Where(i => i.ProjectId == project && i.HierarchyPath.StartsWith(path));
        return specification;
    }
}
