using System.Diagnostics.CodeAnalysis;

namespace Kiket.Domain.Common;

/// <summary>The outcome of a decision: success, or a refusal that changed nothing.</summary>
public readonly struct Result : IEquatable<Result>
{
    private Result(Error error)
    {
        ArgumentNullException.ThrowIfNull(error);
        Error = error;
    }

    /// <summary>The decision was carried out.</summary>
    public static Result Success => default;

    /// <summary>Why it was refused, or null.</summary>
    public Error? Error { get; }

    /// <summary>Whether it was refused.</summary>
    [MemberNotNullWhen(true, nameof(Error))]
    public bool IsRefused => Error is not null;

    /// <summary>A refusal.</summary>
    /// <param name="error">Why.</param>
    public static implicit operator Result(Error error) => new(error);

    /// <summary>A refusal.</summary>
    /// <param name="error">Why.</param>
    public static Result FromError(Error error) => new(error);

    /// <inheritdoc/>
    public bool Equals(Result other) => Equals(Error, other.Error);

    /// <inheritdoc/>
    public override bool Equals(object? obj) => obj is Result other && Equals(other);

    /// <inheritdoc/>
    public override int GetHashCode() => Error?.GetHashCode() ?? 0;

    /// <summary>Whether both are the same outcome.</summary>
    public static bool operator ==(Result left, Result right) => left.Equals(right);

    /// <summary>Whether the outcomes differ.</summary>
    public static bool operator !=(Result left, Result right) => !left.Equals(right);
}

/// <summary>A value, or the error that replaces it.</summary>
/// <typeparam name="T">The type of the value.</typeparam>
public sealed class Result<T>
{
    private readonly T? value;

    private Result(T? value, Error? error)
    {
        this.value = value;
        Error = error;
    }

    /// <summary>Why it was refused, or null.</summary>
    public Error? Error { get; }

    /// <summary>Whether it was refused.</summary>
    [MemberNotNullWhen(true, nameof(Error))]
    public bool IsRefused => Error is not null;

    /// <summary>The value of a success.</summary>
    /// <exception cref="InvalidOperationException">This is a refusal.</exception>
    public T Value =>
        IsRefused ? throw new InvalidOperationException($"The result is an error and has no value: {Error.Message}") : value!;

    /// <summary>A success.</summary>
    /// <param name="value">What it carries.</param>
    public static implicit operator Result<T>(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    /// <param name="error">Why.</param>
    public static implicit operator Result<T>(Error error) => FromError(error);

    /// <summary>A success.</summary>
    /// <param name="value">What it carries.</param>
    public static Result<T> From(T value) => new(value, null);

    /// <summary>A refusal.</summary>
    /// <param name="error">Why.</param>
    public static Result<T> FromError(Error error)
    {
        ArgumentNullException.ThrowIfNull(error);
        return new(default, error);
    }
}
