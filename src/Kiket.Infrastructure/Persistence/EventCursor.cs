using Kiket.Domain.Common;

namespace Kiket.Infrastructure.Persistence;

/// <summary>The consumers of the event log.</summary>
internal enum EventConsumer
{
    /// <summary>The fan-out to webhooks.</summary>
    HandOut,

    /// <summary>Actions of workflows, automations and notifications.</summary>
    Reactions,
}

/// <summary>How far a consumer has followed the event log of an organization.</summary>
internal sealed class EventCursor
{
    public required OrganizationId OrganizationId { get; init; }

    public required EventConsumer Consumer { get; init; }

    /// <summary>Number of the last processed event; 0 before the first.</summary>
    public long Position { get; init; }
}
