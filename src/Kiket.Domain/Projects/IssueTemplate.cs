using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Common;

namespace Kiket.Domain.Projects;

/// <summary>The initial values of a kind of issue. A caller who opens an issue with it can override them.</summary>
/// <param name="Key">Unique in the project, case-insensitive.</param>
/// <param name="Name">Display name.</param>
internal sealed record IssueTemplate(string Key, string Name)
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxKeyLength = 100;

    private readonly Dictionary<string, JsonElement> given = new(StringComparer.Ordinal);

    /// <summary>When to use it, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Key of the state to begin in, or null for the initial one.</summary>
    public StateKey? Status { get; init; }

    /// <summary>What new issues begin with, by the fields' names on the wire; custom fields aside.</summary>
    public IReadOnlyDictionary<string, JsonElement> Given
    {
        get => given;
        init => given = given.Where(g => !value.ContainsKey(g.Key)).Concat(value).ToDictionary(StringComparer.Ordinal);
    }

    // These are read from, and written to, what is given. Schemas that were stored before have them as members of their own.

    /// <summary>Key of the issue type, or null for the project's default.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public TypeKey? IssueType
    {
        get => Find("issue_type")?.GetString() is { } key ? new TypeKey(key) : null;
        init => given = With("issue_type", ToJson(value));
    }

    /// <summary>The title, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public string? Title
    {
        get => Find("title")?.GetString();
        init => given = With("title", ToJson(value));
    }

    /// <summary>The description of the issue, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public string? Text
    {
        get => Find("description")?.GetString();
        init => given = With("description", ToJson(value));
    }

    /// <summary>How urgent it is, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public IssuePriority? Priority
    {
        get => WireName.TryParse(Find("priority")?.GetString(), out IssuePriority priority) ? priority : null;
        init => given = With("priority", value is { } priority ? ToJson(WireName.Of(priority)) : null);
    }

    /// <summary>The labels.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public IReadOnlyList<string> Labels
    {
        get => Find("labels") is { } labels ? [.. labels.EnumerateArray().Select(label => label.GetString()!)] : [];
        init => given = With("labels", value is { Count: > 0 } ? ToJson(value) : null);
    }

    /// <summary>The estimate in points, or null.</summary>
    [JsonIgnore(Condition = JsonIgnoreCondition.WhenWriting)]
    public decimal? StoryPoints
    {
        get => Find("story_points")?.GetDecimal();
        init => given = With("story_points", ToJson(value));
    }

    /// <summary>The custom fields.</summary>
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>
    /// The fields that must have a value in the end; a name that is not a built-in field is that of a custom field.
    /// </summary>
    public IReadOnlyList<string> RequiredFields { get; init; } = [];

    /// <summary>What the template says about fields: their labels, types and options.</summary>
    public IReadOnlyList<CustomField> Fields { get; init; } = [];

    private JsonElement? Find(string field) => given.TryGetValue(field, out var value) ? value : null;

    private Dictionary<string, JsonElement> With(string field, JsonElement? value)
    {
        var all = new Dictionary<string, JsonElement>(given, StringComparer.Ordinal);
        if (value is { } known)
            all[field] = known;
        return all;
    }

    private static JsonElement? ToJson<T>(T value) => value is null ? null : JsonValues.Of(value);
}
