using System.Globalization;
using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;

namespace Kiket.Domain.Issues;

/// <summary>How the values of a field are read and shown.</summary>
/// <typeparam name="T">What the field holds.</typeparam>
/// <param name="Fact">A value as conditions see it.</param>
/// <param name="Read">A value from JSON; not set when it is none.</param>
internal sealed record FieldType<T>(Func<T, FieldValue> Fact, Func<JsonElement, Optional<T>> Read)
{
    /// <summary>A value as the history and events show it.</summary>
    public Func<T, object?> Shown { get; init; } = value => value;

    /// <summary>Whether two values are the same.</summary>
    public Func<T, T, bool> AreSame { get; init; } = EqualityComparer<T>.Default.Equals;

    /// <summary>A value as it is kept.</summary>
    public Func<T, T> Clean { get; init; } = value => value;

    /// <summary>Whether it holds several texts.</summary>
    public bool IsList { get; init; }
}

/// <summary>The types of fields.</summary>
internal static class FieldTypes
{
    /// <summary>Texts.</summary>
    public static FieldType<string?> Text { get; } = new(FieldValue.Of, json => new(Scalar(json)));

    /// <summary>Ids of other things.</summary>
    public static FieldType<long?> Id { get; } =
        new(
            id => FieldValue.Of((decimal?)id),
            json => Parsed<long>(json, text => WireId.TryParse(text, out long id) ? id : null)
        );

    /// <summary>Ids that have a type.</summary>
    public static FieldType<TId?> TypedId<TId>()
        where TId : struct, ITyped<TId, long> =>
        new(
            id => FieldValue.Of((decimal?)id?.Value),
            json => Parsed<TId>(json, text => WireId.TryParse(text, out TId id) ? id : null)
        );

    /// <summary>Amounts with decimals.</summary>
    public static FieldType<decimal?> Amount { get; } =
        new(
            FieldValue.Of,
            json =>
                Parsed<decimal>(
                    json,
                    text =>
                        decimal.TryParse(text, NumberStyles.Number, CultureInfo.InvariantCulture, out var amount) ? amount : null
                )
        );

    /// <summary>Days.</summary>
    public static FieldType<DateOnly?> Day { get; } =
        new(
            FieldValue.Of,
            json =>
                Parsed<DateOnly>(
                    json,
                    text =>
                        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day)
                            ? day
                            : null
                )
        );

    /// <summary>Priorities.</summary>
    public static FieldType<IssuePriority> Priority { get; } =
        new(
            priority => FieldValue.Of(WireName.Of(priority)),
            json => WireName.TryParse(Scalar(json), out IssuePriority priority) ? new(priority) : default
        )
        {
            Shown = priority => WireName.Of(priority),
        };

    /// <summary>Several texts, each once.</summary>
    public static FieldType<IReadOnlyList<string>?> Labels { get; } =
        new(labels => FieldValue.Of(labels ?? []), json => new([.. Texts(json)]))
        {
            AreSame = (one, other) => (one ?? []).SequenceEqual(other ?? [], StringComparer.Ordinal),
            Clean = labels => [.. (labels ?? []).Distinct(StringComparer.Ordinal)],
            IsList = true,
        };

    /// <summary>A plain JSON value as a text; null for every other.</summary>
    /// <param name="value">The value.</param>
    public static string? Scalar(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.String => value.GetString(),
            JsonValueKind.Number => value.GetRawText(),
            JsonValueKind.True => "true",
            JsonValueKind.False => "false",
            _ => null,
        };

    /// <summary>The texts of a list, or of a value as a list of one; those that show nothing are left out.</summary>
    /// <param name="value">The value.</param>
    public static IEnumerable<string> Texts(JsonElement value) =>
        (value.ValueKind is JsonValueKind.Array ? value.EnumerateArray().Select(Scalar) : [Scalar(value)])
            .Where(text => !string.IsNullOrWhiteSpace(text))
            .Select(text => text!.Trim());

    /// <summary>Null removes the value; a text that is not valid for the type is not set.</summary>
    private static Optional<T?> Parsed<T>(JsonElement json, Func<string, T?> parse)
        where T : struct =>
        Scalar(json) is not { } text ? new(null)
        : parse(text) is { } value ? new(value)
        : default;
}
