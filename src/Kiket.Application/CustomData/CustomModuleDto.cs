using System.Diagnostics.CodeAnalysis;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;

namespace Kiket.Application.CustomData;

/// <summary>A module of custom data.</summary>
internal record CustomModuleDto
{
    public required long Id { get; init; }

    /// <summary>Its id in URLs.</summary>
    public required string Key { get; init; }

    /// <summary>The version in its schema.</summary>
    public required string SchemaVersion { get; init; }

    /// <summary>Its display name.</summary>
    public string? Name { get; init; }

    public string? Description { get; init; }

    /// <summary>The project that it belongs to, or null.</summary>
    public ProjectId? ProjectId { get; init; }

    /// <summary>The installation that it belongs to, or null.</summary>
    public ExtensionId? ExtensionId { get; init; }

    public required IReadOnlyList<CustomTableDto> Tables { get; init; }

    /// <summary>Its permissions; if empty, everyone who works on the project may change its records.</summary>
    public required IReadOnlyList<CustomGrantDto> Permissions { get; init; }

    public required DateTimeOffset CreatedAt { get; init; }

    public required DateTimeOffset UpdatedAt { get; init; }

    internal static CustomModuleDto Of(CustomModule module) =>
        new()
        {
            Id = module.Id,
            Key = module.Key,
            SchemaVersion = module.Schema.Version,
            Name = module.Schema.Name,
            Description = module.Schema.Description,
            ProjectId = module.ProjectId,
            ExtensionId = module.ExtensionId,
            Tables =
            [
                .. module.Schema.Tables.Select(t => new CustomTableDto(
                    t.Name,
                    t.Description,
                    t.SoftDelete,
                    [.. t.Columns.Select(CustomColumnDto.Of)],
                    t.UniqueKeys
                )),
            ],
            Permissions = [.. module.Schema.Grants.Select(g => new CustomGrantDto(g.Role, g.Table, g.Operations, g.OwnerColumn))],
            CreatedAt = module.CreatedAt,
            UpdatedAt = module.UpdatedAt,
        };
}

/// <summary>A module right after its publication.</summary>
internal sealed record PublishedModuleDto : CustomModuleDto
{
    [SetsRequiredMembers]
    internal PublishedModuleDto(CustomModuleDto module)
        : base(module) { }

    [JsonConstructor]
    private PublishedModuleDto() { }

    /// <summary>Warnings about the schema.</summary>
    public IReadOnlyList<DefinitionNote> Warnings { get; init; } = [];

    [JsonIgnore]
    public bool IsNew { get; init; }
}

/// <param name="SoftDelete">Whether deleted records are kept, invisible to everyone.</param>
/// <param name="UniqueKeys">The sets of columns that no two records of a project share.</param>
internal sealed record CustomTableDto(
    string Name,
    string? Description,
    bool SoftDelete,
    IReadOnlyList<CustomColumnDto> Columns,
    IReadOnlyList<IReadOnlyList<string>> UniqueKeys
);

internal sealed record CustomColumnDto
{
    public required string Name { get; init; }

    public required CustomColumnType Type { get; init; }

    public string? Description { get; init; }

    /// <summary>Whether it may be empty.</summary>
    public required bool Null { get; init; }

    /// <summary>Whether filters and sorts use an index.</summary>
    public required bool Indexed { get; init; }

    public required bool PrimaryKey { get; init; }

    /// <summary>Maximum number of characters.</summary>
    public int? Length { get; init; }

    /// <summary>Total number of digits.</summary>
    public int? Precision { get; init; }

    /// <summary>Number of digits after the decimal point.</summary>
    public int? Scale { get; init; }

    /// <summary>Its value if none is given; `now()` is the current instant.</summary>
    public JsonElement? Default { get; init; }

    internal static CustomColumnDto Of(CustomColumn column) =>
        new()
        {
            Name = column.Name,
            Type = column.Type,
            Description = column.Description,
            Null = column.Nullable,
            Indexed = column.Indexed,
            PrimaryKey = column.PrimaryKey,
            Length = column.Length,
            Precision = column.Precision,
            Scale = column.Scale,
            Default = column.DefaultsToNow ? JsonSerializer.SerializeToElement("now()") : column.Default,
        };
}

/// <param name="Role">`user`, `manager` or `admin`.</param>
/// <param name="Operations">Some of `read`, `write`, `delete`.</param>
/// <param name="OwnerColumn">The column that must contain the user's id; if null, the permission covers every record.</param>
internal sealed record CustomGrantDto(string Role, string Table, IReadOnlyList<string> Operations, string? OwnerColumn);
