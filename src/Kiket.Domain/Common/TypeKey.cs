using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>Key of a type of issues, as its project spells it. Schemas find types by key, case-insensitive.</summary>
/// <param name="Value">The text: a letter, then letters, digits and underscores.</param>
[JsonConverter(typeof(TypedConverter<TypeKey, string>))]
public readonly record struct TypeKey(string Value) : ITyped<TypeKey, string>, IComparable<TypeKey>
{
    static TypeKey ITyped<TypeKey, string>.Of(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(TypeKey other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>The text.</summary>
    public override string ToString() => Value;
}
