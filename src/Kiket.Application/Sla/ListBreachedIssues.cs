using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Sla;

namespace Kiket.Application.Sla;

/// <summary>The issues that are past a limit, the first to have passed it first.</summary>
internal sealed record ListBreachedIssuesQuery(PageRequest Page) : IQuery<Result<Page<IssueAtRiskDto>>>;

internal sealed class ListBreachedIssuesHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListBreachedIssuesQuery, Result<Page<IssueAtRiskDto>>>
{
    private static readonly SortOptions<SlaTimer> Sorts = new SortOptions<SlaTimer>("breaches_at asc", t => t.Id).By(
        "breaches_at",
        t => t.BreachesAt
    );

    public async Task<Result<Page<IssueAtRiskDto>>> Handle(ListBreachedIssuesQuery query, CancellationToken ct)
    {
        var timers = await db.InProjectsAsync(db.SlaTimers.WithSpecification(new BreachedTimers()), null, current.Actor, ct);
        return timers.Error is { } unavailable
            ? unavailable
            : await timers.Value.ToPageAsync(query.Page, Sorts, page => page.WithIssues(db), ct);
    }
}
