using Kiket.Application.Calendars;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Kiket.Domain.Users;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Issues;

/// <summary>
/// The filters of an issue list; an issue must meet all of them (decisions, 5). Several values of one filter mean any of them.
/// </summary>
internal sealed record IssueFilter
{
    /// <summary>Of <see cref="Assignee"/>: issues without an assignee.</summary>
    public const string Unassigned = "unassigned";

    public ProjectRef? Project { get; init; }

    public IReadOnlyList<string> Status { get; init; } = [];

    /// <summary>Ids, e-mail addresses, <c>me</c> or <c>unassigned</c>.</summary>
    public IReadOnlyList<string> Assignee { get; init; } = [];

    /// <summary>An issue must have a label of every group.</summary>
    public IReadOnlyList<IReadOnlyList<string>> Labels { get; init; } = [];

    public IReadOnlyList<string> IssueType { get; init; } = [];

    public IReadOnlyList<IssuePriority> Priority { get; init; } = [];

    public IReadOnlyList<long> MilestoneId { get; init; } = [];

    public IReadOnlyList<IssueId> ParentId { get; init; } = [];

    /// <summary>The issue's status against the limit of its state; issues without a limit never match.</summary>
    public IReadOnlyList<SlaStatus> Sla { get; init; } = [];

    /// <summary>Words in the title, the description or the key, ignoring case and accents.</summary>
    public string? Search { get; init; }

    public TimeBound? CreatedAfter { get; init; }

    public TimeBound? CreatedBefore { get; init; }

    public TimeBound? UpdatedAfter { get; init; }

    public TimeBound? UpdatedBefore { get; init; }

    public DateOnly? DueAfter { get; init; }

    public DateOnly? DueBefore { get; init; }

    /// <summary>Whether it only filters by project and states, for which counts are stored.</summary>
    public bool IsCounted =>
        Assignee.Count + Labels.Count + IssueType.Count + Priority.Count + MilestoneId.Count + ParentId.Count + Sla.Count == 0
        && Search is null
        && (CreatedAfter ?? CreatedBefore ?? UpdatedAfter ?? UpdatedBefore) is null
        && (DueAfter ?? DueBefore) is null;

    /// <summary>Whether it only filters by project.</summary>
    public bool IsOnlyOfProject => Project is not null && Status is [] && IsCounted;

    /// <summary>Whether it only filters by one field that has an index over all projects.</summary>
    public bool IsOfOneField =>
        Project is null
        && Status is []
        && (
            (this with { IssueType = [] }).IsCounted
            || (this with { Priority = [] }).IsCounted
            || (this with { Assignee = [] }).IsCounted
            || (this with { MilestoneId = [] }).IsCounted
            || (this with { ParentId = [] }).IsCounted
        );
}

/// <summary>The issues that the actor can see.</summary>
internal sealed record ListIssuesQuery(IssueFilter Filter, PageRequest Page, TotalMode Total = TotalMode.Estimate)
    : IQuery<Result<Page<IssueDto>>>;

internal sealed class ListIssuesHandler(IKiketDb db, IssuePages pages, ICurrentActor current, PublicUrl url)
    : IQueryHandler<ListIssuesQuery, Result<Page<IssueDto>>>
{
    private static readonly SortOptions<Issue> Sorts = IssueFields
        .All.Where(f => f.SortKey is not null)
        .Aggregate(new SortOptions<Issue>("created_at desc", i => i.Id), (sorts, field) => sorts.By(field.Name, field.SortKey!));

    public async Task<Result<Page<IssueDto>>> Handle(ListIssuesQuery query, CancellationToken ct)
    {
        var filter = query.Filter;
        if (filter is { IsOnlyOfProject: true, Project: { } project } && query.Page.IsUsual)
            return await pages.ReadAsync(db, project, query.Page, current.Actor, url, ct);

        var namesDay = new[] { filter.CreatedAfter, filter.CreatedBefore, filter.UpdatedAfter, filter.UpdatedBefore }.Any(b =>
            b?.Day is not null
        );
        var calendar = namesDay ? await db.ReadCalendarAsync(current.Actor.OrganizationId, ct) : BusinessCalendar.AroundTheClock;
        if (filter.Search is { } search && SearchText.Words(search).Count == 0)
            return SearchErrors.Blank;
        var matching = new IssuesMatching(filter, await AssigneeIdsAsync(filter.Assignee, ct), calendar, db);
        var issues = db.VisibleIssues(current.Actor).WithSpecification(matching);
        return await issues.ToPageAsync(
            query.Page,
            Sorts,
            () => db.CountAsync(issues, filter, query.Total, current.Actor, ct),
            page => page.ToDto(db, url),
            ct
        );
    }

    private async Task<List<UserId>> AssigneeIdsAsync(IReadOnlyList<string> assignees, CancellationToken ct)
    {
        var ids = assignees
            .Select(a =>
                a == "me" ? current.Actor.UserId
                : WireId.TryParse(a, out UserId id) ? id
                : default
            )
            .Where(id => id != default)
            .ToList();
        var emails = assignees.Where(a => a.Contains('@')).Select(User.AddressOf).ToList();
        if (emails.Count > 0)
            ids.AddRange(await db.Users.Where(u => emails.Contains(u.Email)).Select(u => u.Id).ToListAsync(ct));
        return ids;
    }
}
