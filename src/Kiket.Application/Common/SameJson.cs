using System.Text.Json;

namespace Kiket.Application.Common;

internal static class SameJson
{
    /// <summary>
    /// Whether two values say the same as JSON: lists in records compare by reference, and one database keeps the members of
    /// JSON objects in an order of its own.
    /// </summary>
    public static bool Of<T>(T one, T other) =>
        JsonElement.DeepEquals(JsonSerializer.SerializeToElement(one), JsonSerializer.SerializeToElement(other));
}
