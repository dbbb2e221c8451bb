using System.Collections.Concurrent;
using System.Threading.Channels;

namespace Kiket.Application.Tokens;

/// <summary>
/// Uses of tokens that are not written yet. A request only notes its use and never writes it: a read must neither fail nor wait
/// because the database cannot write.
/// </summary>
internal sealed class TokenUses
{
    private readonly ConcurrentDictionary<long, DateTimeOffset> pending = new();
    private readonly Channel<bool> noted = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Notes that a token was used.</summary>
    public void Note(long tokenId, DateTimeOffset at)
    {
        pending[tokenId] = at;
        noted.Writer.TryWrite(true);
    }

    /// <summary>Waits until there is something to write.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken ct) => noted.Reader.ReadAsync(ct);

    /// <summary>Takes the uses to write.</summary>
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
