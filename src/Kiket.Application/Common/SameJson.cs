using System.Text.Json;

namespace Kiket.Application.Common;

internal static class SameJson
{
    /// <summary>
    /// Whether two values are equal as JSON: lists in records compare by reference, and PostgreSQL reorders the members of JSON
    /// objects.
    /// </summary>
    public static bool Of<T>(T one, T other) =>
        JsonElement.DeepEquals(JsonSerializer.SerializeToElement(one), JsonSerializer.SerializeToElement(other));
}
