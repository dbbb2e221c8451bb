using System.Globalization;
using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>Database id of a project.</summary>
/// <param name="Value">The number: positive; 0 before the first save.</param>
[JsonConverter(typeof(TypedConverter<ProjectId, long>))]
public readonly record struct ProjectId(long Value) : ITyped<ProjectId, long>, IComparable<ProjectId>
{
    static ProjectId ITyped<ProjectId, long>.Of(long value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(ProjectId other) => Value.CompareTo(other.Value);

    /// <summary>The number in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
