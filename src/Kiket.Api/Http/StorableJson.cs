using System.Text.Json;
using Kiket.Domain.Common;

namespace Kiket.Api.Http;

/// <summary>
/// Refuses JSON that is well formed but would be lost or break on its way through a database and back: U+0000 and halves of
/// surrogate pairs, numbers beyond every type, members that are given twice, and nesting so deep that an answer could not hold
/// it again.
/// </summary>
internal static class StorableJson
{
    /// <summary>Half of what the serializer writes; lists and events put the same values deeper.</summary>
    private const int MaxDepth = 32;

    private const int MaxNumberLength = 400; // every number that a double can hold fits

    /// <exception cref="BodyException">The path of the first fault.</exception>
    public static void Check(JsonElement root) => Check(root, "", MaxDepth);

    private static void Check(JsonElement element, string path, int depth)
    {
        switch (element.ValueKind)
        {
            case JsonValueKind.Object or JsonValueKind.Array when depth == 0:
                throw Fault(path, $"is nested deeper than {MaxDepth} levels");

            case JsonValueKind.Object:
                var names = new HashSet<string>(StringComparer.Ordinal);
                foreach (var member in element.EnumerateObject())
                {
                    var name = Text(() => member.Name, path);
                    var inner = path.Length == 0 ? name : $"{path}.{name}";
                    if (!names.Add(name))
                        throw Fault(inner, "is given twice");
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
                throw Fault(path, "holds a number that is too large, too small or too long");
        }
    }

    /// <summary>
    /// PostgreSQL's jsonb refuses what lies beyond its own numbers; a double is a measure that all three databases keep.
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
            return text.Contains('\0') ? throw Fault(path, "holds the character U+0000") : text;
        }
        catch (InvalidOperationException)
        {
            throw Fault(path, "holds text that is not Unicode");
        }
    }

    private static BodyException Fault(string path, string what) =>
        path.Length == 0
            ? new(Error.InvalidParameter("body", $"The body {what}."))
            : new(Error.InvalidParameter(path, $"{path} {what}."));
}
