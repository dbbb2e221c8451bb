using Kiket.Application.Calendars;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.Milestones;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Milestones;

/// <summary>A milestone as clients see it (contract, section 8).</summary>
internal sealed record MilestoneDto : IVersioned
{
    public required long Id { get; init; }

    public required string Name { get; init; }

    public required string? Description { get; init; }

    public required DateOnly? TargetDate { get; init; }

    public required MilestoneStatus Status { get; init; }

    /// <summary>Percentage of its issues that are in a final state.</summary>
    public decimal Progress => Milestone.Progress(IssueCount, CompletedIssueCount);

    /// <summary>The product version that it releases.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("version")]
    public required string? Release { get; init; }

    public required ProjectId ProjectId { get; init; }

    public required UserId CreatedById { get; init; }

    public required int IssueCount { get; init; }

    public required int CompletedIssueCount { get; init; }

    /// <summary>
    /// Whether the target date has passed, in the organization's time zone, while the milestone is planned or active.
    /// </summary>
    public bool Overdue { get; init; }

    /// <summary>Days until the target date, in the organization's time zone; negative once it has passed.</summary>
    public int? DaysRemaining { get; init; }

    /// <summary>The number of changes; <c>version</c> on the wire is that of the product.</summary>
    [System.Text.Json.Serialization.JsonPropertyName("lock_version")]
    public required int Version { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    public MilestoneDto On(DateOnly today) =>
        this with
        {
            Overdue = Milestone.IsOverdue(TargetDate, Status, today),
            DaysRemaining = Milestone.DaysRemaining(TargetDate, today),
        };
}

internal static class MilestoneProjection
{
    /// <summary>
    /// One statement for any number of milestones; dates are compared in memory, because databases differ there.
    /// </summary>
    public static IQueryable<MilestoneDto> ToDto(this IQueryable<Milestone> milestones, IKiketDb db) =>
        milestones
            .AsNoTracking()
            .Select(m => new MilestoneDto
            {
                Id = m.Id,
                Name = m.Name,
                Description = m.Description,
                TargetDate = m.TargetDate,
                Status = m.Status,
                Release = m.Release,
                ProjectId = m.ProjectId,
                CreatedById = m.CreatedById,
                IssueCount = db.Issues.Count(i => i.MilestoneId == m.Id),
                CompletedIssueCount = db.Issues.Count(i => i.MilestoneId == m.Id && i.CompletedAt != null),
                Version = m.Version,
                CreatedAt = m.CreatedAt,
                UpdatedAt = m.UpdatedAt,
            });

    public static async Task<MilestoneDto?> ReadMilestoneAsync(
        this IKiketDb db,
        OrganizationId organizationId,
        ProjectId projectId,
        long id,
        TimeProvider time,
        CancellationToken ct
    )
    {
        var milestone = await db.Milestones.WithSpecification(new MilestoneIn(projectId, id)).ToDto(db).SingleOrDefaultAsync(ct);
        return milestone?.On(await db.ReadTodayAsync(organizationId, time, ct));
    }
}
