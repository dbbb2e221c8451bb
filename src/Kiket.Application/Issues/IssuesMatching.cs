using Ardalis.Specification;
using Kiket.Application.Ports;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;

namespace Kiket.Application.Issues;

/// <summary>The issues that meet every part of a filter.</summary>
internal sealed class IssuesMatching : Specification<Issue>
{
    /// <param name="assignees">
    /// The users in the filter: read beforehand, so that the list itself uses the index of assignees.
    /// </param>
    /// <param name="calendar">Decides when the days of the filter start.</param>
    public IssuesMatching(IssueFilter filter, IReadOnlyList<UserId> assignees, BusinessCalendar calendar, IKiketDb db)
    {
        WhereProject(filter.Project, db);
        WhereFields(filter);
        if (filter.Sla.Count > 0)
            Query.Where(i => db.SlaTimers.Any(t => t.IssueId == i.Id && t.StoppedAt == null && filter.Sla.Contains(t.Status)));
        WhereDates(filter, calendar);
        WhereWords(filter.Search);
        if (filter.Assignee.Count > 0)
            WhereAssignee(assignees, filter.Assignee.Contains(IssueFilter.Unassigned));
    }

    private void WhereProject(ProjectRef? project, IKiketDb db)
    {
        if (project is { Id: { } id })
            Query.Where(i => i.ProjectId == id);
        if (project is { Key: { } key })
        {
            // A single value without a join, so that the database reads the project's index in order instead of sorting.
            Query.Where(i => i.ProjectId == db.Projects.Where(p => p.Key == key).Select(p => (ProjectId?)p.Id).FirstOrDefault());
        }
    }

    private void WhereFields(IssueFilter filter)
    {
        if (filter.Status.Count > 0)
        {
            var states = filter.Status.Select(SearchText.SortKey).ToList();
            Query.Where(i => states.Contains(i.StatusSortKey));
        }

        if (filter.IssueType.Count > 0)
        {
            var types = filter.IssueType.Select(SearchText.SortKey).ToList();
            Query.Where(i => types.Contains(i.TypeSortKey));
        }

        if (filter.Priority.Count > 0)
            Query.Where(i => filter.Priority.Contains(i.Priority));
        if (filter.MilestoneId.Count > 0)
            Query.Where(i => filter.MilestoneId.Contains(i.MilestoneId!.Value));
        if (filter.ParentId.Count > 0)
            Query.Where(i => filter.ParentId.Contains(i.ParentId!.Value));
        foreach (var labels in filter.Labels.Select(group => group.Select(UnicodeText.CleanLabel).ToList()))
            Query.Where(i => i.Labels.Any(l => labels.Contains(l)));
    }

    private void WhereDates(IssueFilter filter, BusinessCalendar calendar)
    {
        if (filter.CreatedAfter?.In(calendar) is { } createdAfter)
            Query.Where(i => i.CreatedAt >= createdAfter);
        if (filter.CreatedBefore?.In(calendar) is { } createdBefore)
            Query.Where(i => i.CreatedAt < createdBefore);
        if (filter.UpdatedAfter?.In(calendar) is { } updatedAfter)
            Query.Where(i => i.UpdatedAt >= updatedAfter);
        if (filter.UpdatedBefore?.In(calendar) is { } updatedBefore)
            Query.Where(i => i.UpdatedAt < updatedBefore);
        if (filter.DueAfter is { } dueAfter)
            Query.Where(i => i.DueDate >= dueAfter);
        if (filter.DueBefore is { } dueBefore)
            Query.Where(i => i.DueDate < dueBefore);
    }

    private void WhereWords(string? search)
    {
        foreach (var word in search is null ? [] : SearchText.Words(search))
        {
            var key = word.ToUpperInvariant();
            Query.Where(i => i.SearchText.Contains(word) || i.Key == key);
        }
    }

    private void WhereAssignee(IReadOnlyList<UserId> ids, bool orNobody)
    {
        switch (ids, orNobody)
        {
            case ([], true):
                Query.Where(i => i.AssigneeId == null);
                break;
            case ([var only], false):
                Query.Where(i => i.AssigneeId == only);
                break;
            case (_, true):
                Query.Where(i => i.AssigneeId == null || ids.Contains(i.AssigneeId!.Value));
                break;
            default:
                Query.Where(i => ids.Contains(i.AssigneeId!.Value));
                break;
        }
    }
}
