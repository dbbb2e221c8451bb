using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// Counters in a row. One statement takes the next number and locks the row until the transaction ends, so that no number is
/// skipped or used twice.
/// </summary>
internal static class Counters
{
    /// <summary>Takes the next number of a row.</summary>
    /// <param name="counter">The property with the last number.</param>
    public static async Task<int> TakeNextAsync<T>(this KiketDbContext db, long id, string counter, CancellationToken ct)
        where T : class, IAggregateRoot
    {
        var table = StoredTable.Of<T>(db);
        var (last, row) = (table.Column(counter), table.Column(nameof(AggregateRoot<>.Id)));
        var take =
            db is SqlServerKiketDbContext
                ? $"UPDATE {table.Name} SET {last} = {last} + 1 OUTPUT inserted.{last} WHERE {row} = {{0}}"
                : $"UPDATE {table.Name} SET {last} = {last} + 1 WHERE {row} = {{0}} RETURNING {last}";
        return (await db.Database.SqlQueryRaw<int>(take, id).ToListAsync(ct)).Single();
    }
}
