namespace Kiket.Infrastructure.Persistence;

/// <summary>
/// How far old rows have been brought into a new form that only .NET can make. A run that was killed goes on from here.
/// </summary>
internal sealed class DataUpgrade
{
    /// <summary>What <see cref="LastId"/> is once all rows are done.</summary>
    public const long Done = long.MaxValue;

    /// <summary>Database id.</summary>
    public long Id { get; private set; }

    /// <summary>Names the new form and the table.</summary>
    public required string Name { get; init; }

    /// <summary>All rows up to this id are done.</summary>
    public long LastId { get; set; }
}
