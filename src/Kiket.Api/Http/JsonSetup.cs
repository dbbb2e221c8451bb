using System.Globalization;
using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Application.Common;
using Kiket.Domain.Common;
using Kiket.Domain.Extensions;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;

namespace Kiket.Api.Http;

/// <summary>How requests are read and responses written (contract, section 1).</summary>
internal static class JsonSetup
{
    public static void Configure(JsonSerializerOptions options)
    {
        WireJson.Configure(options);
        options.PropertyNameCaseInsensitive = false;
        options.NumberHandling = JsonNumberHandling.AllowReadingFromString; // the CLI sends numbers as text
        options.Converters.Insert(0, new EnumConverterFactory());
        options.Converters.Add(new IdConverter());
        options.Converters.Add(new ProjectRefConverter());
        options.Converters.Add(new IssueRefConverter());
        options.Converters.Add(new ExtensionRefConverter());
        options.Converters.Add(new OptionalConverterFactory());
        options.Converters.Add(new EnvelopeConverterFactory());
    }

    /// <summary>An id, as a number or a string of digits.</summary>
    private sealed class IdConverter : JsonConverter<long>
    {
        public override long Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType switch
            {
                JsonTokenType.Number when reader.TryGetInt64(out var number) => number,
                JsonTokenType.String when WireId.TryParse(reader.GetString(), out var id) => id,
                _ => throw new JsonException("This is not an id."),
            };

        public override void Write(Utf8JsonWriter writer, long value, JsonSerializerOptions options) =>
            writer.WriteNumberValue(value);
    }

    /// <summary>A project by id or key, as a number or a string.</summary>
    private sealed class ProjectRefConverter : JsonConverter<ProjectRef>
    {
        public override ProjectRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text =
                reader.TokenType is JsonTokenType.Number
                    ? reader.GetInt64().ToString(CultureInfo.InvariantCulture)
                    : reader.GetString();
            return ProjectRef.TryParse(text, out var project) ? project : throw new JsonException("This is not a project.");
        }

        public override void Write(Utf8JsonWriter writer, ProjectRef value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    /// <summary>An issue by id or key, as a number or a string.</summary>
    private sealed class IssueRefConverter : JsonConverter<IssueRef>
    {
        public override IssueRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text =
                reader.TokenType is JsonTokenType.Number
                    ? reader.GetInt64().ToString(CultureInfo.InvariantCulture)
                    : reader.GetString();
            return IssueRef.TryParse(text, out var issue) ? issue : throw new JsonException("This is not an issue.");
        }

        public override void Write(Utf8JsonWriter writer, IssueRef value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    /// <summary>An extension by the id of an installation or of a manifest, as a number or a string.</summary>
    private sealed class ExtensionRefConverter : JsonConverter<ExtensionRef>
    {
        public override ExtensionRef Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            var text =
                reader.TokenType is JsonTokenType.Number
                    ? reader.GetInt64().ToString(CultureInfo.InvariantCulture)
                    : reader.GetString();
            return ExtensionRef.TryParse(text, out var extension)
                ? extension
                : throw new JsonException("This is not an extension.");
        }

        public override void Write(Utf8JsonWriter writer, ExtensionRef value, JsonSerializerOptions options) =>
            writer.WriteStringValue(value.ToString());
    }

    /// <summary>
    /// Enums are read like those in queries, ignoring case: generated clients write <c>Project_manager</c>.
    /// </summary>
    private sealed class EnumConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) => typeToConvert.IsEnum;

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)Activator.CreateInstance(typeof(EnumConverter<>).MakeGenericType(typeToConvert))!;
    }

    private sealed class EnumConverter<T> : JsonConverter<T>
        where T : struct, Enum
    {
        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options) =>
            reader.TokenType is JsonTokenType.String && WireName.TryParse(reader.GetString(), out T value)
                ? value
                : throw new JsonException($"This is not one of {string.Join(", ", WireName.All<T>())}.");

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            writer.WriteStringValue(WireName.Of(value));
    }

    private sealed class OptionalConverterFactory : JsonConverterFactory
    {
        public override bool CanConvert(Type typeToConvert) =>
            typeToConvert.IsGenericType && typeToConvert.GetGenericTypeDefinition() == typeof(Optional<>);

        public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
            (JsonConverter)
                Activator.CreateInstance(typeof(OptionalConverter<>).MakeGenericType(typeToConvert.GetGenericArguments()))!;
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
            catch (JsonException error)
            {
                // Its path starts at this value; rethrown without one, it gets the path from the body's root.
                throw new JsonException(error.Message, error.InnerException);
            }
        }

        public override void Write(Utf8JsonWriter writer, Optional<T> value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value.Value, options);
    }
}
