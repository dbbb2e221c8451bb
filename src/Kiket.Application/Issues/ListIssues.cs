using Kiket.Application.Abstractions;
using Kiket.Application.Organizations;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>What issues a list holds; every filter that is given must hold (decisions, 5). Several values of one filter mean any of them.</summary>
public sealed record IssueFilter
{
    public ProjectRef? Project { get; init; }

    public IReadOnlyList<string> Status { get; init; } = [];

    /// <summary>Ids, e-mail addresses, <c>me</c> or <c>unassigned</c>.</summary>
    public IReadOnlyList<string> Assignee { get; init; } = [];

    /// <summary>All groups must hold; of one group any label.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Labels { get; init; } = [];

    public IReadOnlyList<string> IssueType { get; init; } = [];

    public IReadOnlyList<IssuePriority> Priority { get; init; } = [];

    public IReadOnlyList<long> MilestoneId { get; init; } = [];

    public IReadOnlyList<long> ParentId { get; init; } = [];

    /// <summary>How the issue stands against the limit of its state; issues without a limit stand nowhere.</summary>
    public IReadOnlyList<SlaStatus> Sla { get; init; } = [];

    /// <summary>Words that title and description together contain, or that are the issue's key; accents and case alike.</summary>
    public string? Search { get; init; }

    public TimeBound? CreatedAfter { get; init; }

    public TimeBound? CreatedBefore { get; init; }

    public TimeBound? UpdatedAfter { get; init; }

    public TimeBound? UpdatedBefore { get; init; }

    public DateOnly? DueAfter { get; init; }

    public DateOnly? DueBefore { get; init; }
}

/// <summary>The issues that the actor can see.</summary>
public sealed record ListIssuesQuery(IssueFilter Filter, PageRequest Page) : IQuery<Result<Page<IssueDto>>>;

internal sealed class ListIssuesHandler(IKiketDb db, ICurrentActor current, PublicUrl url) : IQueryHandler<ListIssuesQuery, Result<Page<IssueDto>>>
{
    private static readonly SortOptions<Issue> Sorts = new SortOptions<Issue>("created_at desc", i => i.Id)
        .By("id", i => i.Id).By("key", i => i.ProjectId).By("title", i => i.SortKey).By("status", i => i.StatusKey)
        .By("priority", i => i.Priority).By("issue_type", i => i.TypeKey).By("due_date", i => i.DueDate)
        .By("created_at", i => i.CreatedAt).By("updated_at", i => i.UpdatedAt);

    public async Task<Result<Page<IssueDto>>> Handle(ListIssuesQuery query, CancellationToken ct)
    {
        var filter = query.Filter;
        var namesDay = new[] { filter.CreatedAfter, filter.CreatedBefore, filter.UpdatedAfter, filter.UpdatedBefore }.Any(b => b?.Day is not null);
        var calendar = namesDay ? await db.ReadCalendarAsync(current.Actor.OrganizationId, ct) : BusinessCalendar.AroundTheClock;
        var issues = Filter(db.VisibleIssues(current.Actor), filter, calendar);
        if (filter.Search is { } search)
        {
            var words = SearchText.Words(search);
            if (words.Count == 0)
                return SearchErrors.Blank;
            foreach (var word in words)
            {
                var key = word.ToUpperInvariant();
                issues = issues.Where(i => i.SearchText.Contains(word) || i.Key == key);
            }
        }

        if (query.Filter.Assignee.Count > 0)
            issues = FilterAssignee(issues, await AssigneeIdsAsync(query.Filter.Assignee, ct), query.Filter.Assignee.Contains("unassigned"));
        return await issues.ToPageAsync(query.Page, Sorts, page => page.ToDto(db, url), ct);
    }

