using System.Globalization;
using System.Text.Encodings.Web;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;

namespace Kiket.Api.Http;

/// <summary>How JSON looks on the wire (contract, section 1).</summary>
internal static class JsonSetup
{
    public static void Configure(JsonSerializerOptions options)
    {
        // DictionaryKeyPolicy stays unset: the keys of custom fields and settings are the users' own.
        options.PropertyNamingPolicy = JsonNamingPolicy.SnakeCaseLower;
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.AllowReadingFromString; // the CLI sends numbers as text
        options.Encoder = JavaScriptEncoder.UnsafeRelaxedJsonEscaping; // always served as JSON, never inside HTML
        options.Converters.Add(new JsonStringEnumConverter(JsonNamingPolicy.SnakeCaseLower, allowIntegerValues: false));
        options.Converters.Add(new InstantConverter());
        options.Converters.Add(new DecimalConverter());
        options.Converters.Add(new ProjectRefConverter());
        options.Converters.Add(new OptionalConverterFactory());
        options.Converters.Add(new EnvelopeConverterFactory());
    }

    /// <summary>Instants as <c>2025-12-01T10:00:00.000Z</c>: three digits, because some clients read only three or six.</summary>
    private sealed class InstantConverter : JsonConverter<DateTimeOffset>
    {
        public override DateTimeOffset Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            Iso8601.TryParse(reader.GetString(), out var instant) ? instant : throw new JsonException("This is not an ISO 8601 time.");

        public override void Write(Utf8JsonWriter writer, DateTimeOffset value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.UtcDateTime.ToString("yyyy-MM-dd'T'HH:mm:ss.fff'Z'", CultureInfo.InvariantCulture));
    }

    /// <summary>Decimals without zeros at the end: some databases give 12.5 back as 12.50, and an answer does not depend on that.</summary>
    private sealed class DecimalConverter : JsonConverter<decimal>
    {
        public override decimal Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) => reader.TokenType switch
        {
            JsonTokenType.Number when reader.TryGetDecimal(out var number) => number,
            JsonTokenType.String when decimal.TryParse(reader.GetString(), NumberStyles.Float, CultureInfo.InvariantCulture, out var text) => text,
            _ => throw new JsonException("This is not a decimal number."),
        };

        public override void Write(Utf8JsonWriter writer, decimal value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value / 1.0000000000000000000000000000m); // dividing by one with 28 zeros drops what can be dropped
    }

    /// <summary>A project by id or key, as a number or a text.</summary>
    private sealed class ProjectRefConverter : JsonConverter<ProjectRef>
    {
        public override ProjectRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text = reader.TokenType is JsonTokenType.Number ? reader.GetInt64().ToString(CultureInfo.InvariantCulture) : reader.GetString();
            return ProjectRef.TryParse(text, out var project) ? project : throw new JsonException("This is no project.");
        }

        public override void Write(Utf8JsonWriter writer, ProjectRef value, JsonSerializerOptions options) => writer.WriteStringValue(value.ToString());
    }

    private sealed class OptionalConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(OptionalConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;
    }

    private sealed class OptionalConverter<T> : JsonConverter<Optional<T>>
    {
        public override bool HandleNull => true;

        public override Optional<T> Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            if (reader.TokenType is JsonTokenType.Null && default(T) is not null)
                throw new JsonException("This field cannot be null.");
            try
            {
                return JsonSerializer.Deserialize<T>(ref reader, options)!;
            }
            catch (JsonException fault)
            {
                // Its path begins at this value; thrown anew without one, it gets the path from the body's root.
                throw new JsonException(fault.Message, fault.InnerException);
            }
        }

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
