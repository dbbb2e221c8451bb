using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Sla;

/// <summary>The status of an issue against the limit of its state.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SlaStatus>))]
public enum SlaStatus
{
    /// <summary>Within the limit.</summary>
    Ok,

    /// <summary>The warning has been reached.</summary>
    Imminent,

    /// <summary>The limit has been reached.</summary>
    Breached,
}

/// <summary>The kind of an SLA event.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<SlaEventState>))]
public enum SlaEventState
{
    /// <summary>The warning was reached.</summary>
    Imminent,

    /// <summary>The limit was reached.</summary>
    Breached,

    /// <summary>The issue left the state after either.</summary>
    Recovered,
}

/// <summary>The rule of an SLA event, and data of the issue at that time.</summary>
/// <param name="Id">Id of the rule, see <see cref="SlaRule.Key"/>.</param>
/// <param name="Status">Key of the state whose time it limits.</param>
/// <param name="IssueType">Type of the issue.</param>
/// <param name="Priority">How urgent the issue was.</param>
public sealed record SlaEventRule(string Id, StateKey Status, TypeKey IssueType, IssuePriority Priority)
{
    /// <summary>The limit in whole minutes, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long? MaxDurationMinutes { get; init; }

    /// <summary>How many minutes before the limit it warns, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.Never)]
    public required long? WarningBufferMinutes { get; init; }

    /// <summary>Whether only working hours count.</summary>
    public required bool BusinessHours { get; init; }
}

/// <summary>What a timer had counted at an event, in whole minutes.</summary>
/// <param name="DurationMinutes">The time in the state.</param>
/// <param name="OverdueMinutes">The time beyond the limit; 0 before it.</param>
public sealed record SlaEventTimes(long DurationMinutes, long OverdueMinutes);

/// <summary>
/// A change of an issue's service level. It is never changed afterwards, except for the instant at which it ended.
/// </summary>
public sealed class SlaEvent
{
    [JsonConstructor]
    private SlaEvent() { }

    internal SlaEvent(SlaTimer timer, SlaEventState state, DateTimeOffset at, SlaEventRule definition, SlaEventTimes metrics)
    {
        (OrganizationId, ProjectId, IssueId) = (timer.OrganizationId, timer.ProjectId, timer.IssueId);
        (State, TriggeredAt) = (state, at);
        (Definition, Metrics) = (definition, metrics);
        ResolvedAt = state is SlaEventState.Recovered ? at : null;
    }

    /// <summary>Database id; later events have greater ones.</summary>
    [JsonInclude]
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    [JsonInclude]
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The project.</summary>
    [JsonInclude]
    public ProjectId ProjectId { get; private set; }

    /// <summary>The issue.</summary>
    [JsonInclude]
    public IssueId IssueId { get; private set; }

    /// <summary>The timer that it comes from.</summary>
    [JsonInclude]
    public long TimerId { get; private set; }

    /// <summary>Its kind.</summary>
    [JsonInclude]
    public SlaEventState State { get; private set; }

    /// <summary>When it happened (UTC).</summary>
    [JsonInclude]
    public DateTimeOffset TriggeredAt { get; private set; }

    /// <summary>When it ended (UTC): an imminent limit was breached, or the issue left the state; null while it lasts.</summary>
    [JsonInclude]
    public DateTimeOffset? ResolvedAt { get; private set; }

    /// <summary>The rule and the issue that it was about, as they were then.</summary>
    [JsonInclude]
    public SlaEventRule Definition { get; private set; } = null!;

    /// <summary>The counted time.</summary>
    [JsonInclude]
    public SlaEventTimes Metrics { get; private set; } = null!;

    internal SlaEvent Copy() => (SlaEvent)MemberwiseClone();

    internal void Resolve(DateTimeOffset at) => ResolvedAt ??= at;
}
