using Ardalis.Specification;
using Kiket.Domain.Events;

namespace Kiket.Application.Events;

/// <summary>The events of the log after a sequence.</summary>
internal sealed class EventsAfter : Specification<LoggedEvent>
{
    /// <param name="names">Only events with these names; none means all.</param>
    /// <param name="hidden">Names of events to leave out.</param>
    public EventsAfter(long sequence, IReadOnlyList<string> names, IReadOnlyList<string> hidden)
    {
        Query.AsNoTracking().Where(e => e.Sequence > sequence);
        if (hidden.Count > 0)
            Query.Where(e => !hidden.Contains(e.Name));
        if (names.Count > 0)
            Query.Where(e => names.Contains(e.Name));
    }
}
