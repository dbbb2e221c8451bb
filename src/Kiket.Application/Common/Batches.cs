using Microsoft.EntityFrameworkCore;
using Microsoft.EntityFrameworkCore.Query;

namespace Kiket.Application.Common;

/// <summary>
/// Bulk changes of any number of rows, in batches small enough that no statement runs for long, locks more than its rows, or
/// blocks others for long. Outside a transaction each batch is committed separately.
/// </summary>
internal static class Batches
{
    public const int Size = 1_000;

    private const string Id = "Id";

    /// <summary>Deletes rows.</summary>
    /// <returns>How many.</returns>
    public static Task<int> DeleteInBatchesAsync<T>(this IQueryable<T> rows, CancellationToken ct)
        where T : class => InBatchesAsync<T, long>(rows, batch => batch.ExecuteDeleteAsync(ct), ct);

    /// <summary>Changes rows, each once.</summary>
    /// <returns>How many.</returns>
    public static Task<int> UpdateInBatchesAsync<T>(
        this IQueryable<T> rows,
        Action<UpdateSettersBuilder<T>> set,
        CancellationToken ct
    )
        where T : class => rows.UpdateInBatchesAsync<T, long>(set, ct);

    /// <summary>Changes rows with a typed id, each once.</summary>
    /// <returns>How many.</returns>
    public static Task<int> UpdateInBatchesAsync<T, TId>(
        this IQueryable<T> rows,
        Action<UpdateSettersBuilder<T>> set,
        CancellationToken ct
    )
        where T : class
        where TId : struct, IComparable<TId> => InBatchesAsync<T, TId>(rows, batch => batch.ExecuteUpdateAsync(set, ct), ct);

    private static async Task<int> InBatchesAsync<T, TId>(
        IQueryable<T> rows,
        Func<IQueryable<T>, Task<int>> change,
        CancellationToken ct
    )
        where T : class
        where TId : struct, IComparable<TId>
    {
        var (changed, last) = (0, default(TId));
        while (true)
        {
            var after = last;
            var ids = await rows.Where(r => EF.Property<TId>(r, Id).CompareTo(after) > 0)
                .Select(r => EF.Property<TId>(r, Id))
                .OrderBy(id => id)
                .Take(Size)
                .ToListAsync(ct);
            if (ids.Count > 0)
                changed += await change(rows.Where(r => ids.Contains(EF.Property<TId>(r, Id))));
            if (ids.Count < Size)
                return changed;
            last = ids[^1];
        }
    }
}
