namespace Kiket.Domain.Common;

/// <summary>When, and how often, failed work is retried.</summary>
internal sealed class RetryPolicy
{
    /// <summary>
    /// Maximum random deviation of a delay from the schedule, so that work that failed together is not retried together.
    /// </summary>
    /// <value>A fraction of the delay.</value>
    public const double Jitter = 0.2;

    private static readonly TimeSpan ShortestRetryAfter = TimeSpan.FromSeconds(1);

    private RetryPolicy(params IReadOnlyList<TimeSpan> delays) => Delays = delays;

    /// <summary>For deliveries to endpoints of others: nine retries that span 16 hours.</summary>
    /// <remarks>Source: decisions, 35.</remarks>
    public static RetryPolicy Deliveries { get; } =
        new(
            TimeSpan.FromSeconds(30),
            TimeSpan.FromMinutes(1),
            TimeSpan.FromMinutes(2),
            TimeSpan.FromMinutes(5),
            TimeSpan.FromMinutes(15),
            TimeSpan.FromHours(1),
            TimeSpan.FromHours(2),
            TimeSpan.FromHours(4),
            TimeSpan.FromHours(8)
        );

    /// <summary>
    /// For reactions to events, which wait for nothing outside: nine retries that span 17 minutes, because the later events of
    /// the issue wait for them.
    /// </summary>
    public static RetryPolicy Reactions { get; } =
        new([.. Enumerable.Range(1, 9).Select(retry => TimeSpan.FromSeconds(Math.Pow(2, retry)))]);

    /// <summary>The longest delay that a receiver can request.</summary>
    public static TimeSpan LongestRetryAfter { get; } = TimeSpan.FromHours(24);

    /// <summary>How long after each attempt the next one follows.</summary>
    public IReadOnlyList<TimeSpan> Delays { get; }

    /// <summary>How long to wait after an attempt.</summary>
    /// <param name="attempts">How many attempts there were, from 1.</param>
    /// <param name="chance">A random number from 0 to 1; 0.5 keeps exactly to the schedule.</param>
    /// <param name="retries">How many retries there are at most, or null for one for each delay.</param>
    /// <param name="retryAfter">The delay that the receiver requests, or null.</param>
    /// <returns>The delay, or null when that was the last attempt.</returns>
    public TimeSpan? DelayAfter(int attempts, double chance, int? retries = null, TimeSpan? retryAfter = null)
    {
        ArgumentOutOfRangeException.ThrowIfLessThan(attempts, 1);
        if (attempts > (retries ?? Delays.Count))
            return null;
        if (retryAfter is { } requested)
            return requested < ShortestRetryAfter ? ShortestRetryAfter
                : requested > LongestRetryAfter ? LongestRetryAfter
                : requested;
        var scheduled = Delays[Math.Min(attempts, Delays.Count) - 1];
        return scheduled * (1 - Jitter + (2 * Jitter * chance));
    }
}
