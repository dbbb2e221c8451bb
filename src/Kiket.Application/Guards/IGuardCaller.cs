using Kiket.Application.Events;
using Kiket.Domain.Guards;
using Kiket.Domain.Webhooks;

namespace Kiket.Application.Guards;

/// <summary>Asks extensions over the network.</summary>
internal interface IGuardCaller
{
    /// <summary>Asks all of them at once and waits no longer than the deadline; who does not answer denies.</summary>
    /// <param name="question">What is about to happen, as an event that is not in the log.</param>
    Task<IReadOnlyList<GuardVerdict>> AskAsync(IReadOnlyList<Webhook> guards, EventDto question, CancellationToken ct);
}
