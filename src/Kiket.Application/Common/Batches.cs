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
        where T : class => InBatchesAsync(rows, batch => batch.ExecuteDeleteAsync(ct), ct);

    /// <summary>Changes rows, each once.</summary>
    /// <returns>How many.</returns>
    public static Task<int> UpdateInBatchesAsync<T>(
        this IQueryable<T> rows,
        Action<UpdateSettersBuilder<T>> set,
        CancellationToken ct
    )
        where T : class => InBatchesAsync(rows, batch => batch.ExecuteUpdateAsync(set, ct), ct);

    private static async Task<int> InBatchesAsync<T>(
        IQueryable<T> rows,
        Func<IQueryable<T>, Task<int>> change,
        CancellationToken ct
    )
        where T : class
    {
        var (changed, last) = (0, 0L);
        while (true)
        {
            var after = last;
            var ids = await rows.Where(r => EF.Property<long>(r, Id) > after)
                .Select(r => EF.Property<long>(r, Id))
                .OrderBy(id => id)
                .Take(Size)
                .ToListAsync(ct);
            if (ids.Count > 0)
                changed += await change(rows.Where(r => ids.Contains(EF.Property<long>(r, Id))));
            if (ids.Count < Size)
                return changed;
            last = ids[^1];
        }
    }
}
