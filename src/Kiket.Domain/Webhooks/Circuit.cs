using Kiket.Domain.Common;

namespace Kiket.Domain.Webhooks;

/// <summary>
/// Determines whether an endpoint is sent to. After some failures in a row it pauses and keeps its events; then a single delivery
/// probes it, and if that fails, it pauses for longer.
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

    /// <summary>Whether only a single delivery may be sent, as a probe.</summary>
    public bool IsProbing => PausedUntil is not null;

    /// <summary>Whether somebody has paused it. Answers that were on their way do not end such a pause.</summary>
    public bool IsByHand => PausedUntil is not null && Pauses == 0;

    /// <summary>The circuit that somebody opens for a while.</summary>
    /// <param name="until">When the next delivery may try.</param>
    public static Circuit PauseByHand(DateTimeOffset until) => new(0, 0, until.ToUniversalTime());

    /// <summary>Whether nothing may be sent.</summary>
    /// <param name="at">The instant in question.</param>
    public bool IsOpen(DateTimeOffset at) => PausedUntil > at;

    /// <summary>The circuit after an attempt.</summary>
    /// <param name="verdict">What the attempt meant.</param>
    /// <param name="retryAfter">The delay that the receiver requests, or null.</param>
    /// <param name="at">Instant of its end.</param>
    public Circuit After(AttemptVerdict verdict, TimeSpan? retryAfter, DateTimeOffset at)
    {
        if (IsByHand && IsOpen(at))
            return this;

        // A receiver that refuses one event works and accepts others.
        if (verdict is AttemptVerdict.Delivered or AttemptVerdict.Refused)
            return default;
        var failures = FailuresInRow + 1;
        if (verdict is AttemptVerdict.Retry && failures < Threshold && !IsProbing)
            return this with { FailuresInRow = failures };

        // It was sent before others opened the circuit, so it is not a new failure.
        if (verdict is AttemptVerdict.Retry && IsOpen(at))
            return this with { FailuresInRow = failures };

        var pause = verdict is AttemptVerdict.Gone ? GonePause : FirstPause * Math.Pow(2, Math.Min(Pauses, 10));
        pause = verdict is AttemptVerdict.Retry && pause > LongestPause ? LongestPause : pause;
        if (retryAfter > pause)
            pause = retryAfter.Value < RetryPolicy.LongestRetryAfter ? retryAfter.Value : RetryPolicy.LongestRetryAfter;
        return new(failures, Pauses + 1, (at + pause).ToUniversalTime());
    }
}
