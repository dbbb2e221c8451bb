using Ardalis.Specification;
using Kiket.Domain.Common;
using Kiket.Domain.Sla;

namespace Kiket.Application.Sla;

/// <summary>The running or paused timer of an issue.</summary>
internal sealed class OpenTimerOf : Specification<SlaTimer>
{
    public OpenTimerOf(IssueId issueId) => Query.AsNoTracking().Where(t => t.IssueId == issueId && t.StoppedAt == null);
}

/// <summary>The timers that breach their limit by an instant if nothing happens, and have not yet.</summary>
internal sealed class TimersBreachingBy : Specification<SlaTimer>
{
    public TimersBreachingBy(DateTimeOffset until) =>
        Query.AsNoTracking().Where(t => t.StoppedAt == null && t.BreachesAt <= until && t.Status != SlaStatus.Breached);
}

/// <summary>The timers that are past their limit and have not stopped.</summary>
internal sealed class BreachedTimers : Specification<SlaTimer>
{
    public BreachedTimers() => Query.AsNoTracking().Where(t => t.StoppedAt == null && t.Status == SlaStatus.Breached);
}

/// <summary>Events of service levels.</summary>
internal sealed class SlaEventsMatching : Specification<SlaEvent>
{
    /// <param name="issueId">Only those of this issue; null for all.</param>
    /// <param name="states">Only those with these states; empty means all.</param>
    public SlaEventsMatching(IssueId? issueId, IReadOnlyList<SlaEventState> states)
    {
        Query.AsNoTracking();
        if (issueId is { } id)
            Query.Where(e => e.IssueId == id);
        if (states.Count > 0)
            Query.Where(e => states.Contains(e.State));
    }
}
