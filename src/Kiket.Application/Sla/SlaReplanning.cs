using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Sla;

namespace Kiket.Application.Sla;

/// <summary>Has timers planned again.</summary>
internal static class SlaReplanning
{
    /// <summary>
    /// Says that the calendar has changed: the job plans the open timers that count working hours again, and each says so.
    /// Timers that would never have been due are among them.
    /// </summary>
    public static Task ReplanSlaTimersAsync(this IKiketDb db, DateTimeOffset at, CancellationToken ct) =>
        db
            .SlaTimers.Where(t => t.StoppedAt == null && t.BusinessHours && t.Status != SlaStatus.Breached)
            .UpdateInBatchesAsync(
                set => set.SetProperty(t => t.ReplanSince, t => t.ReplanSince ?? at).SetProperty(t => t.NextAt, at),
                ct
            );
}
