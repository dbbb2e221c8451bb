namespace Kiket.Domain.Common;

/// <summary>A field of a partial change: left alone, or set (perhaps to null).</summary>
/// <typeparam name="T">The field's type.</typeparam>
/// <param name="Value">The new value; meaningless while <see cref="IsSet"/> is false.</param>
public readonly record struct Optional<T>(T Value)
{
    /// <summary>Whether the change sets this field. The default value of the type leaves it alone.</summary>
    public bool IsSet { get; } = true;

    /// <summary>The new value if the change sets one, else the given one.</summary>
    /// <param name="current">What the field holds now.</param>
    public T Or(T current) => IsSet ? Value : current;

    /// <summary>The same change with another value, if it sets one.</summary>
    /// <typeparam name="TOther">The type of the other value.</typeparam>
    /// <param name="change">Makes the other value.</param>
    public Optional<TOther> Map<TOther>(Func<T, TOther> change)
    {
        ArgumentNullException.ThrowIfNull(change);
        return IsSet ? new(change(Value)) : default;
    }

    /// <summary>Sets the field.</summary>
    /// <param name="value">The new value.</param>
    public static implicit operator Optional<T>(T value) => new(value);
}
