namespace Kiket.Application.Common;

/// <summary>
/// Caches recent reads from the database, so that requests need not repeat them. A commit of this process clears the cache at
/// once; commits of other processes are seen when an entry expires (docs/decisions/0055-what-requests-read-from-memory.md).
/// </summary>
/// <param name="capacity">Maximum number of values.</param>
internal sealed class RecentReads<TKey, TValue>(TimeProvider time, int capacity)
    where TKey : notnull
    where TValue : class
{
    /// <summary>How long a change by another process can go unnoticed.</summary>
    public static readonly TimeSpan Lifetime = TimeSpan.FromSeconds(2);

    private BoundedCache<TKey, (TValue Value, long ReadAt)> known = new(capacity);

    /// <summary>
    /// The value, from memory or from the database. A missing row is read each time, because it may exist soon.
    /// </summary>
    public async ValueTask<TValue?> GetAsync(TKey key, Func<Task<TValue?>> readAsync)
    {
        // A value that is read before a commit and added after it goes into the set that the commit has replaced.
        var (current, now) = (Volatile.Read(ref known), time.GetTimestamp());
        if (current.TryGet(key, out var found) && time.GetElapsedTime(found.ReadAt, now) < Lifetime)
            return found.Value;
        var value = await readAsync();
        return value is null ? null : current.Keep(key, (value, now)).Value;
    }

    public void Clear() => Volatile.Write(ref known, new(capacity));
}
