using System.Net;

namespace Kiket.Domain.Webhooks;

/// <summary>What an attempt means for its delivery.</summary>
internal enum AttemptVerdict
{
    /// <summary>The receiver has it.</summary>
    Delivered,

    /// <summary>It may work later.</summary>
    Retry,

    /// <summary>The receiver will never take it.</summary>
    Refused,

    /// <summary>The receiver is gone; its endpoint pauses, and the delivery waits for its return.</summary>
    Gone,
}

/// <summary>How an attempt ended.</summary>
/// <param name="Status">The answer's HTTP status, or null when there was none.</param>
/// <param name="Error">Why there was no answer, or null.</param>
/// <param name="IsBlocked">Whether it was not sent, because the target is not allowed.</param>
/// <param name="RetryAfter">How long the receiver asks to be left alone, or null.</param>
internal sealed record AttemptOutcome(int? Status, string? Error, bool IsBlocked = false, TimeSpan? RetryAfter = null)
{
    /// <summary>What it means for the delivery (decisions, 35).</summary>
    public AttemptVerdict Verdict =>
        (IsBlocked, Status) switch
        {
            (true, _) => AttemptVerdict.Refused,
            (_, null) => AttemptVerdict.Retry,
            (_, >= 200 and < 300) => AttemptVerdict.Delivered,
            (_, (int)HttpStatusCode.Gone) => AttemptVerdict.Gone,
            (_, (int)HttpStatusCode.RequestTimeout or 425 or (int)HttpStatusCode.TooManyRequests or >= 500) =>
                AttemptVerdict.Retry,
            _ => AttemptVerdict.Refused,
        };
}

/// <summary>When a delivery that failed is tried again.</summary>
/// <remarks>Source: decisions, 35. The nine retries span 16 hours.</remarks>
internal static class RetryPolicy
{
    /// <summary>How long after each attempt the next one follows.</summary>
    public static IReadOnlyList<TimeSpan> Delays { get; } =
    [
        TimeSpan.FromSeconds(30),
        TimeSpan.FromMinutes(1),
        TimeSpan.FromMinutes(2),
        TimeSpan.FromMinutes(5),
        TimeSpan.FromMinutes(15),
        TimeSpan.FromHours(1),
        TimeSpan.FromHours(2),
        TimeSpan.FromHours(4),
        TimeSpan.FromHours(8),
    ];

    /// <summary>
    /// How far a delay differs from the schedule at most, so that what failed together does not come back together.
    /// </summary>
    /// <value>A fraction of the delay.</value>
    public const double Jitter = 0.2;

    /// <summary>The longest that a receiver may ask to be left alone.</summary>
    public static TimeSpan LongestRetryAfter { get; } = TimeSpan.FromHours(24);

    private static readonly TimeSpan ShortestRetryAfter = TimeSpan.FromSeconds(1);

    /// <summary>How long to wait after an attempt.</summary>
    /// <param name="attempts">How many attempts there were, from 1.</param>
    /// <param name="retries">How many retries there are at most.</param>
    /// <param name="retryAfter">How long the receiver asks to be left alone, or null.</param>
    /// <param name="chance">A random number from 0 to 1.</param>
    /// <returns>The delay, or null when that was the last attempt.</returns>
    public static TimeSpan? DelayAfter(int attempts, int retries, TimeSpan? retryAfter, double chance)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        if (attempts > retries)
            return null;
        if (retryAfter is { } asked)
            return asked < ShortestRetryAfter ? ShortestRetryAfter
                : asked > LongestRetryAfter ? LongestRetryAfter
                : asked;
        var scheduled = Delays[Math.Min(attempts, Delays.Count) - 1];
        return scheduled * (1 - Jitter + (2 * Jitter * chance));
    }
}

/// <summary>
/// Whether an endpoint is sent to. After some failures in a row it pauses and keeps its events; then one delivery tries whether
/// it is back, and if not, it pauses for longer.
/// </summary>
/// <param name="FailuresInRow">Attempts that failed since the last one that did not.</param>
/// <param name="Pauses">Pauses in a row.</param>
/// <param name="PausedUntil">When the next delivery may try (UTC), or null when it is not paused.</param>
internal readonly record struct Circuit(int FailuresInRow, int Pauses, DateTimeOffset? PausedUntil)
{
    /// <summary>How many failures in a row open the circuit.</summary>
    public const int Threshold = 5;

    private static readonly TimeSpan FirstPause = TimeSpan.FromSeconds(30);
    private static readonly TimeSpan LongestPause = TimeSpan.FromMinutes(15);
    private static readonly TimeSpan GonePause = TimeSpan.FromHours(1);

    /// <summary>Whether only one delivery may try, to see whether the receiver is back.</summary>
    public bool IsProbing => PausedUntil is not null;

    /// <summary>Whether nothing may be sent.</summary>
    /// <param name="at">The instant in question.</param>
    public bool IsOpen(DateTimeOffset at) => PausedUntil > at;

    /// <summary>The circuit after an attempt.</summary>
    /// <param name="verdict">What the attempt meant.</param>
    /// <param name="retryAfter">How long the receiver asks to be left alone, or null.</param>
    /// <param name="at">Instant of its end.</param>
    public Circuit After(AttemptVerdict verdict, TimeSpan? retryAfter, DateTimeOffset at)
    {
        // A receiver that refuses one event is alive, and takes others.
        if (verdict is AttemptVerdict.Delivered or AttemptVerdict.Refused)
            return default;
        var failures = FailuresInRow + 1;
        if (verdict is AttemptVerdict.Retry && failures < Threshold && !IsProbing)
            return this with { FailuresInRow = failures };

        // It was on its way already when others opened the circuit, and says nothing new.
        if (verdict is AttemptVerdict.Retry && IsOpen(at))
            return this with { FailuresInRow = failures };

        var pause = verdict is AttemptVerdict.Gone ? GonePause : FirstPause * Math.Pow(2, Math.Min(Pauses, 10));
        pause = verdict is AttemptVerdict.Retry && pause > LongestPause ? LongestPause : pause;
        if (retryAfter > pause)
            pause = retryAfter.Value < RetryPolicy.LongestRetryAfter ? retryAfter.Value : RetryPolicy.LongestRetryAfter;
        return new(failures, Pauses + 1, (at + pause).ToUniversalTime());
    }
}
