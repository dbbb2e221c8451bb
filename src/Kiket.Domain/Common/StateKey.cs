using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>Key of a state, as its workflow spells it. Definitions find states by key, case-insensitive.</summary>
/// <param name="Value">The text: a letter, a digit or _, then those, - and dots; at most 64 characters.</param>
[JsonConverter(typeof(TypedConverter<StateKey, string>))]
public readonly record struct StateKey(string Value) : ITyped<StateKey, string>, IComparable<StateKey>
{
    static StateKey ITyped<StateKey, string>.Of(string value) => new(value);

    /// <inheritdoc/>
    public int CompareTo(StateKey other) => string.CompareOrdinal(Value, other.Value);

    /// <summary>The text.</summary>
    public override string ToString() => Value;
}
