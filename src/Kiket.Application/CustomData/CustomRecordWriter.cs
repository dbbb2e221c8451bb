using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.CustomData;

/// <summary>Saves records with their indexed values.</summary>
internal static class CustomRecordWriter
{
    private const int MostAtOnce = 500;

    /// <summary>Saves records of one table with their indexed values; a few hundred at most. The module is locked.</summary>
    /// <returns>Success, or an error for each record that violates a unique key, by its position in the list.</returns>
    public static async Task<IReadOnlyList<(int Place, Error Error)>> SaveRecordsAsync(
        this IKiketDb db,
        IUnitOfWork work,
        CustomTable table,
        IReadOnlyList<CustomRecord> records,
        CancellationToken ct
    )
    {
        var known = records.Where(r => r.Id != 0).Select(r => r.Id).ToList();
        var keys = records
            .SelectMany(
                (record, place) =>
                    table.UniqueKeys.Select(key =>
                        (Place: place, Key: key, Hash: CustomRecordValue.UniqueHashOf(record, table, key))
                    )
            )
            .Where(k => k.Hash is not null)
            .ToList();
        var taken = new HashSet<string>(StringComparer.Ordinal);
        foreach (var some in keys.Select(k => k.Hash).Chunk(MostAtOnce))
        {
            taken.UnionWith(
                await db
                    .CustomRecordValues.Where(v => some.Contains(v.UniqueHash) && !known.Contains(v.RecordId))
                    .Select(v => v.UniqueHash!)
                    .ToListAsync(ct)
            );
        }

        List<(int Place, Error Error)> errors =
        [
            .. keys.Where(k => !taken.Add(k.Hash!)).Select(k => (k.Place, CustomDataErrors.NotUnique(k.Key))),
        ];
        if (errors.Count > 0)
            return errors;
        if (known.Count > 0)
            await db.CustomRecordValues.Where(v => known.Contains(v.RecordId)).ExecuteDeleteAsync(ct);
        await work.FlushAsync(ct); // gives new records their ids
        db.CustomRecordValues.AddRange(records.SelectMany(r => CustomRecordValue.Of(r, table)));
        return [];
    }
}
