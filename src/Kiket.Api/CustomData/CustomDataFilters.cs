using System.Text.Json;
using System.Text.RegularExpressions;
using Kiket.Api.Http;

namespace Kiket.Api.CustomData;

/// <summary>Filters as SDKs write them, one JSON text, and as the CLI does, <c>filters[column]=value</c>.</summary>
internal static partial class CustomDataFilters
{
    public static IReadOnlyDictionary<string, JsonElement> Read(IQueryCollection query)
    {
        var filters = new Dictionary<string, JsonElement>(StringComparer.Ordinal);
        var operators = new Dictionary<string, Dictionary<string, object>>(StringComparer.Ordinal);
        foreach (var (name, values) in query)
        {
            if (name == "filters" && !string.IsNullOrEmpty(values.ToString()))
            {
                foreach (var member in Parse(values.ToString()))
                    filters[member.Name] = member.Value;
            }
            else if (name.StartsWith("filters[", StringComparison.Ordinal))
            {
                var match = Nested().Match(name);
                if (!match.Success)
                    throw new InvalidParameterException(name, $"{name} is no filter: filters[column], filters[column][] or filters[column][operator].");
                var column = match.Groups["column"].Value;
                var isList = values.Count > 1 || name.EndsWith("[]", StringComparison.Ordinal);
                object value = isList ? values.ToArray() : values.ToString();
                if (match.Groups["operator"].Value is { Length: > 0 } operation)
                    (operators.TryGetValue(column, out var known) ? known : operators[column] = new(StringComparer.Ordinal))[operation] = value;
                else
                    filters[column] = JsonSerializer.SerializeToElement(value);
            }
        }

        foreach (var (column, parts) in operators)
            filters[column] = JsonSerializer.SerializeToElement(parts);
        return filters;
    }

    /// <summary>Some SDKs encode the text twice.</summary>
    private static List<JsonProperty> Parse(string text)
    {
        if (TryParse(text, out var members) || TryParse(Uri.UnescapeDataString(text), out members))
            return members;
        throw new InvalidParameterException("filters", "filters is a JSON object.");
    }

    private static bool TryParse(string text, out List<JsonProperty> members)
    {
        members = [];
        try
        {
            var root = JsonDocument.Parse(text).RootElement;
            if (root.ValueKind is not JsonValueKind.Object)
                return false;
            StorableJson.Check(root);
            members = [.. root.EnumerateObject()];
            return true;
        }
        catch (JsonException)
        {
            return false;
        }
    }

    [GeneratedRegex(@"^filters\[(?<column>[^\[\]]+)\](\[(?<operator>[^\[\]]*)\])?(\[\])?\z")]
    private static partial Regex Nested();
}
