using System.ComponentModel;
using Kiket.Api.Http;
using Kiket.Application.Issues;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Microsoft.AspNetCore.Mvc;

namespace Kiket.Api.Issues;

/// <summary>The filters of an issue list under all the names that clients use (decisions, 5).</summary>
internal sealed record IssueListParameters
{
    private const int MaxLabels = 20; // each one becomes a separate condition

    [FromQuery(Name = "project"), Description("Only issues of this project: its id or key.")]
    public string? Project { get; init; }

    [FromQuery(Name = "project_id"), Description("Alias of `project`.")]
    public string? ProjectId { get; init; }

    [FromQuery(Name = "project_key"), Description("Alias of `project`.")]
    public string? ProjectKey { get; init; }

    [FromQuery(Name = "status"), Description("Only issues in these states, separated by commas; case-insensitive.")]
    public string? Status { get; init; }

    [FromQuery(Name = "assignee"), Description("Only issues of these assignees: ids, e-mail addresses, `me` or `unassigned`.")]
    public string? Assignee { get; init; }

    [FromQuery(Name = "assignee_id"), Description("Alias of `assignee`.")]
    public string? AssigneeId { get; init; }

    [FromQuery(Name = "assigned_to"), Description("Alias of `assignee`.")]
    public string? AssignedTo { get; init; }

    [FromQuery(Name = "label"), Description("Only issues with one of these labels; repeat the parameter to require several.")]
    public string[]? Label { get; init; }

    [FromQuery(Name = "issue_type"), Description("Only issues of these types.")]
    public string? IssueType { get; init; }

    [FromQuery(Name = "priority"), Description("Only issues of these priorities.")]
    public string? Priority { get; init; }

    [FromQuery(Name = "milestone_id"), Description("Only issues of these milestones.")]
    public string? MilestoneId { get; init; }

    [FromQuery(Name = "parent_id"), Description("Only direct children of these issues.")]
    public string? ParentId { get; init; }

    [
        FromQuery(Name = "sla"),
        Description("Only issues with this status against the time limit of their state: `ok`, `imminent` or `breached`.")
    ]
    public string? Sla { get; init; }

    [
        FromQuery(Name = "search"),
        Description("Only issues whose title or description contains all of these words; an issue's key counts as a word.")
    ]
    public string? Search { get; init; }

    [
        FromQuery(Name = "created_after"),
        Description(
            "Only issues created at this instant or later. A time without an offset is UTC; a date starts in the "
                + "time zone of the organization."
        )
    ]
    public string? CreatedAfter { get; init; }

    [FromQuery(Name = "created_before"), Description("Only issues created before this instant.")]
    public string? CreatedBefore { get; init; }

    [FromQuery(Name = "updated_after"), Description("Only issues changed at this instant or later.")]
    public string? UpdatedAfter { get; init; }

    [FromQuery(Name = "updated_before"), Description("Only issues last changed before this instant.")]
    public string? UpdatedBefore { get; init; }

    [FromQuery(Name = "due_after"), Description("Only issues due on this day or later.")]
    public string? DueAfter { get; init; }

    [FromQuery(Name = "due_before"), Description("Only issues due before this day.")]
    public string? DueBefore { get; init; }

    [FromQuery(Name = "page"), Description("Page, from 1.")]
    public int? Page { get; init; }

    [FromQuery(Name = "per_page"), Description("Rows per page, 1 to 100; 25 by default.")]
    public int? PerPage { get; init; }

    [
        FromQuery(Name = "sort"),
        Description("Sort order: `field direction` pairs, separated by commas; `created_at desc` by default.")
    ]
    public string? Sort { get; init; }

    [
        FromQuery(Name = "count"),
        Description(
            "How to count: `estimate` (the default) is exact up to 10,000 issues in the projects and states of the filter, or "
                + "1,000 that match, and beyond that says `total_is_estimate`; `exact` counts all; `none` only says whether "
                + "there is another page. Totals with no filter but `project` and `status` are always exact."
        )
    ]
    public string? Count { get; init; }

    /// <param name="own">The project of a request that names none, or null for all projects.</param>
    public ListIssuesQuery ToQuery(ProjectRef? own)
    {
        var filter = ToFilter();
        return new(filter with { Project = filter.Project ?? own }, new(Page, PerPage, Sort), ToTotal());
    }

    private TotalMode ToTotal() =>
        Parameters.Enums<TotalMode>("count", Count) switch
        {
            [] => TotalMode.Estimate,
            [var mode] => mode,
            _ => throw new InvalidParameterException("count", "count takes one value."),
        };

    private IssueFilter ToFilter() =>
        new()
        {
            Project = Parameters.Project(
                "project",
                Parameters.OneOf(("project", Project), ("project_id", ProjectId), ("project_key", ProjectKey))
            ),
            Status = Parameters.Values("status", Status),
            Assignee = Assignees(
                Parameters.Values(
                    "assignee",
                    Parameters.OneOf(("assignee", Assignee), ("assignee_id", AssigneeId), ("assigned_to", AssignedTo))
                )
            ),
            Labels = LabelsOf(Label ?? []),
            IssueType = Parameters.Values("issue_type", IssueType),
            Priority = Parameters.Enums<IssuePriority>("priority", Priority),
            MilestoneId = Parameters.Ids("milestone_id", MilestoneId),
            ParentId = [.. Parameters.Ids("parent_id", ParentId).Select(id => new IssueId(id))],
            Sla = Parameters.Enums<SlaStatus>("sla", Sla),
            Search = Parameters.Search("search", Search),
            CreatedAfter = Parameters.Bound("created_after", CreatedAfter),
            CreatedBefore = Parameters.Bound("created_before", CreatedBefore),
            UpdatedAfter = Parameters.Bound("updated_after", UpdatedAfter),
            UpdatedBefore = Parameters.Bound("updated_before", UpdatedBefore),
            DueAfter = Parameters.Day("due_after", DueAfter),
            DueBefore = Parameters.Day("due_before", DueBefore),
        };

    private static IReadOnlyList<IReadOnlyList<string>> LabelsOf(string[] labels) =>
        labels.Length <= MaxLabels
            ? [.. labels.Select(label => Parameters.Values("label", label))]
            : throw new InvalidParameterException("label", $"label can be repeated at most {MaxLabels} times.");

    private static IReadOnlyList<string> Assignees(IReadOnlyList<string> values) =>
        values.FirstOrDefault(v => v is not ("me" or "unassigned") && !v.Contains('@') && !WireId.TryParse(v, out _)) is { } wrong
            ? throw new InvalidParameterException(
                "assignee",
                $"'{wrong}' is not a user; use an id, an e-mail address, me or unassigned."
            )
            : values;
}
