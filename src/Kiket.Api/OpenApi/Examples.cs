using NJsonSchema;

namespace Kiket.Api.OpenApi;

/// <summary>Makes an example of a schema: plausible values by the members' names, else by their types.</summary>
internal static class Examples
{
    /// <summary>The members that people usually send, with what they send. Other names of the same thing are not here.</summary>
    private static readonly Dictionary<string, object> Usual = new(StringComparer.Ordinal)
    {
        ["title"] = "Review the supplier contract",
        ["name"] = "Legal",
        ["description"] = "Check the liability clause before it is signed.",
        ["project_key"] = "LEGAL",
        ["issue_type"] = "Task",
        ["priority"] = "high",
        ["labels"] = new[] { "contract" },
        ["story_points"] = 3,
        ["due_date"] = "2026-01-15",
        ["start_date"] = "2026-01-05",
        ["end_date"] = "2026-03-31",
        ["target_date"] = "2026-03-31",
        ["visibility"] = "team",
        ["state"] = "in_progress",
        ["comment"] = "Ready for review.",
        ["body"] = "The supplier has agreed to the new clause.",
        ["email"] = "ada@example.com",
        ["role"] = "developer",
        ["scopes"] = new[] { "issues:read" },
        ["expires_at"] = "2026-12-31T00:00:00.000Z",
        ["token"] = "kpat_1x2y3z",
        ["user_id"] = 7,
        ["path"] = ".kiket/workflows/contract.yaml",
        ["content"] = "name: contract",
        ["yaml"] = "workflow: default\nstates: [open, done]\ntransitions:\n  - {from: open, to: done}\n",
        ["moves"] = new[] { "in_progress" },
    };

    private static readonly Dictionary<string, object> Answered = new(Usual, StringComparer.Ordinal)
    {
        ["id"] = 42,
        ["organization_id"] = 1,
        ["project_id"] = 3,
        ["key"] = "LEGAL-42",
        ["hierarchy_depth"] = 1,
        ["parent_key"] = "LEGAL-40",
        ["status"] = "in_progress",
        ["workflow_state"] = "in_progress",
        ["workflow"] = "default",
        ["version"] = 7,
        ["page"] = 1,
        ["current_page"] = 1,
        ["per_page"] = 25,
        ["total_pages"] = 1,
        ["total"] = 1,
        ["total_count"] = 1,
        ["issue"] = "LEGAL-42",
        ["project"] = "LEGAL",
        ["url"] = "https://kiket.example.com/api/v1/issues/LEGAL-42",
        ["github_repo_url"] = "https://github.com/example/legal",
        ["success"] = true,
    };

    private const int MaxDepth = 6;

    /// <summary>An answer with every member.</summary>
    public static object? Of(JsonSchema schema, string name = "") => Of(schema, name, 0);

    /// <summary>A request with its usual members; a change has two of them.</summary>
    public static object? OfRequest(JsonSchema schema, bool isChange)
    {
        var root = schema.ActualSchema;
        var wrapper = root.Properties.FirstOrDefault(p => root.RequiredProperties.Contains(p.Key) && p.Value.ActualSchema.Properties.Count > 0);
        if (wrapper.Value is not { } inner)
            return Members(root, isChange, except: []);

        var request = new Dictionary<string, object?> { [wrapper.Key] = Members(inner.ActualSchema, isChange, except: isChange ? [] : root.Properties.Keys) };
        foreach (var (name, beside) in root.Properties.Where(p => !isChange && p.Key != wrapper.Key && Usual.ContainsKey(p.Key)))
            request[name] = Of(beside, name, 1);
        return request;
    }

    private static Dictionary<string, object?> Members(JsonSchema schema, bool isChange, ICollection<string> except)
    {
        var usual = schema.Properties.Where(p => Usual.ContainsKey(p.Key) && !except.Contains(p.Key)).Take(isChange ? 2 : int.MaxValue).ToList();
        return (usual.Count > 0 ? usual : schema.Properties.Take(1))
            .Concat(schema.Properties.Where(p => schema.RequiredProperties.Contains(p.Key)))
            .DistinctBy(p => p.Key)
            .ToDictionary(p => p.Key, p => Of(p.Value, p.Key, 1));
    }

    private static object? Of(JsonSchema schema, string name, int depth)
    {
        var actual = (schema.OneOf.FirstOrDefault() ?? schema).ActualSchema;
        if (depth > MaxDepth && (actual.IsArray || actual.Properties.Count > 0))
            return actual.IsArray ? Array.Empty<object>() : null; // a condition of conditions has no end
        if (actual.IsEnumeration)
            return Answered.TryGetValue(name, out var member) && actual.Enumeration.Contains(member) ? member : actual.Enumeration.First();
        if (Answered.TryGetValue(name, out var known) && Fits(known, actual))
            return known;
        if (actual.IsArray)
            return actual.Item is { } item && Of(item, Singular(name), depth + 1) is { } one ? new[] { one } : Array.Empty<object>();
        if (actual.Properties.Count > 0)
        {
            var isPerson = actual.Properties.ContainsKey("email");
            return actual.Properties.ToDictionary(p => p.Key, p => isPerson && p.Key == "name" ? "Ada Lovelace" : Of(p.Value, p.Key, depth + 1));
        }

        return Scalar(actual, name);
    }

    private static object? Scalar(JsonSchema schema, string name) => schema switch
    {
        { Type: var t } when t.HasFlag(JsonObjectType.Boolean) => true,
        { Type: var t } when t.HasFlag(JsonObjectType.Integer) || t.HasFlag(JsonObjectType.Number) => 5,
        { Format: "date" } => "2026-01-15",
        { Format: "date-time" } => "2025-12-01T10:00:00.000Z",
        { Type: var t } when t.HasFlag(JsonObjectType.String) => name.Replace('_', ' '),
        { Type: var t } when t.HasFlag(JsonObjectType.Object) => new Dictionary<string, object>(),
        _ => name.Replace('_', ' '),
    };

    private static bool Fits(object value, JsonSchema schema) => value switch
    {
        string => schema.Type.HasFlag(JsonObjectType.String),
        bool => schema.Type.HasFlag(JsonObjectType.Boolean),
        int => schema.Type.HasFlag(JsonObjectType.Integer) || schema.Type.HasFlag(JsonObjectType.Number),
        _ => schema.IsArray && schema.Item?.ActualSchema is { IsEnumeration: false, Type: JsonObjectType.String },
    };

    private static string Singular(string name) => name.EndsWith('s') ? name[..^1] : name;
}
