using System.Text;
using System.Text.Json;

namespace Kiket.Domain.Common;

/// <summary>How large JSON is, whatever escapes it was written with.</summary>
internal static class JsonSize
{
    /// <summary>The bytes of the shortest JSON in UTF-8: no white space, and no escapes but those that JSON demands.</summary>
    /// <param name="value">The value.</param>
    public static long Of(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => 2 + Sum(value.EnumerateObject().Select(m => Of(m.Name) + 1 + Of(m.Value))),
            JsonValueKind.Array => 2 + Sum(value.EnumerateArray().Select(Of)),
            JsonValueKind.String => Of(value.GetString()!),
            JsonValueKind.Undefined => 0,
            _ => value.GetRawText().Length,
        };

    /// <summary>The bytes of the shortest JSON in UTF-8 of an object.</summary>
    /// <param name="members">The members of the object.</param>
    public static long Of(IReadOnlyDictionary<string, JsonElement> members) =>
        2 + Sum(members.Select(m => Of(m.Key) + 1 + Of(m.Value)));

    private static long Of(string text) =>
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
