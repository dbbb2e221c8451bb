namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// The progress of converting old rows to a new form that only .NET can produce. An interrupted run continues from here.
/// </summary>
internal sealed class DataUpgrade
{
    /// <summary>The value of <see cref="LastId"/> once all rows are done.</summary>
    public const long Done = long.MaxValue;

    /// <summary>Database id.</summary>
    public long Id { get; private set; }

    /// <summary>Names the new form and the table.</summary>
    public required string Name { get; init; }

    /// <summary>All rows up to this id are done.</summary>
    public long LastId { get; set; }
}
