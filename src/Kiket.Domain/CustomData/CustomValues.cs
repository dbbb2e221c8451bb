using System.Globalization;
using System.Text;
using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Domain.CustomData;

/// <summary>Validates values against columns and normalizes them.</summary>
internal static class CustomValues
{
    /// <summary>Represents an empty column in an index; sorts after every value.</summary>
    public const string Missing = "~";

    private const int Digits = 29;

    /// <summary>Follows a text that ends with a space: SQL Server ignores spaces at the end when it compares.</summary>
    private const char End = '\u007F';

    /// <summary>Normalizes a record.</summary>
    /// <param name="table">Its table.</param>
    /// <param name="given">The given values.</param>
    /// <param name="before">The previous values, or null for a new record.</param>
    /// <param name="now">What <c>now()</c> stands for.</param>
    /// <returns>Every column, or <c>VALIDATION_ERROR</c> with every error, by <c>record.column</c>.</returns>
    public static Result<IReadOnlyDictionary<string, JsonElement>> Fit(
        CustomTable table,
        IReadOnlyDictionary<string, JsonElement> given,
        IReadOnlyDictionary<string, JsonElement>? before,
        DateTimeOffset now
    )
    {
        ArgumentNullException.ThrowIfNull(table);
        ArgumentNullException.ThrowIfNull(given);
        List<ErrorDetail> errors =
        [
            .. given
                .Keys.Where(k => table.Find(k) is null)
                .Select(k => new ErrorDetail($"record.{k}", $"Table {table.Name} has no writable column {k}.")),
        ];
        var data = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        foreach (var column in table.Columns)
        {
            var value =
                given.TryGetValue(column.Name, out var set) ? set
                : before is not null && before.TryGetValue(column.Name, out var held) ? held
                : column.DefaultsToNow ? JsonValues.Of(Instant(now))
                : column.Default ?? Null;
            if (value.ValueKind is JsonValueKind.Null)
            {
                if (!column.Nullable)
                    errors.Add(new($"record.{column.Name}", $"{column.Name} must have a value."));
                data[column.Name] = Null;
            }
            else if (Read(column, value) is { } fitting)
            {
                data[column.Name] = fitting;
            }
            else
            {
                errors.Add(new($"record.{column.Name}", $"{column.Name} must be {Describe(column)}."));
            }
        }

        if (errors.Count == 0 && JsonValues.SizeOf(data) > CustomRecord.MaxSize)
            errors.Add(new("record", $"A record can have at most {CustomRecord.MaxSize} bytes of JSON."));
        return errors.Count > 0 ? Error.Validation(errors) : Result<IReadOnlyDictionary<string, JsonElement>>.From(data);
    }

