using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.CustomData;

/// <summary>A record in a table of a module.</summary>
internal sealed class CustomRecord : AggregateRoot<long>, IKeepsTexts
{
    /// <summary>Most bytes of JSON that a record holds.</summary>
    public const int MaxSize = 65_536;

    private CustomRecord() { }

    /// <summary>The module.</summary>
    public long ModuleId { get; private set; }

    /// <summary>The project that it belongs to.</summary>
    public ProjectId ProjectId { get; private set; }

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
        OrganizationId organizationId,
        long moduleId,
        ProjectId projectId,
        string table,
        IReadOnlyDictionary<string, JsonElement> data,
        DateTimeOffset at
    )
    {
        var record = new CustomRecord
        {
            OrganizationId = organizationId,
            ModuleId = moduleId,
            ProjectId = projectId,
            Table = table,
            Data = data,
        };
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

    /// <inheritdoc/>
    public void RefreshTexts() => Data = UnicodeText.Clean(Data);

    /// <summary>Deletes the record and keeps its data.</summary>
    /// <param name="at">Instant of the deletion.</param>
    public void Delete(DateTimeOffset at)
    {
        DeletedAt = at.ToUniversalTime();
        Touch(at);
    }
}

/// <summary>
/// The value of an indexed column of a record, in a form that sorts and compares as text; or a unique key of it.
/// </summary>
internal sealed class CustomRecordValue
{
    /// <summary>
    /// Longest <see cref="Value"/>, in UTF-16 units: two for each character of an indexed text, and one before and one behind
    /// it.
    /// </summary>
    public const int MaxValueLength = (2 * CustomColumn.MaxIndexedLength) + 2;

    private CustomRecordValue() { }

    /// <summary>Database id.</summary>
    public long Id { get; private set; }

    /// <summary>The organization.</summary>
    public OrganizationId OrganizationId { get; private set; }

    /// <summary>The module.</summary>
    public long ModuleId { get; private set; }

    /// <summary>The project.</summary>
    public ProjectId ProjectId { get; private set; }

    /// <summary>The record.</summary>
    public long RecordId { get; private set; }

    /// <summary>Name of the table.</summary>
    public string Table { get; private set; } = "";

    /// <summary>Name of the column; empty for a unique key.</summary>
    public string Column { get; private set; } = "";

    /// <summary>The value in its sortable form; empty for a unique key.</summary>
    public string Value { get; private set; } = "";

    /// <summary>The hash of a unique key; null for a value.</summary>
    public string? UniqueHash { get; private set; }

    /// <summary>The values of a record that its table indexes.</summary>
    /// <param name="record">The record, saved.</param>
    /// <param name="table">Its table.</param>
    public static IReadOnlyList<CustomRecordValue> Of(CustomRecord record, CustomTable table)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(table);
        return
        [
            .. table
                .Columns.Where(c => c.Indexed)
                .Select(c => New(record, c.Name, CustomValues.SortableOf(record.Data, c), null)),
            .. table.UniqueKeys.Select(k => UniqueHashOf(record, table, k)).OfType<string>().Select(h => New(record, "", "", h)),
        ];
    }

    /// <summary>The hash of what a record holds in the columns of a unique key.</summary>
    /// <param name="record">The record.</param>
    /// <param name="table">Its table.</param>
    /// <param name="key">The columns.</param>
    /// <returns>
    /// Null when one of them is empty: as in every database it then equals nothing, not even another empty one.
    /// </returns>
    public static string? UniqueHashOf(CustomRecord record, CustomTable table, IReadOnlyList<string> key)
    {
        ArgumentNullException.ThrowIfNull(record);
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(key);
        List<string> parts = [];
        foreach (var column in key)
        {
            if (CustomValues.Held(record.Data, column) is not { } held)
                return null;
            parts.Add(CustomValues.Unique(table.Find(column)!, held));
        }

        return CustomValues.Hash(record, key, parts);
    }

    private static CustomRecordValue New(CustomRecord record, string column, string value, string? hash) =>
        new()
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
