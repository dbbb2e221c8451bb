using System.Collections.Concurrent;
using System.Threading.Channels;
using Kiket.Domain.Tokens;

namespace Kiket.Application.Tokens;

/// <summary>
/// Uses of tokens and extension keys that are not written yet. A request only notes its use and never writes it: a read must
/// neither fail nor wait because the database cannot write.
/// </summary>
internal sealed class CredentialUses
{
    private readonly ConcurrentDictionary<UsedCredential, DateTimeOffset> pending = new();
    private readonly Channel<bool> noted = Channel.CreateBounded<bool>(
        new BoundedChannelOptions(1) { FullMode = BoundedChannelFullMode.DropWrite }
    );

    /// <summary>Notes a use, unless one is known that is almost as late.</summary>
    /// <param name="known">The use that is already written, or null.</param>
    public void Note(CredentialKind kind, long id, DateTimeOffset? known, DateTimeOffset at)
    {
        if (known is not null && at - known <= AccessToken.LastUsedPrecision)
            return;
        pending[new(kind, id)] = at;
        noted.Writer.TryWrite(true);
    }

    /// <summary>Waits until there is something to write.</summary>
    public ValueTask<bool> WaitAsync(CancellationToken ct) => noted.Reader.ReadAsync(ct);

    /// <summary>Takes the uses to write.</summary>
    public IReadOnlyList<KeyValuePair<UsedCredential, DateTimeOffset>> Take()
    {
        List<KeyValuePair<UsedCredential, DateTimeOffset>> taken = [];
        foreach (var credential in pending.Keys)
        {
            if (pending.TryRemove(credential, out var at))
                taken.Add(new(credential, at));
        }

        return taken;
    }
}

/// <param name="Id">Of the token, or of the extension whose key was used.</param>
internal readonly record struct UsedCredential(CredentialKind Kind, long Id);
