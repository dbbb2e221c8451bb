using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Kiket.Application.Common;

/// <summary>
/// Caches values that never become outdated and can be recomputed. When it is full, it drops everything: that is rare, and
/// tracking the last use would slow down every read.
/// </summary>
/// <param name="capacity">Maximum number of values.</param>
internal sealed class BoundedCache<TKey, TValue>(int capacity, IEqualityComparer<TKey>? comparer = null)
    where TKey : notnull
{
    private readonly ConcurrentDictionary<TKey, TValue> known = new(comparer);

    public bool TryGet(TKey key, [MaybeNullWhen(false)] out TValue value) => known.TryGetValue(key, out value);

    /// <returns>The value.</returns>
    public TValue Keep(TKey key, TValue value)
    {
        if (known.Count >= capacity)
            known.Clear();
        return known[key] = value;
    }
}
