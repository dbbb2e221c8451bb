using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;

namespace Kiket.Application.Common;

/// <summary>The JSON format on the wire (contract, section 1), in responses and deliveries.</summary>
internal static class WireJson
{
    /// <summary>Compact, on one line.</summary>
    public static JsonSerializerOptions Options { get; } = Create();

    public static void Configure(JsonSerializerOptions options)
    {
        // DictionaryKeyPolicy stays unset: the keys of custom fields and settings are the users' own.
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // always served as JSON, never inside HTML
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new DecimalConverter());
    }

    private static JsonSerializerOptions Create()
    {
        var options = new JsonSerializerOptions();
        Configure(options);
        options.MakeReadOnly(populateMissingResolver: true);
        return options;
    }

    /// <summary>Instants as <c>2025-12-01T10:00:00.000Z</c>: three digits, because some clients read only three or six.</summary>
    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Iso8601.TryParse(reader.GetString(), out var instant)
                ? instant
                : throw new JsonException("This is not an ISO 8601 time.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    /// <summary>
    /// Decimals without trailing zeros: some databases return 12.5 as 12.50, and responses must not depend on that.
    /// </summary>
    private sealed class DecimalConverter : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.Number when reader.TryGetDecimal(out var number) => number,
                JsonTokenType.String
                    when decimal.TryParse(reader.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var text) =>
                    text,
                _ => throw new JsonException("This is not a decimal number."),
            };

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
            // Dividing by one with 28 decimal zeros removes trailing zeros.
            writer.WriteNumberValue(value / 1.0000000000000000000000000000m);
    }
}
