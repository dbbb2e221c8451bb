using Kiket.Domain.CustomData;

namespace Kiket.Application.CustomData;

/// <summary>A module of custom data.</summary>
public sealed record CustomModuleDto
{
    public required long Id { get; init; }

    /// <summary>Its id in addresses.</summary>
    public required string Key { get; init; }

    /// <summary>Its version, as its schema says.</summary>
    public required string SchemaVersion { get; init; }

    public string? Description { get; init; }

    /// <summary>The project that it belongs to, or null.</summary>
    public long? ProjectId { get; init; }

    /// <summary>The installation that it belongs to, or null.</summary>
    public long? ExtensionId { get; init; }

    public required IReadOnlyList<CustomTableDto> Tables { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    internal static CustomModuleDto Of(CustomModule module) => new()
    {
        Id = module.Id,
        Key = module.Key,
        SchemaVersion = module.Schema.Version,
        Description = module.Schema.Description,
        ProjectId = module.ProjectId,
        ExtensionId = module.ExtensionId,
        Tables = [.. module.Schema.Tables.Select(t => new CustomTableDto(
            t.Name, t.Description, t.SoftDelete, [.. t.Columns.Select(c => new CustomColumnDto(c.Name, c.Type, c.Nullable, c.Indexed))]))],
        CreatedAt = module.CreatedAt,
        UpdatedAt = module.UpdatedAt,
    };
}

/// <param name="SoftDelete">Whether a deleted record is kept, read by nobody.</param>
public sealed record CustomTableDto(string Name, string? Description, bool SoftDelete, IReadOnlyList<CustomColumnDto> Columns);

/// <param name="Null">Whether it may be empty.</param>
/// <param name="Indexed">Whether filters and sorts find it by an index.</param>
public sealed record CustomColumnDto(string Name, CustomColumnType Type, bool Null, bool Indexed);
