using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Calendars;

/// <summary>A stretch in which a clock ran, whether or not it counts; <see cref="CountedInterval"/> is one that does.</summary>
/// <param name="From">When it was started or resumed (UTC).</param>
/// <param name="To">When it was paused or stopped (UTC); null while it runs.</param>
public sealed record ClockSpan(DateTimeOffset From, DateTimeOffset? To);

/// <summary>
/// Counts the time of an issue in a state. It can be paused and resumed; each instant between start and stop is either in exactly
/// one of its spans or paused. It only stores instants: a calendar determines which of them count, and the calendar may change
/// later.
/// </summary>
public sealed record SlaClock
{
    [JsonConstructor]
    internal SlaClock(IReadOnlyList<ClockSpan> spans) => Spans = spans;

    /// <summary>The stretches in which it ran, in order and disjoint; only the last one may be open.</summary>
    public IReadOnlyList<ClockSpan> Spans { get; }

    /// <summary>Creates a clock that has run before.</summary>
    /// <param name="spans">The stretches in which it ran, in order and disjoint; only the last one may be open.</param>
    /// <returns>The clock, or <c>VALIDATION_ERROR</c>.</returns>
    public static Result<SlaClock> Create(IReadOnlyList<ClockSpan> spans)
    {
        if (spans is null || spans.Any(s => s is null))
            return Error.Validation("spans", "The spans must be a list without null.");
        for (var i = 0; i < spans.Count; i++)
        {
            if (spans[i].To < spans[i].From || (i > 0 && !(spans[i - 1].To <= spans[i].From)))
                return Error.Validation(
                    $"spans[{i}]",
                    "The spans must be in order and not overlap, and only the last one can be open."
                );
        }

        return new SlaClock([.. spans]);
    }

    /// <summary>A clock that has not run yet.</summary>
    public static SlaClock Paused { get; } = new([]);

    /// <summary>Whether it runs.</summary>
    public bool IsRunning => Spans is [.., { To: null }];

    /// <summary>Starts a clock.</summary>
    /// <param name="at">When.</param>
    public static SlaClock StartAt(DateTimeOffset at) => Paused.Resume(at);

    /// <summary>Pauses it; pausing it again changes nothing.</summary>
    /// <param name="at">
    /// When. An earlier instant than the last one is replaced by the last one, because clocks of different machines differ.
    /// </param>
    public SlaClock Pause(DateTimeOffset at) =>
        IsRunning ? new([.. Spans.SkipLast(1), Spans[^1] with { To = Max(at, Spans[^1].From) }]) : this;

    /// <summary>Resumes it; resuming it again changes nothing.</summary>
    /// <param name="at">When; see <see cref="Pause"/>.</param>
    public SlaClock Resume(DateTimeOffset at) =>
        IsRunning ? this : new([.. Spans, new(Spans is [.., { To: { } last }] ? Max(at, last) : at.ToUniversalTime(), null)]);

    /// <summary>The time that it has counted.</summary>
    /// <param name="calendar">The business calendar.</param>
    /// <param name="at">Until when.</param>
    public TimeSpan Counted(BusinessCalendar calendar, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        return Until(at).Aggregate(TimeSpan.Zero, (sum, span) => sum + calendar.Count(span.From, span.To));
    }

    /// <summary>The intervals that it has counted, in order; their lengths add up to <see cref="Counted"/>.</summary>
    /// <param name="calendar">The business calendar.</param>
    /// <param name="at">Until when.</param>
    public IReadOnlyList<CountedInterval> Intervals(BusinessCalendar calendar, DateTimeOffset at)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        return [.. Until(at).SelectMany(span => calendar.Intervals(span.From, span.To))];
    }

    /// <summary>The first instant at which it has counted a given time, if it is not paused or resumed again.</summary>
    /// <param name="calendar">The business calendar.</param>
    /// <param name="limit">The time.</param>
    /// <returns>The instant (UTC), or null when it is never reached.</returns>
    public DateTimeOffset? DueAt(BusinessCalendar calendar, TimeSpan limit)
    {
        ArgumentNullException.ThrowIfNull(calendar);
        var left = limit;
        foreach (var (from, to) in Spans)
        {
            var due = calendar.Add(from, left);
            if (to is null || due <= to)
                return due;
            left -= calendar.Count(from, to.Value);
        }

        return null;
    }

    private IEnumerable<(DateTimeOffset From, DateTimeOffset To)> Until(DateTimeOffset at) =>
        Spans.Where(s => s.From < at).Select(s => (s.From, s.To is { } to && to < at ? to : at));

    private static DateTimeOffset Max(DateTimeOffset a, DateTimeOffset b) => (a > b ? a : b).ToUniversalTime();
}
