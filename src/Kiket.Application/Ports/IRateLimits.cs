using Kiket.Domain.Users;

namespace Kiket.Application.Ports;

/// <summary>Counts requests in fixed windows, in this process or across all nodes.</summary>
internal interface IRateLimits
{
    /// <summary>Counts a request.</summary>
    /// <param name="credential">The credential of the request.</param>
    ValueTask<RateWindow> TakeAsync(string credential, RateLimit limit, CancellationToken ct);

    /// <summary>Takes back the count of a request that turned out to be free.</summary>
    ValueTask GiveBackAsync(string credential, RateWindow window, CancellationToken ct);
}

/// <summary>A window, just after a request was counted in it.</summary>
/// <param name="Limit">Maximum number of requests.</param>
/// <param name="Count">Number of requests, including the last one.</param>
/// <param name="Start">Its start.</param>
/// <param name="Length">Its length.</param>
/// <param name="Now">When the last request was counted.</param>
internal readonly record struct RateWindow(int Limit, int Count, DateTimeOffset Start, TimeSpan Length, DateTimeOffset Now)
{
    /// <summary>Whether this node counted by itself because the shared store was unavailable.</summary>
    public bool IsOfThisNode { get; init; }

    public bool IsExceeded => Count > Limit;

    public int Remaining => Math.Max(0, Limit - Count);

    public DateTimeOffset Reset => Start + Length;

    /// <summary>Whole seconds until the next window, at least one.</summary>
    public int ResetInSeconds => Math.Max(1, (int)Math.Ceiling((Reset - Now).TotalSeconds));

    public int LengthSeconds => (int)Length.TotalSeconds;
}
