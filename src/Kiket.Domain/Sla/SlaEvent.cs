using System.Text.Json;

namespace Kiket.Domain.Sla;

/// <summary>How an issue stands against the limit of its state.</summary>
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
/// <remarks>Source: contract, section 16; decisions, 38.</remarks>
public sealed class SlaEvent
{
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
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public long OrganizationId { get; private set; }

    /// <summary>The project.</summary>
    public long ProjectId { get; private set; }

    /// <summary>The issue.</summary>
    public long IssueId { get; private set; }

    /// <summary>The timer that it comes from.</summary>
    public long TimerId { get; private set; }

    /// <summary>What it tells.</summary>
    public SlaEventState State { get; private set; }

    /// <summary>When it happened (UTC).</summary>
    public DateTimeOffset TriggeredAt { get; private set; }

    /// <summary>When it ended (UTC): an imminent limit was breached, or the issue left the state; null while it lasts.</summary>
    public DateTimeOffset? ResolvedAt { get; private set; }

    /// <summary>The rule, by wire name: <c>id, status, issue_type, …</c></summary>
    public IReadOnlyDictionary<string, JsonElement> Definition { get; private set; } = new Dictionary<string, JsonElement>();

    /// <summary>The minutes that were counted, by wire name: <c>duration_minutes, overdue_minutes</c>.</summary>
    public IReadOnlyDictionary<string, JsonElement> Metrics { get; private set; } = new Dictionary<string, JsonElement>();

    internal void Resolve(DateTimeOffset at) => ResolvedAt ??= at;
}
