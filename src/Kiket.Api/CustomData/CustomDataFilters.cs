using System.Text.Json;
using System.Text.RegularExpressions;
using Kiket.Api.Http;

namespace Kiket.Api.CustomData;

/// <summary>Filters as SDKs send them, in one JSON text, and as the CLI does, <c>filters[column]=value</c>.</summary>
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
                foreach (var (column, value) in Parse(values.ToString()))
                    Add(filters, column, value);
            }
            else if (name.StartsWith("filters[", StringComparison.Ordinal))
            {
                var match = Nested().Match(name);
                if (!match.Success)
                    throw new InvalidParameterException(
                        name,
                        $"{name} is not a valid filter; use filters[column], filters[column][] or filters[column][operator]."
                    );
                var column = match.Groups["column"].Value;
                var isList = values.Count > 1 || name.EndsWith("[]", StringComparison.Ordinal);
                object value = isList ? values.ToArray() : values.ToString();
                if (match.Groups["operator"].Value is { Length: > 0 } operation)
                    (operators.TryGetValue(column, out var known) ? known : operators[column] = new(StringComparer.Ordinal))[
                        operation
                    ] = value;
                else
                    Add(filters, column, JsonSerializer.SerializeToElement(value));
            }
        }

        foreach (var (column, parts) in operators)
            Add(filters, column, JsonSerializer.SerializeToElement(parts));
        return filters;
    }

    private static void Add(Dictionary<string, JsonElement> filters, string column, JsonElement value)
    {
        if (!filters.TryAdd(column, value))
            throw new InvalidParameterException(
                $"filters.{column}",
                $"{column} is filtered in two ways; combine them as operators of one filter."
            );
    }

    /// <summary>Some SDKs encode the text twice.</summary>
    private static IReadOnlyDictionary<string, JsonElement> Parse(string text) =>
        TryParse(text)
        ?? TryParse(Uri.UnescapeDataString(text))
        ?? throw new InvalidParameterException("filters", "filters must be a JSON object.");

    private static IReadOnlyDictionary<string, JsonElement>? TryParse(string text)
    {
        try
        {
            using var document = JsonDocument.Parse(text);
            if (document.RootElement.ValueKind is not JsonValueKind.Object)
                return null;
            StorableJson.Check(document.RootElement);
            return JsonBody.Members(document.RootElement.Clone());
        }
        catch (BodyException e)
        {
            throw new InvalidParameterException("filters", e.Error.Message);
        }
        catch (JsonException)
        {
            return null;
        }
    }

    [GeneratedRegex(@"^filters\[(?<column>[^\[\]]+)\](\[(?<operator>[^\[\]]*)\])?(\[\])?\z")]
    private static partial Regex Nested();
}
