namespace Kiket.Domain.CustomData;

/// <summary>The type of a column.</summary>
[System.Diagnostics.CodeAnalysis.SuppressMessage("Naming", "CA1720", Justification = "The wire's words.")]
internal enum CustomColumnType
{
    /// <summary>A whole number of 64 bits.</summary>
    Bigint,

    /// <summary>A whole number of 32 bits.</summary>
    Integer,

    /// <summary>A number with a fixed count of digits.</summary>
    Decimal,

    /// <summary>A text of limited length.</summary>
    String,

    /// <summary>A text of any length.</summary>
    Text,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>An instant.</summary>
    Timestamp,

    /// <summary>A day.</summary>
    Date,

    /// <summary>Any JSON.</summary>
    Json,
}

/// <summary>The schema of a module of custom data. Source: contract, section 14.</summary>
/// <param name="Key">Its id, such as <c>com.example.crm.contacts</c>.</param>
/// <param name="Version">Its version, as written.</param>
/// <param name="Description">What it is for, or null.</param>
/// <param name="Tables">Its tables, at least one.</param>
/// <param name="Grants">The permissions; without any, the roles in the project decide.</param>
internal sealed record CustomModuleSchema(
    string Key,
    string Version,
    string? Description,
    IReadOnlyList<CustomTable> Tables,
    IReadOnlyList<CustomGrant> Grants
)
{
    /// <summary>Longest key of a module, in characters.</summary>
    public const int MaxKeyLength = 120;

    /// <summary>Longest name of a table or column, in characters.</summary>
    public const int MaxNameLength = 63;

    /// <summary>Its display name, or null.</summary>
    public string? Name { get; init; }

    /// <summary>The columns that every record has; declaring them in a schema is optional.</summary>
    public static IReadOnlyList<string> SystemColumns { get; } =
    ["id", "organization_id", "project_id", "created_at", "updated_at"];

    /// <summary>A table by its name, or null.</summary>
    /// <param name="name">The name.</param>
    public CustomTable? Find(string name) => Tables.FirstOrDefault(t => t.Name == name);
}

/// <summary>A table of a module.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Description">What it is for, or null.</param>
/// <param name="SoftDelete">Whether deleted records are kept, invisible to everyone.</param>
/// <param name="Columns">Its columns beside those of the system.</param>
/// <param name="UniqueKeys">The sets of columns that no two records of a project share.</param>
internal sealed record CustomTable(
    string Name,
    string? Description,
    bool SoftDelete,
    IReadOnlyList<CustomColumn> Columns,
    IReadOnlyList<IReadOnlyList<string>> UniqueKeys
)
{
    /// <summary>A column by its name, or null.</summary>
    /// <param name="name">The name.</param>
    public CustomColumn? Find(string name) => Columns.FirstOrDefault(c => c.Name == name);
}

/// <summary>A column of a table.</summary>
/// <param name="Name">Its name.</param>
/// <param name="Type">Its type.</param>
internal sealed record CustomColumn(string Name, CustomColumnType Type)
{
    /// <summary>Most characters of a text that an index holds.</summary>
    public const int MaxIndexedLength = 255;

    /// <summary>What it is for, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Most characters of a text, or null for any number.</summary>
    public int? Length { get; init; }

    /// <summary>How many digits a number has in all, or null for 28.</summary>
    public int? Precision { get; init; }

    /// <summary>How many of them are after the decimal point, or null for any number.</summary>
    public int? Scale { get; init; }

    /// <summary>Whether it may be empty.</summary>
    public bool Nullable { get; init; } = true;

    /// <summary>Its value where none is given, or null.</summary>
    public System.Text.Json.JsonElement? Default { get; init; }

    /// <summary>Whether its default value is the instant of the creation.</summary>
    public bool DefaultsToNow { get; init; }

    /// <summary>Whether filters and sorts use an index.</summary>
    public bool Indexed { get; init; }

    /// <summary>Whether it names the record.</summary>
    public bool PrimaryKey { get; init; }
}

/// <summary>What a role may do with a table.</summary>
/// <param name="Role"><c>user</c>, <c>manager</c> or <c>admin</c>.</param>
/// <param name="Table">Name of the table.</param>
/// <param name="Operations">Some of <c>read</c>, <c>write</c>, <c>delete</c>.</param>
internal sealed record CustomGrant(string Role, string Table, IReadOnlyList<string> Operations)
{
    /// <summary>The column that must hold the user's id, or null where the grant is for every record.</summary>
    public string? OwnerColumn { get; init; }
}
