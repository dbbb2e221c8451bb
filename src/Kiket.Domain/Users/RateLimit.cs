using Kiket.Domain.Common;

namespace Kiket.Domain.Users;

/// <summary>How many requests a credential may make in a window of time.</summary>
/// <param name="Requests">At least 1.</param>
/// <param name="Window">At least a second.</param>
internal readonly record struct RateLimit(int Requests, TimeSpan Window)
{
    /// <summary>Most requests of a window that an override may allow.</summary>
    public const int MaxRequests = 1_000_000;

    /// <summary>Longest window, in seconds.</summary>
    public const int MaxWindowSeconds = 86_400;

    /// <summary>This limit with what a credential has of its own.</summary>
    /// <param name="requests">Its own number of requests, or null.</param>
    /// <param name="windowSeconds">Its own window, or null.</param>
    public RateLimit With(int? requests, int? windowSeconds) =>
        new(requests ?? Requests, windowSeconds is { } seconds ? TimeSpan.FromSeconds(seconds) : Window);

    /// <summary>What is wrong with an override.</summary>
    /// <param name="body">Name of the request's body, the first part of the fields' paths.</param>
    /// <param name="requests">Requests in a window, or null.</param>
    /// <param name="windowSeconds">Length of the window, or null.</param>
    public static IEnumerable<ErrorDetail> Validate(string body, int? requests, int? windowSeconds)
    {
        if (requests is < 1 or > MaxRequests)
            yield return new($"{body}.rate_limit_requests", $"The limit must be 1 to {MaxRequests} requests.");
        if (windowSeconds is < 1 or > MaxWindowSeconds)
            yield return new($"{body}.rate_limit_window", $"The window must be 1 to {MaxWindowSeconds} seconds.");
    }
}
