using System.Text.Json.Serialization;
using Kiket.Domain.Calendars;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Sla;

/// <summary>
/// An <see cref="SlaTimer"/> as a host stores it.
/// </summary>
public sealed record SlaTimerSnapshot : IAggregateSnapshot<long>
{
    /// <summary>Id in the host's store, positive; 0 before it has one.</summary>
    public required long Id { get; init; }

    /// <summary>The organization that owns it.</summary>
    public required OrganizationId OrganizationId { get; init; }

    /// <summary>The project.</summary>
    public required ProjectId ProjectId { get; init; }

    /// <summary>The issue.</summary>
    public required IssueId IssueId { get; init; }

    /// <summary>Key of the state whose time it counts.</summary>
    public required StateKey State { get; init; }

    /// <summary>Id of the rule, see <see cref="SlaRule.Key"/>.</summary>
    public required string RuleKey { get; init; }

    /// <summary>The limits.</summary>
    public required SlaPolicy Policy { get; init; }

    /// <summary>Whether only working hours count.</summary>
    public required bool BusinessHours { get; init; }

    /// <summary>The stretches in which it ran.</summary>
    public required IReadOnlyList<ClockSpan> Spans { get; init; }

    /// <summary>The status of the issue.</summary>
    public required SlaStatus Status { get; init; }

    /// <summary>When the warning will be reached (UTC) if nothing changes, or null for never.</summary>
    public DateTimeOffset? WarnsAt { get; init; }

    /// <summary>When the limit will be reached (UTC) if nothing changes, or null for never.</summary>
    public DateTimeOffset? BreachesAt { get; init; }

    /// <summary>When there is something to do next (UTC), or null.</summary>
    public DateTimeOffset? NextAt { get; init; }

    /// <summary>Since when its due instants hold (UTC). One that lies before has passed at this instant.</summary>
    public required DateTimeOffset PlannedAt { get; init; }

    /// <summary>When the calendar changed (UTC) if it has not been replanned since, or null.</summary>
    public DateTimeOffset? ReplanSince { get; init; }

    /// <summary>What changed its due instants, in order.</summary>
    [JsonInclude]
    internal IReadOnlyList<SlaAdjustment> Adjustments { get; init; } = [];

    /// <summary>When the issue left the state (UTC); null while the timer is open.</summary>
    public DateTimeOffset? StoppedAt { get; init; }

    /// <summary>Its events, in the order in which they happened.</summary>
    public required IReadOnlyList<SlaEvent> Events { get; init; }

    /// <summary>Counts the changes from 1; a host saves only over the version that it loaded.</summary>
    public required int Version { get; init; }

    /// <summary>When it was created (UTC).</summary>
    public required DateTimeOffset CreatedAt { get; init; }

    /// <summary>When it was last changed (UTC).</summary>
    public required DateTimeOffset UpdatedAt { get; init; }
}
