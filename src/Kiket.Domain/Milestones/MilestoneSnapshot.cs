using Kiket.Domain.Common;

namespace Kiket.Domain.Milestones;

/// <summary>
/// A <see cref="Milestone"/> as a host stores it.
/// </summary>
public sealed record MilestoneSnapshot : IAggregateSnapshot<long>
{
    /// <summary>Id in the host's store, positive; 0 before it has one.</summary>
    public required long Id { get; init; }

    /// <summary>The organization that owns it.</summary>
    public required OrganizationId OrganizationId { get; init; }

    /// <summary>The project.</summary>
    public required ProjectId ProjectId { get; init; }

    /// <summary>Display name.</summary>
    public required string Name { get; init; }

    /// <summary>What it is about, or null.</summary>
    public string? Description { get; init; }

    /// <summary>When it is to be reached, or null.</summary>
    public DateOnly? TargetDate { get; init; }

    /// <summary>How far it is.</summary>
    public required MilestoneStatus Status { get; init; }

    /// <summary>The version of the product that it releases, or null; <c>version</c> on the wire.</summary>
    public string? Release { get; init; }

    /// <summary>The user who created it.</summary>
    public required UserId CreatedById { get; init; }

    /// <summary>Counts the changes from 1; a host saves only over the version that it loaded.</summary>
    public required int Version { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed (UTC).</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
