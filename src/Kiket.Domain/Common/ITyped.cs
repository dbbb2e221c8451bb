using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiket.Domain.Common;

/// <summary>A plain value with a type of its own, so that it cannot be passed where another kind is expected.</summary>
/// <typeparam name="TSelf">The type.</typeparam>
/// <typeparam name="TValue">What it is in the database and in JSON.</typeparam>
internal interface ITyped<TSelf, TValue>
    where TSelf : struct, ITyped<TSelf, TValue>
{
    /// <summary>The plain value.</summary>
    TValue Value { get; }

    /// <summary>Gives a plain value its type.</summary>
    /// <param name="value">The plain value.</param>
    static abstract TSelf Of(TValue value);
}

/// <summary>Writes a typed value as its plain value.</summary>
internal sealed class TypedConverter<T, TValue> : JsonConverter<T>
    where T : struct, ITyped<T, TValue>
{
    public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Of(Plain(options).Read(ref reader, typeof(TValue), options)!);

    public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        Plain(options).Write(writer, value.Value, options);

    public override T ReadAsPropertyName(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
        T.Of(Plain(options).ReadAsPropertyName(ref reader, typeof(TValue), options)!);

    public override void WriteAsPropertyName(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
        Plain(options).WriteAsPropertyName(writer, value.Value!, options);

    private static JsonConverter<TValue> Plain(JsonSerializerOptions options) =>
        (JsonConverter<TValue>)options.GetConverter(typeof(TValue));
}
