using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>How the total of an issue list is counted.</summary>
internal enum TotalMode
{
    /// <summary>Exact unless too many issues would have to be counted; the default.</summary>
    Estimate,

    /// <summary>Exact at any cost.</summary>
    Exact,

    /// <summary>Not counted: only whether there is another page.</summary>
    None,
}

/// <summary>The totals of lists of issues; see docs/decisions/0059-totals-of-issue-lists.md.</summary>
internal static class IssueTotals
{
    /// <summary>Up to so many issues in the filter's projects and states, matches are counted exactly.</summary>
    public const int MaxCountedAmong = 10_000;

    /// <summary>Up to so many matching issues are counted among any number of others.</summary>
    public const int MaxCounted = 1_000;

    /// <summary>The number of issues that match a filter.</summary>
    /// <param name="matching">These issues.</param>
    public static async Task<ListTotal> CountAsync(
        this IKiketDb db,
        IQueryable<Issue> matching,
        IssueFilter filter,
        TotalMode mode,
        Actor actor,
        CancellationToken ct
    )
    {
        if (mode is TotalMode.None && !filter.IsCounted)
            return ListTotal.AtLeast(0);
        if (mode is TotalMode.Exact && !filter.IsCounted)
            return ListTotal.Exactly(await matching.CountAsync(ct));

        var most = await db.SumAsync(filter, actor, ct);
        if (filter.IsCounted)
            return ListTotal.Exactly(most);
        if (most <= MaxCountedAmong)
            return ListTotal.Exactly(await matching.CountAsync(ct));

        // The first ones in an index: that of the filtered field, in any order, or that of the newest issues.
        var indexed = filter.IsOfOneField
            ? matching.OrderBy(i => i.OrganizationId)
            : matching.OrderByDescending(i => i.CreatedAt);
        var counted = await indexed.Take(MaxCounted + 1).CountAsync(ct);
        return counted > MaxCounted ? ListTotal.AtLeast(MaxCounted) : ListTotal.Exactly(counted);
    }

    /// <summary>The number of issues in the projects and states of a filter, ignoring its other conditions.</summary>
    private static async Task<int> SumAsync(this IKiketDb db, IssueFilter filter, Actor actor, CancellationToken ct)
    {
        var counts = db.IssueCounts.AsNoTracking();
        if (!actor.SeesEveryProject)
        {
            var visible = db.VisibleProjects(actor);
            counts = counts.Where(c => visible.Any(p => p.Id == c.ProjectId));
        }

        if (filter.Project is { Id: { } id })
            counts = counts.Where(c => c.ProjectId == id);
        if (filter.Project is { Key: { } key })
            counts = counts.Where(c =>
                c.ProjectId == db.Projects.Where(p => p.Key == key).Select(p => (ProjectId?)p.Id).FirstOrDefault()
            );

        var states = await counts
            .GroupBy(c => c.Status)
            .Select(g => new { Status = g.Key, Count = g.Sum(c => c.Change) })
            .ToListAsync(ct);
        var wanted = filter.Status.Select(SearchText.SortKey).ToHashSet(StringComparer.Ordinal);
        return states.Where(s => wanted.Count == 0 || wanted.Contains(SearchText.SortKey(s.Status.Value))).Sum(s => s.Count);
    }
}
