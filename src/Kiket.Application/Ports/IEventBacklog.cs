using Kiket.Domain.Common;

namespace Kiket.Application.Ports;

/// <summary>How far the work that follows the event log is behind it.</summary>
internal interface IEventBacklog
{
    Task<WaitingEvents> ReadAsync(OrganizationId organizationId, CancellationToken ct);
}

/// <summary>The events of an organization that wait.</summary>
/// <param name="HandOut">For the hand-out to endpoints.</param>
/// <param name="Reactions">For actions, automations and notifications.</param>
/// <param name="Postponed">How many reactions have failed and are tried again.</param>
internal sealed record WaitingEvents(EventQueue HandOut, EventQueue Reactions, int Postponed);

/// <param name="OldestAt">When the oldest of them happened, or null.</param>
internal readonly record struct EventQueue(long Count, DateTimeOffset? OldestAt);
