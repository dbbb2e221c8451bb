using Kiket.Application.Common;
using Kiket.Application.Issues;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Sla;

/// <summary>
/// The SLA events of the projects that the actor can see, newest first (contract, section 16).
/// </summary>
/// <param name="Project">Only events of this project, or null.</param>
/// <param name="Issue">Only events of this issue, or null.</param>
/// <param name="States">Only events with these states; empty means all.</param>
/// <param name="Limit">1 to 200; null is 50.</param>
/// <param name="Page">From 1; null is 1.</param>
internal sealed record ListSlaEventsQuery(
    ProjectRef? Project,
    IssueRef? Issue,
    IReadOnlyList<SlaEventState> States,
    int? Limit,
    int? Page
) : IQuery<Result<Page<SlaEventDto>>>
{
    public const int DefaultLimit = 50;
    public const int MaxLimit = 200;
}

internal sealed record SlaEventDto
{
    public required long Id { get; init; }

    public required IssueId IssueId { get; init; }

    public required string IssueKey { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required SlaEventState State { get; init; }

    public required DateTimeOffset TriggeredAt { get; init; }

    public required DateTimeOffset? ResolvedAt { get; init; }

    /// <summary>The rule and the issue that it was about, as they were then.</summary>
    public required SlaEventRule Definition { get; init; }

    /// <summary>The counted time.</summary>
    public required SlaEventTimes Metrics { get; init; }
}

internal sealed class ListSlaEventsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListSlaEventsQuery, Result<Page<SlaEventDto>>>
{
    private const int MaxPage = 1_000_000;

    public async Task<Result<Page<SlaEventDto>>> Handle(ListSlaEventsQuery query, CancellationToken ct)
    {
        var (limit, page) = (query.Limit ?? ListSlaEventsQuery.DefaultLimit, query.Page ?? 1);
        if (limit is < 1 or > ListSlaEventsQuery.MaxLimit)
            return Error.InvalidParameter("limit", $"limit must be a number from 1 to {ListSlaEventsQuery.MaxLimit}.");
        if (page is < 1 or > MaxPage)
            return Error.InvalidParameter("page", $"page must be a number from 1 to {MaxPage}.");

        IssueId? issueId = null;
        if (query.Issue is { } issue)
        {
            issueId = await db.VisibleIssues(current.Actor)
                .WithSpecification(new IssueByRef(issue))
                .Select(i => (IssueId?)i.Id)
                .SingleOrDefaultAsync(ct);
            if (issueId is null)
                return IssueErrors.NotFound(issue);
        }

        var events = db.SlaEvents.WithSpecification(new SlaEventsMatching(issueId, query.States));
        if (query.Project is not null || query.Issue is null)
        {
            var visible = await db.InProjectsAsync(events, query.Project, current.Actor, ct);
            if (visible.Error is { } unavailable)
                return unavailable;
            events = visible.Value;
        }

        var total = await events.CountAsync(ct);
        var rows = await events
            .OrderByDescending(e => e.Id)
            .Skip((page - 1) * limit)
            .Take(limit)
            .Join(
                db.Issues.IgnoreQueryFilters(new[] { IKiketDb.NotDeletedFilter }),
                e => e.IssueId,
                i => i.Id,
                (e, i) => new { Event = e, i.Key }
            )
            .OrderByDescending(x => x.Event.Id)
            .ToListAsync(ct);
        return new Page<SlaEventDto>([.. rows.Select(x => Of(x.Event, x.Key))], total, page, limit);
    }

    private static SlaEventDto Of(SlaEvent e, string key) =>
        new()
        {
            Id = e.Id,
            IssueId = e.IssueId,
            IssueKey = key,
            ProjectId = e.ProjectId,
            State = e.State,
            TriggeredAt = e.TriggeredAt,
            ResolvedAt = e.ResolvedAt,
            Definition = e.Definition,
            Metrics = e.Metrics,
        };
}
