using NJsonSchema;

namespace Kiket.Api.OpenApi;

/// <summary>Creates an example of a schema: plausible values by member name, otherwise by type.</summary>
internal static class Examples
{
    /// <summary>The usual members of requests with example values, without their aliases.</summary>
    private static readonly Dictionary<string, object> Usual = new(StringComparer.Ordinal)
    {
        ["title"] = "Check the figures of the budget",
        ["name"] = "Review",
        ["description"] = "Compare them with what the council has published.",
        ["project_key"] = "NEWS",
        ["issue_type"] = "task",
        ["priority"] = "high",
        ["labels"] = new[] { "budget" },
        ["story_points"] = 3,
        ["due_date"] = "2026-01-15",
        ["start_date"] = "2026-01-05",
        ["end_date"] = "2026-03-31",
        ["target_date"] = "2026-03-31",
        ["visibility"] = "team",
        ["state"] = "in_progress",
        ["comment"] = "Ready for review.",
        ["body"] = "The council has confirmed the figures.",
        ["email"] = "ada@example.com",
        ["role"] = "developer",
        ["scopes"] = new[] { "issues:read" },
        ["expires_at"] = "2026-12-31T00:00:00.000Z",
        ["token"] = "kpat_1x2y3z",
        ["user_id"] = 7,
        ["path"] = ".kiket/workflows/review.yaml",
        ["content"] = "name: review",
        ["yaml"] = "workflow: default\nstates: [open, done]\ntransitions:\n  - {from: open, to: done}\n",
        ["moves"] = new[] { "in_progress" },
    };

    private static readonly Dictionary<string, object> Answered = new(Usual, StringComparer.Ordinal)
    {
        ["id"] = 42,
        ["organization_id"] = 1,
        ["project_id"] = 3,
        ["key"] = "NEWS-42",
        ["hierarchy_depth"] = 1,
        ["parent_key"] = "NEWS-40",
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
        ["issue"] = "NEWS-42",
        ["project"] = "NEWS",
        ["url"] = "https://kiket.example.com/api/v1/issues/NEWS-42",
        ["github_repo_url"] = "https://github.com/example/newsroom",
        ["success"] = true,
    };

    private const int MaxDepth = 8;

    /// <summary>The key of a new project; the project of the other examples already exists.</summary>
    private const string NewProjectKey = "LEGAL";

    /// <summary>An excerpt from a stream of events.</summary>
    public const string Stream =
        "retry: 1000\n\nid: 42\nevent: issue.created\ndata: {\"event\":\"issue.created\",\"sequence\":42}\n\n";

    /// <summary>Bodies whose members are the caller's own, by operation.</summary>
    public static IReadOnlyDictionary<string, object> FreeForm { get; } =
        new Dictionary<string, object>
        {
            ["ReportTelemetry"] = new Dictionary<string, object>
            {
                ["event"] = "issue.created",
                ["version"] = "v1",
                ["status"] = "ok",
                ["duration_ms"] = 12,
            },
            ["ReportEvent"] = new Dictionary<string, object>
            {
                ["name"] = "sync.finished",
                ["data"] = new Dictionary<string, object> { ["issues"] = 3 },
            },
            ["ReportLog"] = new Dictionary<string, object> { ["level"] = "info", ["message"] = "The calendar was read." },
            ["ReportMetric"] = new Dictionary<string, object> { ["name"] = "issues.synced", ["value"] = 3 },
            ["ReportNotification"] = new Dictionary<string, object> { ["message"] = "Three issues were synced." },
        };

    /// <summary>Bodies that are not JSON, by the type that describes the same content as JSON.</summary>
    public static string Text(Type body) =>
        body.Name switch
        {
            nameof(Workflows.WorkflowTextBody) => (string)Usual["yaml"],
            nameof(Extensions.ManifestRequest) => "id: com.example.greeter\nname: Greeter\nversion: 1.0.0\ncallback:\n  url: "
                + "https://greeter.example.com\nhooks:\n  - event: issue.created\npermissions:\n  - issues:read\n",
            nameof(CustomData.ModuleRequest) =>
                "module: com.example.shop\nversion: \"1.0\"\ntables:\n  orders:\n    columns:\n      - {name: "
                    + "number, type: string(20)}\n",
            _ => throw new InvalidOperationException($"Give {body.Name} an example in {nameof(Examples)}."),
        };

