using System.Collections.Concurrent;
using System.Diagnostics.CodeAnalysis;

namespace Kiket.Application.Common;

/// <summary>
/// Values that never get old and that can be had again. When it is full it forgets everything: that is rare, and to know what
/// was used last would cost every look.
/// </summary>
/// <param name="capacity">How many values are kept.</param>
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
