using System.Globalization;
using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>Database id of an organization.</summary>
/// <param name="Value">The number: positive; 0 before the first save.</param>
[JsonConverter(typeof(TypedConverter<OrganizationId, long>))]
public readonly record struct OrganizationId(long Value) : ITyped<OrganizationId, long>, IComparable<OrganizationId>
{
    static OrganizationId ITyped<OrganizationId, long>.Of(long value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(OrganizationId other) => Value.CompareTo(other.Value);

    /// <summary>The number in decimal digits.</summary>
    public override string ToString() => Value.ToString(CultureInfo.InvariantCulture);
}