    /// <summary>A value in the form that is kept, or null when it does not fit.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">The value, not a null.</param>
    public static JsonElement? Read(CustomColumn column, JsonElement value)
    {
        ArgumentNullException.ThrowIfNull(column);
        var text = value.ValueKind is JsonValueKind.String ? value.GetString() : null;
        switch (column.Type)
        {
            case CustomColumnType.Json:
                return UnicodeText.Clean(value);
            case CustomColumnType.Boolean:
                return value.ValueKind is JsonValueKind.True or JsonValueKind.False ? value : null;
            case CustomColumnType.String or CustomColumnType.Text:
                var kept = UnicodeText.Clean(value);
                return
                    text is not null
                    && !text.Contains('\0', StringComparison.Ordinal)
                    && (column.Length is not { } most || UnicodeText.Length(kept.GetString()!) <= most)
                    ? kept
                    : null;
            case CustomColumnType.Timestamp:
                return
                    text is { Length: >= 10 }
                    && char.IsAsciiDigit(text[3])
                    && text[4] == '-'
                    && DateTimeOffset.TryParse(
                        text,
                        CultureInfo.InvariantCulture,
                        DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                        out var instant
                    )
                    ? JsonValues.Of(Instant(instant))
                    : null;
            case CustomColumnType.Date:
                return DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _)
                    ? value
                    : null;
            default:
                return Number(value) is { } number && Holds(column, number) ? JsonValues.Of(Shorten(number)) : null;
        }
    }

    /// <summary>A value in a form that sorts and compares as text, byte by byte.</summary>
    /// <param name="column">The column.</param>
    /// <param name="value">A value that fits the column; null for an empty one.</param>
    public static string Sortable(CustomColumn column, JsonElement? value) =>
        value is { } held ? "=" + Ended(Unique(column, held)) : Missing;

    /// <summary>What a record holds in a column, in the form that sorts.</summary>
    /// <param name="data">The record's columns.</param>
    /// <param name="column">The column.</param>
    public static string SortableOf(IReadOnlyDictionary<string, JsonElement> data, CustomColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return Sortable(column, Held(data, column.Name));
    }

    internal static JsonElement? Held(IReadOnlyDictionary<string, JsonElement> data, string column) =>
        data.TryGetValue(column, out var held) && held.ValueKind is not JsonValueKind.Null ? held : null;

    internal static string Unique(CustomColumn column, JsonElement value) =>
        column.Type switch
        {
            CustomColumnType.Bigint or CustomColumnType.Integer or CustomColumnType.Decimal => SortableNumber(value.GetDecimal()),
            CustomColumnType.Boolean => value.ValueKind is JsonValueKind.True ? "1" : "0",
            CustomColumnType.Json => value.GetRawText(),
            _ => value.GetString()!,
        };

    internal static string Hash(CustomRecord record, IReadOnlyList<string> columns, IReadOnlyList<string> parts)
    {
        // Each part with its length before it, so that no two sets of parts run together into one text.
        var text = new StringBuilder().Append(
            CultureInfo.InvariantCulture,
            $"{record.ModuleId}:{record.ProjectId}:{record.Table}"
        );
        foreach (var part in columns.Concat(parts))
            text.Append(CultureInfo.InvariantCulture, $":{part.Length}:{part}");
        return TextDigest.Of(text.ToString());
    }

    /// <summary>A description of the values of a column.</summary>
    /// <param name="column">The column.</param>
    public static string Describe(CustomColumn column)
    {
        ArgumentNullException.ThrowIfNull(column);
        return column.Type switch
        {
            CustomColumnType.Bigint => "a 64-bit integer",
            CustomColumnType.Integer => "a 32-bit integer",
            CustomColumnType.Decimal => column is { Precision: { } digits, Scale: { } scale }
                ? string.Create(
                    CultureInfo.InvariantCulture,
                    $"a number with at most {digits} digits, {scale} of them after the decimal point"
                )
                : "a number with at most 28 digits",
            CustomColumnType.Boolean => "true or false",
            CustomColumnType.Timestamp => "an ISO 8601 time",
            CustomColumnType.Date => "a date in the form YYYY-MM-DD",
            CustomColumnType.Json => "any JSON",
            _ => column.Length is { } most
                ? string.Create(CultureInfo.InvariantCulture, $"text of at most {most} characters")
                : "text",
        };
    }

    /// <summary>A text that ends with the mark already gets another one, so that no two texts become the same.</summary>
    private static string Ended(string text) => text.EndsWith(' ') || text.EndsWith(End) ? text + End : text;

    private static JsonElement Null { get; } = JsonValues.Of<string?>(null);

    private static string Instant(DateTimeOffset at) =>
        at.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture);

    /// <summary>A number, or a text that is one: SDKs send decimals as texts.</summary>
    private static decimal? Number(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Number when value.TryGetDecimal(out var number) => number,
            JsonValueKind.String
                when decimal.TryParse(
                    value.GetString(),
                    NumberStyles.AllowLeadingSign | NumberStyles.AllowDecimalPoint,
                    CultureInfo.InvariantCulture,
                    out var text
                ) => text,
            _ => null,
        };

    private static bool Holds(CustomColumn column, decimal number) =>
        column.Type switch
        {
            CustomColumnType.Bigint => number == decimal.Truncate(number) && number is >= long.MinValue and <= long.MaxValue,
            CustomColumnType.Integer => number == decimal.Truncate(number) && number is >= int.MinValue and <= int.MaxValue,
            _ => column is not { Precision: { } digits, Scale: { } scale }
                || (
                    Shorten(number).Scale <= scale
                    && decimal.Truncate(decimal.Abs(number)).ToString(CultureInfo.InvariantCulture).TrimStart('0').Length
                        <= digits - scale
                ),
        };

    private static decimal Shorten(decimal number) => number / 1.0000000000000000000000000000m;

    /// <summary>
    /// Digits before the point are filled up; those of a negative number are taken from nine, so that a larger amount sorts
    /// first.
    /// </summary>
    private static string SortableNumber(decimal number)
    {
        var parts = Shorten(decimal.Abs(number)).ToString(CultureInfo.InvariantCulture).Split('.');
        var text = parts[0].PadLeft(Digits, '0') + "." + (parts.Length == 2 ? parts[1] : "");
        return number >= 0
            ? "1" + text
            : "0" + string.Concat(text.Select(c => char.IsAsciiDigit(c) ? (char)('9' - c + '0') : c)) + "~";
    }
}
