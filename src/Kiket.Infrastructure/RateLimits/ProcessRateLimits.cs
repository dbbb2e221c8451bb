using System.Collections.Concurrent;
using Kiket.Application.Ports;
using Kiket.Domain.Users;

namespace Kiket.Infrastructure.RateLimits;

/// <summary>Counts in this process. All windows of one length start at the same instants, so that nodes agree on them.</summary>
internal sealed class ProcessRateLimits(TimeProvider time) : IRateLimits
{
    /// <summary>Number of windows above which expired ones are removed.</summary>
    private const int Crowded = 10_000;

    private readonly ConcurrentDictionary<string, Window> windows = new(StringComparer.Ordinal);
    private int crowded = Crowded;

    public ValueTask<RateWindow> TakeAsync(string credential, RateLimit limit, CancellationToken ct)
    {
        var now = time.GetUtcNow();
        var start = new DateTimeOffset(now.UtcTicks - (now.UtcTicks % limit.Window.Ticks), TimeSpan.Zero);
        var end = start + limit.Window;
        if (!windows.TryGetValue(credential, out var window) || !window.Is(start, end))
            window = Begin(credential, start, end, now);
        var count = window.Take(limit.Requests);
        return ValueTask.FromResult(new RateWindow(limit.Requests, count, start, limit.Window, now));
    }

    public ValueTask GiveBackAsync(string credential, RateWindow window, CancellationToken ct)
    {
        if (windows.TryGetValue(credential, out var counted) && counted.Start == window.Start)
            counted.GiveBack();
        return ValueTask.CompletedTask;
    }

    /// <summary>Starts a window. Only this takes locks, once per credential and window.</summary>
    private Window Begin(string credential, DateTimeOffset start, DateTimeOffset end, DateTimeOffset now)
    {
        var window = windows.AddOrUpdate(
            credential,
            static (_, begun) => new Window(begun.Start, begun.End),
            static (_, old, begun) => old.Is(begun.Start, begun.End) ? old : new Window(begun.Start, begun.End),
            (Start: start, End: end)
        );
        if (windows.Count > crowded)
            Sweep(now);
        return window;
    }

    private void Sweep(DateTimeOffset now)
    {
        foreach (var (credential, window) in windows)
        {
            if (window.End <= now)
                windows.TryRemove(new(credential, window));
        }

        // The rest is in use; scanning it again on every request would not help.
        crowded = Math.Max(Crowded, windows.Count * 2);
    }

    private sealed class Window(DateTimeOffset start, DateTimeOffset end)
    {
        private int count;

        public DateTimeOffset Start { get; } = start;

        public DateTimeOffset End { get; } = end;

        public bool Is(DateTimeOffset start, DateTimeOffset end) => Start == start && End == end;

        /// <summary>Counts a request unless it is refused: one that is given back must leave room.</summary>
        /// <returns>Its number, or more than <paramref name="most"/>.</returns>
        public int Take(int most)
        {
            var known = Volatile.Read(ref count);
            while (known < most)
            {
                var found = Interlocked.CompareExchange(ref count, known + 1, known);
                if (found == known)
                    return known + 1;
                known = found;
            }

            return most + 1;
        }

        public void GiveBack() => Interlocked.Decrement(ref count);
    }
}