    private IQueryable<Issue> Filter(IQueryable<Issue> issues, IssueFilter filter, BusinessCalendar calendar)
    {
        if (filter.Project is { Id: { } projectId })
            issues = issues.Where(i => i.ProjectId == projectId);
        if (filter.Project is { Key: { } projectKey })
        {
            // One value and no join, so that the database reads the index of this project in order instead of sorting its issues.
            issues = issues.Where(i => i.ProjectId == db.Projects.Where(p => p.Key == projectKey).Select(p => (long?)p.Id).FirstOrDefault());
        }

        if (filter.Status.Count > 0)
        {
            var states = filter.Status.Select(SearchText.SortKey).ToList();
            issues = issues.Where(i => states.Contains(i.StatusKey));
        }

        if (filter.IssueType.Count > 0)
        {
            var types = filter.IssueType.Select(SearchText.SortKey).ToList();
            issues = issues.Where(i => types.Contains(i.TypeKey));
        }

        if (filter.Priority.Count > 0)
            issues = issues.Where(i => filter.Priority.Contains(i.Priority));
        if (filter.MilestoneId.Count > 0)
            issues = issues.Where(i => filter.MilestoneId.Contains(i.MilestoneId!.Value));
        if (filter.ParentId.Count > 0)
            issues = issues.Where(i => filter.ParentId.Contains(i.ParentId!.Value));
        if (filter.Sla.Count > 0)
            issues = issues.Where(i => db.SlaTimers.Any(t => t.IssueId == i.Id && t.StoppedAt == null && filter.Sla.Contains(t.Status)));
        foreach (var labels in filter.Labels.Select(group => group.Select(UnicodeText.CleanLabel).ToList()))
            issues = issues.Where(i => i.Labels.Any(l => labels.Contains(l)));
        return FilterDates(issues, filter, calendar);
    }

    /// <summary>Read beforehand and not joined, so that the list itself is read by the index of assignees.</summary>
    private async Task<List<long>> AssigneeIdsAsync(IReadOnlyList<string> assignees, CancellationToken ct)
    {
        var ids = assignees.Select(a => a == "me" ? current.Actor.UserId : WireId.TryParse(a, out var id) ? id : 0).Where(id => id > 0).ToList();
        var emails = assignees.Where(a => a.Contains('@')).Select(User.AddressOf).ToList();
        if (emails.Count > 0)
            ids.AddRange(await db.Users.Where(u => emails.Contains(u.Email)).Select(u => u.Id).ToListAsync(ct));
        return ids;
    }

    private static IQueryable<Issue> FilterAssignee(IQueryable<Issue> issues, List<long> ids, bool unassigned) => (ids.Count, unassigned) switch
    {
        (0, true) => issues.Where(i => i.AssigneeId == null),
        (1, false) => issues.Where(i => i.AssigneeId == ids[0]),
        (_, true) => issues.Where(i => i.AssigneeId == null || ids.Contains(i.AssigneeId!.Value)),
        _ => issues.Where(i => ids.Contains(i.AssigneeId!.Value)),
    };

    private static IQueryable<Issue> FilterDates(IQueryable<Issue> issues, IssueFilter filter, BusinessCalendar calendar)
    {
        if (filter.CreatedAfter?.In(calendar) is { } createdAfter)
            issues = issues.Where(i => i.CreatedAt >= createdAfter);
        if (filter.CreatedBefore?.In(calendar) is { } createdBefore)
            issues = issues.Where(i => i.CreatedAt < createdBefore);
        if (filter.UpdatedAfter?.In(calendar) is { } updatedAfter)
            issues = issues.Where(i => i.UpdatedAt >= updatedAfter);
        if (filter.UpdatedBefore?.In(calendar) is { } updatedBefore)
            issues = issues.Where(i => i.UpdatedAt < updatedBefore);
        if (filter.DueAfter is { } dueAfter)
            issues = issues.Where(i => i.DueDate >= dueAfter);
        return filter.DueBefore is { } dueBefore ? issues.Where(i => i.DueDate < dueBefore) : issues;
    }
}
