using Kiket.Domain.Users;

namespace Kiket.Infrastructure.RateLimits;

/// <summary>Settings under <c>RateLimits</c>: how many requests a credential may make in how many seconds.</summary>
internal sealed class RateLimitOptions
{
    public int UserRequests { get; set; } = 1000;

    public int UserWindowSeconds { get; set; } = 900;

    public int ExtensionRequests { get; set; } = 500;

    public int ExtensionWindowSeconds { get; set; } = 900;

    /// <summary>How many requests a credential may have open on one node at the same time.</summary>
    public int ConcurrentRequests { get; set; } = 100;

    public RateLimit User => new(UserRequests, TimeSpan.FromSeconds(UserWindowSeconds));

    public RateLimit Extension => new(ExtensionRequests, TimeSpan.FromSeconds(ExtensionWindowSeconds));
}
