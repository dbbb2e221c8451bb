using System.Globalization;
using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.CustomData;

/// <summary>The records of a table.</summary>
/// <param name="Filters">Conditions by column.</param>
internal sealed record ListCustomRecordsQuery(
    CustomTableRef Table,
    IReadOnlyDictionary<string, JsonElement> Filters,
    PageRequest Page
) : IQuery<Result<Page<IReadOnlyDictionary<string, JsonElement>>>>;

internal sealed class ListCustomRecordsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListCustomRecordsQuery, Result<Page<IReadOnlyDictionary<string, JsonElement>>>>
{
    /// <summary>Maximum number of records to scan if no index helps.</summary>
    private const int MaxScanned = 10_000;

    private static readonly SortOptions<CustomRecord> Sorts = new SortOptions<CustomRecord>("id asc", r => r.Id)
        .By("id", r => r.Id)
        .By("created_at", r => r.CreatedAt)
        .By("updated_at", r => r.UpdatedAt);

    public async Task<Result<Page<IReadOnlyDictionary<string, JsonElement>>>> Handle(
        ListCustomRecordsQuery query,
        CancellationToken ct
    )
    {
        var opened = await db.OpenTableAsync(query.Table, CustomTableAccess.Read, current, ct);
        if (opened.Error is { } error)
            return error;
        var table = opened.Value.Table;
        var conditions = CustomFilters.Read(table, query.Filters);
        if (conditions.Error is not null)
            return conditions.Error;
        var sorts = CustomSort.Read(table, query.Page.Sort);
        if (sorts.Error is { } sortError)
            return sortError;

        List<CustomCondition> all = opened.Value.Own is { } own ? [own, .. conditions.Value] : [.. conditions.Value];
        var slow = all.Where(c => !c.Column.Indexed).ToList();
        var indexed = all.Where(c => c.Column.Indexed).GroupBy(c => c.Column.Name).OrderBy(g => g.Min(c => c.Rank)).ToList();

        // The most selective condition finds the records by the index of values; the others only check these records. They name
        // only the record and the column: with more, a database without statistics would choose the index that matches more
        // columns and read the whole table.
        var records = (
            indexed is [var best, ..] ? db.RecordsOf(Apply(best, db.Values(opened.Value))) : db.Records(opened.Value)
        ).AsNoTracking();
        foreach (var column in indexed.Skip(1))
        {
            var holding = Apply(column, db.CustomRecordValues);
            records = records.Where(r => holding.Any(v => v.RecordId == r.Id));
        }

        var page =
            slow.Count > 0 || (sorts.Value.Any(s => s.Column is not null) && sorts.Value is not [{ Column.Indexed: true }])
                ? await ScanAsync(table, records, slow, sorts.Value, query.Page, ct)
            : sorts.Value is [{ Column: { } order }]
                ? await SortAsync(
                    indexed.Count > 0 ? db.CustomRecordValues : db.Values(opened.Value),
                    records,
                    order.Name,
                    query.Page,
                    ct
                )
            : await records.ToPageAsync(query.Page, Sorts, rows => rows, ct);
        return page.Error is not null
            ? page.Error
            : page.Value.With<IReadOnlyDictionary<string, JsonElement>>([.. page.Value.Items.Select(r => r.ToFlat(table))]);
    }

    private static IQueryable<CustomRecordValue> Apply(
        IEnumerable<CustomCondition> conditions,
        IQueryable<CustomRecordValue> values
    )
    {
        var isBounded = conditions.Any(c => c.Operator is "lt" or "lte");
        return conditions.Aggregate(values, (held, condition) => condition.Apply(held, isBounded));
    }

    private static Task<Result<Page<CustomRecord>>> SortAsync(
        IQueryable<CustomRecordValue> values,
        IQueryable<CustomRecord> records,
        string column,
        PageRequest page,
        CancellationToken ct
    )
    {
        var sorted = values
            .Where(v => v.Column == column)
            .Join(
                records,
                v => v.RecordId,
                r => r.Id,
                (v, r) =>
                    new SortedRecord
                    {
                        Value = v.Value,
                        RecordId = v.RecordId,
                        Record = r,
                    }
            );
        var sorts = new SortOptions<SortedRecord>(column, s => s.RecordId).By(column, s => s.Value);
        return sorted.ToPageAsync(page, sorts, rows => rows.Select(s => s.Record), ct);
    }

