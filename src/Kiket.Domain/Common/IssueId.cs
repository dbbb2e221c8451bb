using System.Globalization;
using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>Database id of an issue.</summary>
/// <param name="Value">The number: positive; 0 before the first save.</param>
[JsonConverter(typeof(TypedConverter<IssueId, long>))]
public readonly record struct IssueId(long Value) : ITyped<IssueId, long>, IComparable<IssueId>
{
    static IssueId ITyped<IssueId, long>.Of(long value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(IssueId other) => Value.CompareTo(other.Value);

    /// <summary>The number in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
