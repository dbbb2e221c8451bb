using System.Text.Json;
using Kiket.Application.Common;
using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.CustomData;

/// <summary>Queries shared by several requests about custom data.</summary>
internal static class CustomDataQueries
{
    /// <summary>A record that is not deleted, by its id or by the primary key that its module calls <c>id</c>.</summary>
    public static async Task<Result<CustomRecord>> FindRecordAsync(
        this IKiketDb db,
        OpenedTable opened,
        string id,
        CancellationToken ct
    )
    {
        CustomRecord? found = null;
        if (opened.Table.Find("id") is { } key)
        {
            if (CustomValues.Read(key, JsonSerializer.SerializeToElement(id)) is { } value)
            {
                var text = CustomValues.Sortable(key, value);
                found = await db.RecordsOf(db.Values(opened).Where(v => v.Column == key.Name && v.Value == text))
                    .SingleOrDefaultAsync(ct);
            }
        }
        else if (WireId.TryParse(id, out var number))
        {
            found = await db.Records(opened).SingleOrDefaultAsync(r => r.Id == number, ct);
        }

        return found is not null && opened.Allows(found.Data) ? found : CustomDataErrors.RecordNotFound(id);
    }

    public static IQueryable<CustomRecord> Records(this IKiketDb db, OpenedTable opened) =>
        db.CustomRecords.WithSpecification(new RecordsOfTable(opened.Module.Id, opened.Table.Name, opened.ProjectId));

    public static IQueryable<CustomRecordValue> Values(this IKiketDb db, OpenedTable opened) =>
        db.CustomRecordValues.WithSpecification(new ValuesOfTable(opened.Module.Id, opened.Table.Name, opened.ProjectId));

    /// <summary>The records of some indexed values, each at most once. A deleted record has no indexed values.</summary>
    public static IQueryable<CustomRecord> RecordsOf(this IKiketDb db, IQueryable<CustomRecordValue> values) =>
        values.Join(db.CustomRecords, v => v.RecordId, r => r.Id, (v, r) => r);

    /// <summary>The record in the flat form of responses.</summary>
    public static IReadOnlyDictionary<string, JsonElement> ToFlat(this CustomRecord record, CustomTable table)
    {
        var flat = new Dictionary<string, JsonElement>(StringComparer.Ordinal) { ["id"] = Json(record.Id) };
        foreach (var column in table.Columns)
            flat[column.Name] = record.Data.TryGetValue(column.Name, out var value) ? value : Json<string?>(null);
        flat["organization_id"] = Json(record.OrganizationId);
        flat["project_id"] = Json(record.ProjectId);
        flat["created_at"] = Json(record.CreatedAt);
        flat["updated_at"] = Json(record.UpdatedAt);
        return flat;
    }

    private static JsonElement Json<T>(T value) => JsonSerializer.SerializeToElement(value, WireJson.Options);
}
