using Kiket.Application.Calendars;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Application.Projects;
using Kiket.Domain.Common;
using Kiket.Domain.Milestones;
using Kiket.Domain.Projects;

namespace Kiket.Application.Milestones;

/// <summary>The milestones of a project.</summary>
/// <param name="Status">Only those with these statuses.</param>
internal sealed record ListMilestonesQuery(ProjectRef Project, IReadOnlyList<MilestoneStatus> Status, PageRequest Page)
    : IQuery<Result<Page<MilestoneDto>>>;

internal sealed class ListMilestonesHandler(IKiketDb db, ICurrentActor current, TimeProvider time)
    : IQueryHandler<ListMilestonesQuery, Result<Page<MilestoneDto>>>
{
    private static readonly SortOptions<Milestone> Sorts = new SortOptions<Milestone>("id asc", m => m.Id)
        .By("id", m => m.Id)
        .By("name", m => m.SortKey)
        .By("status", m => m.Status)
        .By("target_date", m => m.TargetDate)
        .By("created_at", m => m.CreatedAt)
        .By("updated_at", m => m.UpdatedAt);

    public async Task<Result<Page<MilestoneDto>>> Handle(ListMilestonesQuery query, CancellationToken ct)
    {
        var found = await db.FindProjectAsync(query.Project, current.Actor, ProjectAccess.Read, ct);
        if (found.Error is { } unavailable)
            return unavailable;

        var page = await db
            .Milestones.WithSpecification(new MilestonesOf(found.Value.Id, query.Status))
            .ToPageAsync(query.Page, Sorts, rows => rows.ToDto(db), ct);
        if (page.Error is { } error)
            return error;
        var today = await db.ReadTodayAsync(found.Value.OrganizationId, time, ct);
        return page.Value with { Items = [.. page.Value.Items.Select(m => m.On(today))] };
    }
}
