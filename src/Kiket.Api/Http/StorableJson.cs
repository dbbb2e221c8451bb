using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Api.Http;

/// <summary>
/// Rejects JSON that is well formed but cannot be stored and read back: U+0000 and halves of surrogate pairs, numbers beyond
/// every type, repeated members, and nesting that is too deep for a response.
/// </summary>
internal static class StorableJson
{
    /// <summary>Half of what the serializer writes; lists and events put the same values deeper.</summary>
    private const int MaxDepth = 32;

    private const int MaxNumberLength = 400; // every number that a double can hold fits

    /// <exception cref="BodyException">The path of the first error.</exception>
    public static void Check(JsonElement root) => Check(root, "", MaxDepth);

    private static void Check(JsonElement element, string path, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object or JsonValueKind.Array when depth == 0:
                throw Invalid(path, $"is nested deeper than {MaxDepth} levels");

            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var member in element.EnumerateObject())
                {
                    var name = Text(() => member.Name, path);
                    var inner = path.Length == 0 ? name : $"{path}.{name}";
                    if (!names.Add(name))
                        throw Invalid(inner, "is given twice");
                    Check(member.Value, inner, depth - 1);
                }

                break;

            case JsonValueKind.Array:
                foreach (var item in element.EnumerateArray())
                    Check(item, path, depth - 1);
                break;

            case JsonValueKind.String:
                Text(() => element.GetString()!, path);
                break;

            case JsonValueKind.Number when !IsStorable(element):
                throw Invalid(path, "contains a number that is too large, too small or too long");
        }
    }

    /// <summary>
    /// PostgreSQL's jsonb rejects numbers beyond its own range; all three databases can store a double.
    /// </summary>
    private static bool IsStorable(JsonElement number)
    {
        var digits = number.GetRawText();
        var value = number.GetDouble();
        return digits.Length <= MaxNumberLength
            && double.IsFinite(value)
            && (value != 0 || digits.Split('e', 'E')[0].All(c => c is '-' or '0' or '.'));
    }

    private static string Text(Func<string> read, string path)
    {
        try
        {
            var text = read();
            return text.Contains('\0') ? throw Invalid(path, "contains the character U+0000") : text;
        }
        catch (InvalidOperationException)
        {
            throw Invalid(path, "contains text that is not valid Unicode");
        }
    }

    private static BodyException Invalid(string path, string what) =>
        path.Length == 0
            ? new(Error.InvalidParameter("body", $"The body {what}."))
            : new(Error.InvalidParameter(path, $"{path} {what}."));
}