    /// <summary>Scans the records, and keeps only the sort key of each.</summary>
    private async Task<Result<Page<CustomRecord>>> ScanAsync(
        CustomTable table,
        IQueryable<CustomRecord> records,
        List<CustomCondition> conditions,
        IReadOnlyList<CustomSort> sorts,
        PageRequest page,
        CancellationToken ct
    )
    {
        if (await records.CountAsync(ct) > MaxScanned)
        {
            var known = table.Columns.Where(c => c.Indexed).Select(c => c.Name).DefaultIfEmpty("none");
            var parameter = conditions.Count > 0 ? $"filters.{conditions[0].Column.Name}" : "sort";
            return Error.InvalidParameter(
                parameter,
                $"The query would have to scan more than {MaxScanned} records. Columns with an index: "
                    + $"{string.Join(", ", known)}."
            );
        }

        List<(string[] Keys, long Id)> found = [];
        await foreach (var record in records.AsAsyncEnumerable().WithCancellation(ct))
        {
            if (conditions.TrueForAll(c => c.Matches(record.Data)))
                found.Add(([.. sorts.Select(s => s.KeyOf(record))], record.Id));
        }

        found.Sort((one, other) => CustomSort.Compare(sorts, one, other));
        var part = found.ToPage(page);
        if (part.Error is { } error)
            return error;
        var ids = part.Value.Items.Select(i => i.Id).ToList();
        var shown = await db.CustomRecords.AsNoTracking().Where(r => ids.Contains(r.Id)).ToListAsync(ct);
        return part.Value.With<CustomRecord>([.. shown.OrderBy(r => ids.IndexOf(r.Id))]);
    }

    private sealed class SortedRecord
    {
        public required string Value { get; init; }

        public required long RecordId { get; init; }

        public required CustomRecord Record { get; init; }
    }
}

/// <summary>One part of a sort order: a column of the table, or one that every record has.</summary>
internal sealed record CustomSort(string Name, CustomColumn? Column, bool IsDescending)
{
    /// <summary>Long texts are sorted by their beginnings.</summary>
    private const int MaxKeyLength = CustomRecordValue.MaxValueLength;

    private static readonly string[] OfEveryRecord = ["id", "created_at", "updated_at"];

    public static Result<IReadOnlyList<CustomSort>> Read(CustomTable table, string? sort)
    {
        List<CustomSort> parts = [];
        foreach (var pair in (string.IsNullOrWhiteSpace(sort) ? "id" : sort).Split(',', StringSplitOptions.TrimEntries))
        {
            var words = pair.Split(' ', StringSplitOptions.RemoveEmptyEntries);
            var column = words.Length > 0 ? table.Find(words[0]) : null;
            if (
                words.Length is 0 or > 2
                || column is { Type: CustomColumnType.Json }
                || (column is null && !OfEveryRecord.Contains(words[0]))
            )
            {
                var known = OfEveryRecord
                    .Concat(table.Columns.Where(c => c.Type is not CustomColumnType.Json).Select(c => c.Name))
                    .Distinct();
                return Error.InvalidParameter(
                    "sort",
                    $"'{pair}' is not a valid sort order; use one of {string.Join(", ", known)}, followed by asc or desc."
                );
            }

            if (words.Length == 2 && words[1] is not ("asc" or "desc"))
                return Error.InvalidParameter("sort", $"'{words[1]}' is not a valid direction; use asc or desc.");
            if (parts.Count == PageRequest.MaxSortFields)
                return Error.InvalidParameter("sort", $"A sort order can have at most {PageRequest.MaxSortFields} fields.");
            parts.Add(new(words[0], column, words is [_, "desc"]));
        }

        return parts;
    }

    public string KeyOf(CustomRecord record)
    {
        var key =
            Column is not null ? CustomValues.SortableOf(record.Data, Column)
            : Name == "id" ? record.Id.ToString("D20", CultureInfo.InvariantCulture)
            : (Name == "created_at" ? record.CreatedAt : record.UpdatedAt).UtcDateTime.ToString(
                "o",
                CultureInfo.InvariantCulture
            );
        return UnicodeText.Cut(key, MaxKeyLength);
    }

    /// <summary>Ties are broken by id, in the direction of the last part, as in every list.</summary>
    public static int Compare(IReadOnlyList<CustomSort> sorts, (string[] Keys, long Id) one, (string[] Keys, long Id) other)
    {
        for (var n = 0; n < sorts.Count; n++)
        {
            if (string.CompareOrdinal(one.Keys[n], other.Keys[n]) is not 0 and var order)
                return sorts[n].IsDescending ? -order : order;
        }

        return sorts[^1].IsDescending ? other.Id.CompareTo(one.Id) : one.Id.CompareTo(other.Id);
    }
}
