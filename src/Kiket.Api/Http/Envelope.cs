using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Api.Http;

/// <summary>A body that clients send wrapped, <c>{"issue": {…}}</c>, or bare (contract, section 1).</summary>
/// <param name="name">Name of the wrapper; also the first part of the fields' paths in errors.</param>
/// <param name="beside">Members that may also stand beside the wrapper.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class EnvelopeAttribute(string name, params string[] beside) : Attribute
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Beside { get; } = beside;
}

/// <summary>A refusal that is found while the body is read.</summary>
internal sealed class BodyException(Error error) : JsonException(error.Message)
{
    public Error Error { get; } = error;
}

internal sealed class EnvelopeConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsDefined(typeof(EnvelopeAttribute), inherit: false);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(EnvelopeConverter<>).MakeGenericType(typeToConvert), options)!;

    /// <summary>Unwraps a body and refuses unknown members by name, instead of losing what the caller meant.</summary>
    private sealed class EnvelopeConverter<T> : JsonConverter<T>
    {
        private const int MaxNumberLength = 400; // every number that a double can hold fits

        private readonly EnvelopeAttribute envelope = (EnvelopeAttribute)Attribute.GetCustomAttribute(typeof(T), typeof(EnvelopeAttribute))!;
        private readonly JsonSerializerOptions plain;
        private readonly HashSet<string> known;

        public EnvelopeConverter(JsonSerializerOptions options)
        {
            plain = new JsonSerializerOptions(options);
            plain.Converters.Remove(plain.Converters.OfType<EnvelopeConverterFactory>().Single());
            known = [.. plain.GetTypeInfo(typeof(T)).Properties.Select(p => p.Name)];
        }

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
                throw new BodyException(new(ErrorKind.BadRequest, ErrorCodes.InvalidJson, "The body is a JSON object."));
            RefuseUnstorable(root, "");

            var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            if (root.TryGetProperty(envelope.Name, out var inner) && inner.ValueKind is JsonValueKind.Object)
            {
                Add(members, root, name => name == envelope.Name || envelope.Beside.Contains(name), "", except: envelope.Name);
                Add(members, inner, known.Contains, envelope.Name + ".", except: null);
            }
            else
            {
                Add(members, root, known.Contains, "", except: null);
            }

            try
            {
                return JsonSerializer.SerializeToElement(members).Deserialize<T>(plain)!;
            }
            catch (JsonException)
            {
                throw new BodyException(Error.Validation([.. members.Select(FaultOf).OfType<ErrorDetail>()]));
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) => JsonSerializer.Serialize(writer, value, plain);

        /// <summary>What is wrong with one member alone; the serializer itself names only the first fault, and not always its place.</summary>
        private ErrorDetail? FaultOf(KeyValuePair<string, JsonElement> member)
        {
            try
            {
                JsonSerializer.SerializeToElement(new Dictionary<string, JsonElement> { [member.Key] = member.Value }).Deserialize<T>(plain);
                return null;
            }
            catch (JsonException fault)
            {
                var field = $"{envelope.Name}.{member.Key}";
                var isOurs = fault.Message.StartsWith("This ", StringComparison.Ordinal);
                return new(field, isOurs ? $"{field}: {fault.Message.Split(" Path: ")[0]}" : $"{field} has a value of the wrong type.");
            }
        }

        private static void Add(Dictionary<string, JsonElement> members, JsonElement from, Func<string, bool> isKnown, string path, string? except)
        {
            foreach (var member in from.EnumerateObject())
            {
                if (!isKnown(member.Name))
                    throw new BodyException(Error.InvalidParameter(path + member.Name, $"{path}{member.Name} is not a field of this request."));
                if (member.Name != except)
                    members[member.Name] = member.Value;
            }
        }

        /// <summary>No database stores U+0000 in text; half a surrogate pair is no character; and PostgreSQL keeps no number beyond all measure.</summary>
        private static void RefuseUnstorable(JsonElement element, string path)
        {
            switch (element.ValueKind)
            {
                case JsonValueKind.Object:
                    foreach (var member in element.EnumerateObject())
                    {
                        RefuseUnstorable(member.Name, path);
                        RefuseUnstorable(member.Value, path.Length == 0 ? member.Name : $"{path}.{member.Name}");
                    }

                    break;
                case JsonValueKind.Array:
                    foreach (var item in element.EnumerateArray())
                        RefuseUnstorable(item, path);
                    break;
                case JsonValueKind.Number when !IsStorable(element):
                    throw new BodyException(Error.InvalidParameter(path, $"{path} holds a number that is too large, too small or too long."));
                case JsonValueKind.String:
                    try
                    {
                        RefuseUnstorable(element.GetString()!, path);
                    }
                    catch (InvalidOperationException)
                    {
                        throw new BodyException(Error.InvalidParameter(path, $"{path} holds half a surrogate pair."));
                    }

                    break;
            }
        }

        private static bool IsStorable(JsonElement number)
        {
            var digits = number.GetRawText();
            var value = number.GetDouble();
            return digits.Length <= MaxNumberLength && double.IsFinite(value)
                && (value != 0 || digits.Split('e', 'E')[0].All(c => c is '-' or '0' or '.'));
        }

        private static void RefuseUnstorable(string text, string path)
        {
            if (text.Contains('\0'))
                throw new BodyException(Error.InvalidParameter(path, $"{path} holds the character U+0000."));
        }
    }
}
