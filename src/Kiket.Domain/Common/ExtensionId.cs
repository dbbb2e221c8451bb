using System.Globalization;
using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>Database id of an installed extension.</summary>
/// <param name="Value">The number: positive; 0 before the first save.</param>
[JsonConverter(typeof(TypedConverter<ExtensionId, long>))]
internal readonly record struct ExtensionId(long Value) : ITyped<ExtensionId, long>, IComparable<ExtensionId>
{
    static ExtensionId ITyped<ExtensionId, long>.Of(long value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(ExtensionId other) => Value.CompareTo(other.Value);

    /// <summary>The number in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