    /// <summary>An answer with every member.</summary>
    public static object? Of(JsonSchema schema, string name = "") => Of(schema, name, 0);

    /// <summary>A request with its usual members; a change has two of them.</summary>
    public static object? OfRequest(JsonSchema schema, bool isChange)
    {
        var root = schema.ActualSchema;
        var wrapper = root.Properties.FirstOrDefault(p =>
            root.RequiredProperties.Contains(p.Key) && p.Value.ActualSchema.Properties.Count > 0
        );
        if (wrapper.Value is not { } inner)
            return Members(root, isChange, except: []);

        var members = Members(inner.ActualSchema, isChange, except: isChange ? [] : root.Properties.Keys);
        if (wrapper.Key == "project" && members.ContainsKey("project_key"))
            members["project_key"] = NewProjectKey;
        var request = new Dictionary<string, object?> { [wrapper.Key] = members };
        foreach (var (name, beside) in root.Properties.Where(p => !isChange && p.Key != wrapper.Key && Usual.ContainsKey(p.Key)))
            request[name] = Of(beside, name, 1);
        return request;
    }

    private static Dictionary<string, object?> Members(JsonSchema schema, bool isChange, ICollection<string> except)
    {
        var usual = schema
            .Properties.Where(p => Usual.ContainsKey(p.Key) && !except.Contains(p.Key))
            .Take(isChange ? 2 : int.MaxValue)
            .ToList();
        return (usual.Count > 0 ? usual : schema.Properties.Take(1))
            .Concat(schema.Properties.Where(p => schema.RequiredProperties.Contains(p.Key)))
            .DistinctBy(p => p.Key)
            .ToDictionary(p => p.Key, p => Of(p.Value, p.Key, 1));
    }

    private static object? Of(JsonSchema schema, string name, int depth)
    {
        if (name == "columns")
            return Array.Empty<object>(); // Spectral takes a column, which has a type and a default, for a schema
        var actual = (schema.OneOf.FirstOrDefault() ?? schema).ActualSchema;
        if (depth > MaxDepth && (actual.IsArray || actual.Properties.Count > 0))
            return actual.IsArray ? Array.Empty<object>() : null; // a condition can nest conditions endlessly
        if (actual.IsEnumeration)
            return Answered.TryGetValue(name, out var member) && actual.Enumeration.Contains(member)
                ? member
                : actual.Enumeration.First();
        if (Answered.TryGetValue(name, out var known) && Fits(known, actual))
            return known;
        if (actual.IsArray)
            return actual.Item is { } item && Of(item, Singular(name), depth + 1) is { } one
                ? new[] { one }
                : Array.Empty<object>();
        if (actual.Properties.Count > 0)
        {
            var isPerson = actual.Properties.ContainsKey("email");
            return actual
                .Properties.Select(p =>
                    (
                        p.Key,
                        IsRequired: actual.RequiredProperties.Contains(p.Key),
                        Value: isPerson && p.Key == "name" ? "Ada Lovelace" : Of(p.Value, p.Key, depth + 1)
                    )
                )
                .Where(p => p.IsRequired || p.Value is not null)
                .ToDictionary(p => p.Key, p => p.Value);
        }

        return Scalar(actual, name);
    }

    private static object? Scalar(JsonSchema schema, string name) =>
        schema switch
        {
            { Type: var t } when t.HasFlag(JsonObjectType.Boolean) => true,
            { Type: var t } when t.HasFlag(JsonObjectType.Integer) || t.HasFlag(JsonObjectType.Number) => 5,
            { Format: "date" } => "2026-01-15",
            { Format: "date-time" } => "2025-12-01T10:00:00.000Z",
            { Type: var t } when t.HasFlag(JsonObjectType.String) => name.Replace('_', ' '),
            { Type: var t } when t.HasFlag(JsonObjectType.Object) => new Dictionary<string, object>(),
            _ => name.Replace('_', ' '),
        };

    private static bool Fits(object value, JsonSchema schema) =>
        value switch
        {
            string => schema.Type.HasFlag(JsonObjectType.String),
            bool => schema.Type.HasFlag(JsonObjectType.Boolean),
            int => schema.Type.HasFlag(JsonObjectType.Integer) || schema.Type.HasFlag(JsonObjectType.Number),
            _ => schema.IsArray && schema.Item?.ActualSchema is { IsEnumeration: false, Type: JsonObjectType.String },
        };

    private static string Singular(string name) => name.EndsWith('s') ? name[..^1] : name;
}
