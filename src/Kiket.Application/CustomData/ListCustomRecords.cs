using System.Text.Json;
using Kiket.Application.Abstractions;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.CustomData;

/// <summary>The records of a table.</summary>
/// <param name="Filters">What they must hold, by column.</param>
public sealed record ListCustomRecordsQuery(CustomTableRef Table, IReadOnlyDictionary<string, JsonElement> Filters, PageRequest Page)
    : IQuery<Result<Page<IReadOnlyDictionary<string, JsonElement>>>>;

internal sealed class ListCustomRecordsHandler(IKiketDb db, ICurrentActor current)
    : IQueryHandler<ListCustomRecordsQuery, Result<Page<IReadOnlyDictionary<string, JsonElement>>>>
{
    /// <summary>Most records that are looked at one by one where no index helps.</summary>
    private const int MaxScanned = 10_000;

    private static readonly SortOptions<CustomRecord> Sorts = new SortOptions<CustomRecord>("id asc", r => r.Id)
        .By("id", r => r.Id).By("created_at", r => r.CreatedAt).By("updated_at", r => r.UpdatedAt);

    public async Task<Result<Page<IReadOnlyDictionary<string, JsonElement>>>> Handle(ListCustomRecordsQuery query, CancellationToken ct)
    {
        var opened = await db.OpenTableAsync(query.Table, CustomDataQueries.Read, current, ct);
        if (opened.Error is { } refusal)
            return refusal;
        var table = opened.Value.Table;
        var conditions = CustomFilters.Read(table, query.Filters);
        if (conditions.Error is { } fault)
            return fault;

        // Without a condition the table's own index finds the records; with one only the index of values shall, so nothing else is said.
        var indexed = conditions.Value.Where(c => c.Column.Indexed).ToList();
        var slow = conditions.Value.Where(c => !c.Column.Indexed).ToList();
        var records = (indexed.Count == 0 ? db.Records(opened.Value) : db.CustomRecords).AsNoTracking();
        foreach (var condition in indexed)
        {
            var ids = condition.Apply(db.Values(opened.Value)).Select(v => v.RecordId);
            records = records.Where(r => ids.Contains(r.Id));
        }

        var sort = (query.Page.Sort ?? "").Split(' ', StringSplitOptions.RemoveEmptyEntries);
        var column = sort.Length is 1 or 2 && (sort.Length == 1 || sort[1] is "asc" or "desc") ? table.Find(sort[0]) : null;
        if (column?.Type is CustomColumnType.Json)
            column = null;
        Result<Page<CustomRecord>> page;
        if (slow.Count > 0 || column is { Indexed: false })
            page = await ScanAsync(table, records, slow, column, sort, query.Page, ct);
        else if (column is null)
            page = await records.ToPageAsync(query.Page, Sorts, rows => rows, ct);
        else
            page = await SortAsync(opened.Value, records, column.Name, query.Page, ct);
        return page.Error is { } error ? error
            : new Page<IReadOnlyDictionary<string, JsonElement>>([.. page.Value.Items.Select(r => r.ToFlat(table))], page.Value.Total, page.Value.Number, page.Value.Size);
    }

    private Task<Result<Page<CustomRecord>>> SortAsync(
        OpenedTable opened, IQueryable<CustomRecord> records, string column, PageRequest page, CancellationToken ct)
    {
        var sorted = db.Values(opened).Where(v => v.Column == column)
            .Join(records, v => v.RecordId, r => r.Id, (v, r) => new SortedRecord { Value = v.Value, RecordId = v.RecordId, Record = r });
        var sorts = new SortOptions<SortedRecord>(column, s => s.RecordId).By(column, s => s.Value);
        return sorted.ToPageAsync(page, sorts, rows => rows.Select(s => s.Record), ct);
    }

    private static async Task<Result<Page<CustomRecord>>> ScanAsync(
        CustomTable table, IQueryable<CustomRecord> records, List<CustomCondition> conditions, CustomColumn? column, string[] sort, PageRequest page,
        CancellationToken ct)
    {
        if (await records.CountAsync(ct) > MaxScanned)
        {
            var known = table.Columns.Where(c => c.Indexed).Select(c => c.Name).DefaultIfEmpty("none");
            var parameter = conditions.Count > 0 ? $"filters.{conditions[0].Column.Name}" : "sort";
            return Error.InvalidParameter(
                parameter, $"More than {MaxScanned} records would have to be looked at one by one. Columns with an index: {string.Join(", ", known)}.");
        }

        var ordered = Sorts.Apply(records, column is null ? page.Sort : null);
        if (ordered.Error is { } refusal)
            return refusal;
        var found = (await ordered.Value.ToListAsync(ct)).Where(r => conditions.TrueForAll(c => c.Matches(Held(r, c.Column)))).ToList();
        if (column is not null)
        {
            found = [.. sort is [_, "desc"]
                ? found.OrderByDescending(r => Held(r, column), StringComparer.Ordinal).ThenByDescending(r => r.Id)
                : found.OrderBy(r => Held(r, column), StringComparer.Ordinal).ThenBy(r => r.Id)];
        }

        return found.ToPage(page);
    }

    private static string Held(CustomRecord record, CustomColumn column) => CustomValues.Sortable(
        column, record.Data.TryGetValue(column.Name, out var value) && value.ValueKind is not JsonValueKind.Null ? value : null);

    private sealed class SortedRecord
    {
        public required string Value { get; init; }

        public required long RecordId { get; init; }

        public required CustomRecord Record { get; init; }
    }
}
