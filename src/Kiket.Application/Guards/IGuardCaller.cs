using Kiket.Application.Events;
using Kiket.Domain.Guards;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Guards;

/// <summary>Asks extensions over the network.</summary>
internal interface IGuardCaller
{
    /// <summary>Calls all of them concurrently and waits until the deadline; no answer counts as a denial.</summary>
    /// <param name="question">The pending transition, as an event that is not in the log.</param>
    Task<IReadOnlyList<GuardVerdict>> AskAsync(IReadOnlyList<Webhook> guards, EventDto question, CancellationToken ct);
}
