using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Sla;

/// <summary>How an issue stands against the limit of its state.</summary>
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

/// <summary>What an event of a service level tells.</summary>
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

/// <summary>
/// A change of an issue's service level. It is never changed afterwards, but for the instant at which it ended.
/// </summary>
public sealed class SlaEvent
{
    [JsonConstructor]
    private SlaEvent() { }

    internal SlaEvent(
        SlaTimer timer,
        SlaEventState state,
        DateTimeOffset at,
        IReadOnlyDictionary<string, JsonElement> definition,
        IReadOnlyDictionary<string, JsonElement> metrics
    )
    {
        (OrganizationId, ProjectId, IssueId) = (timer.OrganizationId, timer.ProjectId, timer.IssueId);
        (State, TriggeredAt, Definition, Metrics) = (state, at, definition, metrics);
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

    /// <summary>What it tells.</summary>
    [JsonInclude]
    public SlaEventState State { get; private set; }

    /// <summary>When it happened (UTC).</summary>
    [JsonInclude]
    public DateTimeOffset TriggeredAt { get; private set; }

    /// <summary>When it ended (UTC): an imminent limit was breached, or the issue left the state; null while it lasts.</summary>
    [JsonInclude]
    public DateTimeOffset? ResolvedAt { get; private set; }

    /// <summary>The rule, by wire name: <c>id, status, issue_type, …</c></summary>
    [JsonInclude]
    public IReadOnlyDictionary<string, JsonElement> Definition { get; private set; } = new Dictionary<string, JsonElement>();

    /// <summary>The minutes that were counted, by wire name: <c>duration_minutes, overdue_minutes</c>.</summary>
    [JsonInclude]
    public IReadOnlyDictionary<string, JsonElement> Metrics { get; private set; } = new Dictionary<string, JsonElement>();

    internal SlaEvent Copy() => (SlaEvent)MemberwiseClone();

    internal void Resolve(DateTimeOffset at) => ResolvedAt ??= at;
}
