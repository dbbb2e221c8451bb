using System.Net;

namespace Kiket.Domain.Webhooks;

/// <summary>The effect of an attempt on its delivery.</summary>
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
/// <param name="RetryAfter">The delay that the receiver requests, or null.</param>
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
