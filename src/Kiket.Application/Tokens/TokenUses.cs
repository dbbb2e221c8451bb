using System.Collections.Concurrent;

namespace Kiket.Application.Tokens;

/// <summary>
/// Uses of tokens that are not written yet. A request only notes its use and never writes it: a read must not fail, nor wait, because
/// the database cannot write.
/// </summary>
public sealed class TokenUses
{
    private readonly ConcurrentDictionary<long, DateTimeOffset> pending = new();
    private readonly SemaphoreSlim noted = new(0, 1);

    /// <summary>Notes that a token was used.</summary>
    public void Note(long tokenId, DateTimeOffset at)
    {
        pending[tokenId] = at;
        try
        {
            noted.Release();
        }
        catch (SemaphoreFullException)
        {
            // The writer has been woken already.
        }
    }

    /// <summary>Waits until there is something to write.</summary>
    public Task WaitAsync(CancellationToken ct) => noted.WaitAsync(ct);

    /// <summary>Takes what is to be written.</summary>
    public IReadOnlyList<KeyValuePair<long, DateTimeOffset>> Take()
    {
        List<KeyValuePair<long, DateTimeOffset>> taken = [];
        foreach (var tokenId in pending.Keys)
        {
            if (pending.TryRemove(tokenId, out var at))
                taken.Add(new(tokenId, at));
        }

        return taken;
    }
}
