using System.Collections.Concurrent;

namespace Kiket.Api.RateLimits;

/// <summary>Counts on this node what each credential has open: its requests, or its streams.</summary>
internal sealed class OpenRequests
{
    private readonly ConcurrentDictionary<string, int> open = new(StringComparer.Ordinal);

    /// <returns>Whether there was room for another one; if so, call <see cref="Close"/> when it ends.</returns>
    public bool TryOpen(string credential, int most)
    {
        if (open.AddOrUpdate(credential, 1, (_, count) => count + 1) <= most)
            return true;
        Close(credential);
        return false;
    }

    public void Close(string credential)
    {
        if (open.AddOrUpdate(credential, 0, (_, count) => count - 1) == 0)
            open.TryRemove(new(credential, 0));
    }
}
