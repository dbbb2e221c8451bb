using System.Globalization;
using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>Database id of a user.</summary>
/// <param name="Value">The number: positive; 0 before the first save, and for Kiket itself as the actor.</param>
[JsonConverter(typeof(TypedConverter<UserId, long>))]
public readonly record struct UserId(long Value) : ITyped<UserId, long>, IComparable<UserId>
{
    static UserId ITyped<UserId, long>.Of(long value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(UserId other) => Value.CompareTo(other.Value);

    /// <summary>The number in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
