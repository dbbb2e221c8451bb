using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Domain.Sla;

namespace Kiket.Application.Sla;

/// <summary>The issues that will breach a limit soon if nothing happens, most urgent first.</summary>
/// <param name="Within">How soon.</param>
/// <param name="Project">Only issues of this project, or null.</param>
internal sealed record ListIssuesAtRiskQuery(TimeSpan Within, ProjectRef? Project, PageRequest Page)
    : IQuery<Result<Page<IssueAtRiskDto>>>
{
    public static readonly TimeSpan DefaultWithin = TimeSpan.FromHours(4);
    public static readonly TimeSpan MaxWithin = TimeSpan.FromDays(366);
}

internal sealed record IssueAtRiskDto
{
    public required IssueId IssueId { get; init; }

    public required string IssueKey { get; init; }

    public required string Title { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required StateKey Status { get; init; }

    public required UserId? AssigneeId { get; init; }

    public required SlaStatus Sla { get; init; }

    public required DateTimeOffset? WarnsAt { get; init; }

    public required DateTimeOffset? BreachesAt { get; init; }
}

internal sealed class ListIssuesAtRiskHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : IQueryHandler<ListIssuesAtRiskQuery, Result<Page<IssueAtRiskDto>>>
{
    private static readonly SortOptions<SlaTimer> Sorts = new SortOptions<SlaTimer>("breaches_at asc", t => t.Id).By(
        "breaches_at",
        t => t.BreachesAt
    );

    public async Task<Result<Page<IssueAtRiskDto>>> Handle(ListIssuesAtRiskQuery query, CancellationToken ct)
    {
        if (query.Within <= TimeSpan.Zero || query.Within > ListIssuesAtRiskQuery.MaxWithin)
            return Error.InvalidParameter("within", "within must be a duration of at most 366 days, such as 4h.");
        var until = time.GetUtcNow() + query.Within;
        var timers = await db.InProjectsAsync(
            db.SlaTimers.WithSpecification(new TimersBreachingBy(until)),
            query.Project,
            current.Actor,
            ct
        );
        if (timers.Error is { } unavailable)
            return unavailable;
        return await timers.Value.ToPageAsync(query.Page, Sorts, page => page.WithIssues(db), ct);
    }
}
