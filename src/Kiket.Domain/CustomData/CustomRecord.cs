using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.CustomData;

/// <summary>A record in a table of a module.</summary>
public sealed class CustomRecord : AggregateRoot
{
    private CustomRecord()
    {
    }

    /// <summary>The module.</summary>
    public long ModuleId { get; private set; }

    /// <summary>The project that it belongs to.</summary>
    public long ProjectId { get; private set; }

    /// <summary>Name of the table.</summary>
    public string Table { get; private set; } = "";

    /// <summary>Its columns.</summary>
    public IReadOnlyDictionary<string, JsonElement> Data { get; private set; } = new Dictionary<string, JsonElement>();

    /// <summary>When it was deleted, or null.</summary>
    public DateTimeOffset? DeletedAt { get; private set; }

    /// <summary>Adds a record whose data fit the table.</summary>
    /// <param name="organizationId">The organization.</param>
    /// <param name="moduleId">The module.</param>
    /// <param name="projectId">The project.</param>
    /// <param name="table">Name of the table.</param>
    /// <param name="data">Its columns.</param>
    /// <param name="at">Instant of the adding.</param>
    public static CustomRecord Add(
        long organizationId, long moduleId, long projectId, string table, IReadOnlyDictionary<string, JsonElement> data, DateTimeOffset at)
    {
        var record = new CustomRecord { OrganizationId = organizationId, ModuleId = moduleId, ProjectId = projectId, Table = table, Data = data };
        record.Created(at);
        return record;
    }

    /// <summary>Replaces the data by others that fit the table.</summary>
    /// <param name="data">Its columns.</param>
    /// <param name="at">Instant of the change.</param>
    public void Replace(IReadOnlyDictionary<string, JsonElement> data, DateTimeOffset at)
    {
        Data = data;
        Touch(at);
    }

    /// <summary>Deletes the record and keeps what it held.</summary>
    /// <param name="at">Instant of the deletion.</param>
    public void Delete(DateTimeOffset at)
    {
        DeletedAt = at.ToUniversalTime();
        Touch(at);
    }
}

/// <summary>The value of an indexed column of a record, in a form that sorts and compares as text; or a unique key of it.</summary>
public sealed class CustomRecordValue
{
    /// <summary>Longest <see cref="Value"/>, in characters.</summary>
    public const int MaxValueLength = 256;

    private CustomRecordValue()
    {
    }

    /// <summary>Database id.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public long OrganizationId { get; private set; }

    /// <summary>The module.</summary>
    public long ModuleId { get; private set; }

    /// <summary>The project.</summary>
    public long ProjectId { get; private set; }

    /// <summary>The record.</summary>
    public long RecordId { get; private set; }

    /// <summary>Name of the table.</summary>
    public string Table { get; private set; } = "";

    /// <summary>Name of the column; of a unique key, its columns with a plus before each.</summary>
    public string Column { get; private set; } = "";

    /// <summary>The value in its sortable form; empty for a unique key.</summary>
    public string Value { get; private set; } = "";

    /// <summary>A hash of what nobody else may hold; null for a value.</summary>
    public string? UniqueHash { get; private set; }

    /// <summary>The values of a record that its table indexes.</summary>
    /// <param name="record">The record, saved.</param>
    /// <param name="table">Its table.</param>
    public static IReadOnlyList<CustomRecordValue> Of(CustomRecord record, CustomTable table)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(table);
        List<CustomRecordValue> values = [.. table.Columns.Where(c => c.Indexed)
            .Select(c => New(record, c.Name, CustomValues.Sortable(c, Held(record, c.Name)), null))];
        foreach (var key in table.UniqueKeys)
        {
            // As in every database, an empty column equals nothing, not even another empty one.
            var parts = key.Select(c => Held(record, c)).ToList();
            if (!parts.Exists(p => p is null))
                values.Add(New(record, "", "", CustomValues.Hash(record, key, [.. key.Select((c, n) => CustomValues.Unique(table.Find(c)!, parts[n]!.Value))])));
        }

        return values;
    }

    private static JsonElement? Held(CustomRecord record, string column) =>
        record.Data.TryGetValue(column, out var held) && held.ValueKind is not JsonValueKind.Null ? held : null;

    private static CustomRecordValue New(CustomRecord record, string column, string value, string? hash) => new()
    {
        OrganizationId = record.OrganizationId,
        ModuleId = record.ModuleId,
        ProjectId = record.ProjectId,
        RecordId = record.Id,
        Table = record.Table,
        Column = column,
        Value = value,
        UniqueHash = hash,
    };
}
