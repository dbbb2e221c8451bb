using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Application.Issues;

/// <summary>Updates the hierarchy paths of issues below a parent that moves.</summary>
internal static class IssueTree
{
    /// <summary>Updates the path of every issue below a moved one.</summary>
    public static Task MoveDescendantsAsync(
        this IKiketDb db,
        string oldPath,
        string newPath,
        IssueId rootId,
        int levels,
        ProjectId projectId,
        DateTimeOffset at,
        CancellationToken ct
    ) =>
        db
            .Issues.Where(i => i.ProjectId == projectId && i.ParentId != null && i.HierarchyPath.StartsWith(oldPath))
            .UpdateInBatchesAsync<Issue, IssueId>(
                set =>
                    set.SetProperty(i => i.HierarchyPath, i => newPath + i.HierarchyPath.Substring(oldPath.Length))
                        .SetProperty(i => i.HierarchyDepth, i => i.HierarchyDepth + levels)
                        .SetProperty(i => i.RootId, rootId)
                        .SetProperty(i => i.UpdatedAt, at)
                        .SetProperty(i => i.Version, i => i.Version + 1),
                ct
            );
}
