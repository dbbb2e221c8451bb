using System.Text.Json.Nodes;

namespace Kiket.Benchmarks.Fuzz;

/// <summary>One operation of the OpenAPI document.</summary>
internal sealed record ApiOperation(string Method, string Path, JsonObject Json)
{
    public string Name => $"{Method} {Path}";

    public IEnumerable<JsonObject> Parameters(string place) =>
        (Json["parameters"]?.AsArray() ?? []).OfType<JsonObject>().Where(p => (string?)p["in"] == place);
}

/// <summary>The OpenAPI document: the possible requests and the forms of answers.</summary>
internal sealed class ApiDocument(JsonObject root)
{
    /// <summary>Every operation can give these answers before routing; the document does not repeat them.</summary>
    private const int TooLongAddress = 414;

    /// <summary>All operations but HEAD, which answers like GET.</summary>
    public IReadOnlyList<ApiOperation> Operations { get; } =
    [
        .. root["paths"]!
            .AsObject()
            .SelectMany(path =>
                path.Value!.AsObject()
                    .Where(o => o.Key is "get" or "post" or "put" or "patch" or "delete")
                    .Select(o => new ApiOperation(o.Key.ToUpperInvariant(), path.Key, o.Value!.AsObject()))
            ),
    ];

    /// <summary>Whether there are paths of single members below a path.</summary>
    public bool HasMembers(string path) => Operations.Any(o => o.Path.StartsWith(path + "/{", StringComparison.Ordinal));

    /// <summary>Resolves a reference.</summary>
    public JsonObject Resolve(JsonNode node)
    {
        while ((string?)node["$ref"] is { } reference)
            node = reference[2..].Split('/').Aggregate((JsonNode)root, (place, name) => place[name]!);
        return node.AsObject();
    }

    /// <summary>Compares an answer with the document's description of its status.</summary>
    /// <param name="body">The JSON of the answer, or null when it has none.</param>
    /// <returns>The error, or null.</returns>
    public string? Validate(ApiOperation operation, int status, JsonNode? body)
    {
        if (status == TooLongAddress)
            return Validate(root["components"]!["schemas"]!["ErrorBody"]!, body, "body");
        if (operation.Json["responses"]![$"{status}"] is not { } response)
            return $"the status {status} is not in the document";
        if (Resolve(response)["content"]?["application/json"]?["schema"] is not { } schema)
            return null;
        return Validate(schema, body, "body");
    }

    private string? Validate(JsonNode schemaOrReference, JsonNode? value, string place)
    {
        var schema = Resolve(schemaOrReference);
        foreach (var part in schema["allOf"]?.AsArray() ?? [])
        {
            if (value is not null && Validate(part!, value, place) is { } fault)
                return fault;
        }

        var choices = (schema["oneOf"] ?? schema["anyOf"])?.AsArray();
        if (value is null)
            return IsNullable(schema) || choices?.Any(c => Validate(c!, null, place) is null) == true ? null : $"{place} is null";
        if (choices is not null && choices.All(c => Validate(c!, value, place) is not null))
            return $"{place} is none of the choices";
        if (schema["enum"] is JsonArray values && !values.Any(v => JsonNode.DeepEquals(v, value)))
            return $"{place} is {value.ToJsonString()}, which is not in the list of values";
        return (string?)schema["type"] switch
        {
            "object" => value is JsonObject members ? ValidateMembers(schema, members, place) : $"{place} is not an object",
            "array" => value is JsonArray items
                ? items.Select((item, n) => Validate(schema["items"]!, item, $"{place}[{n}]")).FirstOrDefault(f => f is not null)
                : $"{place} is not an array",
            "string" when value.GetValueKind() is not System.Text.Json.JsonValueKind.String => $"{place} is not a string",
            "integer" or "number" when value.GetValueKind() is not System.Text.Json.JsonValueKind.Number =>
                $"{place} is not a number",
            "boolean"
                when value.GetValueKind() is not (System.Text.Json.JsonValueKind.True or System.Text.Json.JsonValueKind.False) =>
                $"{place} is not a boolean",
            _ => null,
        };
    }

    private string? ValidateMembers(JsonObject schema, JsonObject members, string place)
    {
        foreach (var required in schema["required"]?.AsArray() ?? [])
        {
            if (!members.ContainsKey((string)required!))
                return $"{place}.{required} is missing";
        }

        var known = schema["properties"] as JsonObject;
        foreach (var (name, value) in members)
        {
            var declared = known?[name] ?? schema["additionalProperties"] as JsonObject;
            if (declared is not null && Validate(declared, value, $"{place}.{name}") is { } fault)
                return fault;
        }

        return null;
    }

    private static bool IsNullable(JsonObject schema) =>
        (bool?)schema["nullable"] == true
        || (schema["type"] is null && schema["oneOf"] is null && schema["anyOf"] is null && schema["allOf"] is null);
}
