using Kiket.Application.Ports;
using Kiket.Domain.Calendars;
using Kiket.Domain.Sla;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Sla;

/// <summary>Queries about timers.</summary>
internal static class SlaQueries
{
    /// <summary>The business calendar of the actor's organization.</summary>
    public static async Task<BusinessCalendar> ReadCalendarAsync(this IKiketDb db, CancellationToken ct) =>
        (
            await db
                .Users.OrderBy(u => u.Id)
                .Take(1)
                .Join(db.Organizations, u => u.OrganizationId, o => o.Id, (_, o) => o.Settings)
                .SingleAsync(ct)
        ).Calendar();

    /// <summary>Timers with their issues.</summary>
    public static IQueryable<IssueAtRiskDto> WithIssues(this IQueryable<SlaTimer> timers, IKiketDb db) =>
        timers.Join(
            db.Issues,
            t => t.IssueId,
            i => i.Id,
            (t, i) =>
                new IssueAtRiskDto
                {
                    IssueId = i.Id,
                    IssueKey = i.Key,
                    Title = i.Title,
                    ProjectId = i.ProjectId,
                    Status = i.Status,
                    AssigneeId = i.AssigneeId,
                    Sla = t.Status,
                    WarnsAt = t.WarnsAt,
                    BreachesAt = t.BreachesAt,
                }
        );
}
