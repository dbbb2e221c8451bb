using System.Text.Json;
using System.Text.Json.Serialization;
using System.Text.Json.Serialization.Metadata;
using Kiket.Domain.Common;

namespace Kiket.Api.Http;

/// <summary>A body that clients send wrapped, <c>{"issue": {…}}</c>, or bare (contract, section 1).</summary>
/// <param name="name">Name of the wrapper; also the first part of the fields' paths in errors.</param>
/// <param name="beside">Members that are also allowed beside the wrapper.</param>
[AttributeUsage(AttributeTargets.Class)]
internal sealed class EnvelopeAttribute(string name, params string[] beside) : Attribute
{
    public string Name { get; } = name;

    public IReadOnlyList<string> Beside { get; } = beside;
}

/// <summary>An alias of a member. At most one of the names may have a value, unless the values are equal.</summary>
/// <param name="name">The usual name, as it is on the wire.</param>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class AliasOfAttribute(string name) : Attribute
{
    public string Name { get; } = name;
}

/// <summary>A member that cannot be empty: null means the same as omitting it.</summary>
[AttributeUsage(AttributeTargets.Property)]
internal sealed class NullIsAbsentAttribute : Attribute;

/// <summary>An error found while the body is read.</summary>
internal sealed class BodyException(Error error) : JsonException(error.Message)
{
    public Error Error { get; } = error;
}

internal sealed class EnvelopeConverterFactory : JsonConverterFactory
{
    public override bool CanConvert(Type typeToConvert) => typeToConvert.IsDefined(typeof(EnvelopeAttribute), inherit: false);

    public override JsonConverter CreateConverter(Type typeToConvert, JsonSerializerOptions options) =>
        (JsonConverter)Activator.CreateInstance(typeof(EnvelopeConverter<>).MakeGenericType(typeToConvert), options)!;

    /// <summary>Unwraps a body and rejects unknown members by name, instead of losing the caller's intent.</summary>
    private sealed class EnvelopeConverter<T> : JsonConverter<T>
    {
        private readonly EnvelopeAttribute envelope = (EnvelopeAttribute)
            Attribute.GetCustomAttribute(typeof(T), typeof(EnvelopeAttribute))!;
        private readonly JsonSerializerOptions plain;
        private readonly Dictionary<string, JsonPropertyInfo> fields;
        private readonly List<string[]> synonyms;

        public EnvelopeConverter(JsonSerializerOptions options)
        {
            plain = new JsonSerializerOptions(options);
            plain.Converters.Remove(plain.Converters.OfType<EnvelopeConverterFactory>().Single());
            fields = plain.GetTypeInfo(typeof(T)).Properties.ToDictionary(p => p.Name);
            synonyms =
            [
                .. fields
                    .Values.Select(f => (f.Name, Usual: AttributeOf<AliasOfAttribute>(f)?.Name))
                    .Where(f => f.Usual is not null)
                    .GroupBy(f => f.Usual!, f => f.Name)
                    .Select(aliases => (string[])[aliases.Key, .. aliases]),
            ];
        }

        public override T Read(ref Utf8JsonReader reader, Type typeToConvert, JsonSerializerOptions options)
        {
            using var document = JsonDocument.ParseValue(ref reader);
            var root = document.RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
                throw new BodyException(
                    new(ErrorKind.BadRequest, ServerErrorCodes.InvalidJson, "The body must be a JSON object.")
                );
            StorableJson.Check(root);

            var members = Unwrap(root);
            try
            {
                return JsonSerializer.SerializeToElement(members).Deserialize<T>(plain)!;
            }
            catch (JsonException)
            {
                // The serializer itself reports only the first error, and not always its place.
                var missing = fields
                    .Values.Where(f => f.IsRequired && !members.ContainsKey(f.Name))
                    .Select(f => new ErrorDetail($"{envelope.Name}.{f.Name}", $"{envelope.Name}.{f.Name} is missing."));
                throw new BodyException(
                    Error.Validation([.. missing, .. members.Select(m => Validate(m.Key, m.Value)).OfType<ErrorDetail>()])
                );
            }
        }

        public override void Write(Utf8JsonWriter writer, T value, JsonSerializerOptions options) =>
            JsonSerializer.Serialize(writer, value, plain);

