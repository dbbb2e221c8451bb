using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Sla;

namespace Kiket.Application.Sla;

/// <summary>Schedules the replanning of timers.</summary>
internal static class SlaReplanning
{
    /// <summary>
    /// Marks that the calendar has changed: the job reschedules all open timers that count working hours, including those
    /// that would never have been due.
    /// </summary>
    public static Task ReplanSlaTimersAsync(this IKiketDb db, DateTimeOffset at, CancellationToken ct) =>
        db
            .SlaTimers.Where(t => t.StoppedAt == null && t.BusinessHours && t.Status != SlaStatus.Breached)
            .UpdateInBatchesAsync(
                set => set.SetProperty(t => t.ReplanSince, t => t.ReplanSince ?? at).SetProperty(t => t.NextAt, at),
                ct
            );
}
