using System.Text;
using System.Text.Json;

namespace Kiket.Domain.Common;

/// <summary>
/// The values that people give as JSON: settings, custom fields and records, parameters. Nothing else in the domain makes JSON.
/// </summary>
internal static class JsonValues
{
    /// <summary>A value as JSON.</summary>
    /// <param name="value">The value.</param>
    public static JsonElement Of<T>(T value) => JsonSerializer.SerializeToElement(value);

    /// <summary>Whether two objects have the same members, in whatever order.</summary>
    /// <param name="one">One.</param>
    /// <param name="other">The other.</param>
    public static bool AreSame(IReadOnlyDictionary<string, JsonElement> one, IReadOnlyDictionary<string, JsonElement> other) =>
        one.Count == other.Count
        && one.All(m => other.TryGetValue(m.Key, out var value) && JsonElement.DeepEquals(m.Value, value));

    /// <summary>
    /// How large a value is, whatever escapes it was written with: the bytes of the shortest JSON in UTF-8, with no white
    /// space and no escapes but those that JSON demands.
    /// </summary>
    /// <param name="value">The value.</param>
    public static long SizeOf(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => 2 + Sum(value.EnumerateObject().Select(m => SizeOf(m.Name) + 1 + SizeOf(m.Value))),
            JsonValueKind.Array => 2 + Sum(value.EnumerateArray().Select(SizeOf)),
            JsonValueKind.String => SizeOf(value.GetString()!),
            JsonValueKind.Undefined => 0,
            _ => value.GetRawText().Length,
        };

    /// <summary>The bytes of the shortest JSON in UTF-8 of an object.</summary>
    /// <param name="members">The members of the object.</param>
    public static long SizeOf(IReadOnlyDictionary<string, JsonElement> members) =>
        2 + Sum(members.Select(m => SizeOf(m.Key) + 1 + SizeOf(m.Value)));

    private static long SizeOf(string text) =>
        2
        + Encoding.UTF8.GetByteCount(text)
        + text.Sum(c =>
            c switch
            {
                '"' or '\\' or '\b' or '\f' or '\n' or '\r' or '\t' => 1,
                < ' ' => 5,
                _ => 0,
            }
        );

    /// <summary>The parts and the commas between them.</summary>
    private static long Sum(IEnumerable<long> parts)
    {
        var (sum, count) = (0L, 0);
        foreach (var part in parts)
            (sum, count) = (sum + part, count + 1);
        return sum + int.Max(count - 1, 0);
    }
}