        private Dictionary<string, JsonElement> Unwrap(JsonElement root)
        {
            var members = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
            if (root.TryGetProperty(envelope.Name, out var inner) && inner.ValueKind is JsonValueKind.Object)
            {
                Add(members, root, name => name == envelope.Name || envelope.Beside.Contains(name), "", except: envelope.Name);
                Add(members, inner, fields.ContainsKey, envelope.Name + ".", except: null);
            }
            else if (inner.ValueKind is not JsonValueKind.Undefined && !fields.ContainsKey(envelope.Name))
            {
                throw new BodyException(Error.Validation(envelope.Name, $"{envelope.Name} must be an object."));
            }
            else
            {
                Add(members, root, fields.ContainsKey, "", except: null);
            }

            foreach (var names in synonyms)
                Reconcile(members, names);
            foreach (var (name, _) in members.Where(m => m.Value.ValueKind is JsonValueKind.Null && SaysNothing(fields[m.Key])))
                members.Remove(name);
            return members;
        }

        private static void Add(
            Dictionary<string, JsonElement> members,
            JsonElement from,
            Func<string, bool> isKnown,
            string path,
            string? except
        )
        {
            foreach (var member in from.EnumerateObject())
            {
                if (!isKnown(member.Name))
                    throw new BodyException(
                        Error.InvalidParameter(path + member.Name, $"{path}{member.Name} is not a field of this request.")
                    );
                if (member.Name == except)
                    continue;
                if (members.TryGetValue(member.Name, out var beside) && beside.ValueKind is not JsonValueKind.Null)
                    AddAgain(members, member, beside, path);
                else
                    members[member.Name] = member.Value;
            }
        }

        /// <summary>
        /// A member that is also beside the wrapper: a null in one place does not hide the value in the other.
        /// </summary>
        private static void AddAgain(
            Dictionary<string, JsonElement> members,
            JsonProperty member,
            JsonElement beside,
            string path
        )
        {
            if (member.Value.ValueKind is JsonValueKind.Null)
                return;
            if (!IsSame(member.Value, beside))
                throw Contradiction(path + member.Name, $"the {member.Name} beside it");
            members[member.Name] = member.Value;
        }

        /// <summary>Keeps the value of one of the names; a null under another name does not hide it.</summary>
        private static void Reconcile(Dictionary<string, JsonElement> members, string[] names)
        {
            var given = names
                .Where(name => members.TryGetValue(name, out var value) && value.ValueKind is not JsonValueKind.Null)
                .ToList();
            if (given.Find(name => !IsSame(members[name], members[given[0]])) is { } other)
                throw Contradiction(other, given[0]);
            if (given.Count == 0)
                return;
            foreach (var name in names.Except(given))
                members.Remove(name);
        }

        /// <summary>Clients send ids as numbers or strings, and keys in either case.</summary>
        private static bool IsSame(JsonElement a, JsonElement b) =>
            string.Equals(a.ToString(), b.ToString(), StringComparison.OrdinalIgnoreCase);

        private static BodyException Contradiction(string name, string other) =>
            new(Error.InvalidParameter(name, $"{name} and {other} have different values; specify only one of them."));

        private static bool SaysNothing(JsonPropertyInfo field)
        {
            if (AttributeOf<NullIsAbsentAttribute>(field) is not null)
                return true;
            var type =
                field.PropertyType is { IsGenericType: true } optional
                && optional.GetGenericTypeDefinition() == typeof(Optional<>)
                    ? optional.GetGenericArguments()[0]
                    : field.PropertyType;
            return !field.IsRequired
                && type.IsValueType
                && Nullable.GetUnderlyingType(type) is null
                && type != typeof(JsonElement);
        }

        private static TAttribute? AttributeOf<TAttribute>(JsonPropertyInfo field)
            where TAttribute : Attribute =>
            field.AttributeProvider?.GetCustomAttributes(typeof(TAttribute), true).OfType<TAttribute>().FirstOrDefault();

        private ErrorDetail? Validate(string name, JsonElement value)
        {
            var (field, type) = ($"{envelope.Name}.{name}", fields[name].PropertyType);
            try
            {
                value.Deserialize(type, plain);
                return null;
            }
            catch (JsonException) when (EnumOf(type) is { } closed)
            {
                return new(field, $"{field} must be one of {string.Join(", ", Enum.GetNames(closed).Select(WireName.Snake))}.");
            }
            catch (JsonException error)
            {
                var isOurs = error.Message.StartsWith("This ", StringComparison.Ordinal);
                return new(
                    field,
                    isOurs ? $"{field}: {error.Message.Split(" Path: ")[0]}" : $"{field} has a value of the wrong type."
                );
            }
        }

        private static Type? EnumOf(Type type)
        {
            if (type.IsGenericType && type.GetGenericTypeDefinition() == typeof(Optional<>))
                type = type.GetGenericArguments()[0];
            type = Nullable.GetUnderlyingType(type) ?? type;
            return type.IsEnum ? type : null;
        }
    }
}
