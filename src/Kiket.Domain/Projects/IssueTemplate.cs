using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;

namespace Kiket.Domain.Projects;

/// <summary>What issues of one sort begin with. Whoever opens an issue by it may give other values.</summary>
/// <param name="Key">Unique in the project, upper and lower case alike.</param>
/// <param name="Name">Display name.</param>
public sealed record IssueTemplate(string Key, string Name)
{
    /// <summary>Longest key, in characters.</summary>
    public const int MaxKeyLength = 100;

    /// <summary>When to use it, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Key of the issue type, or null for the project's default.</summary>
    public string? IssueType { get; init; }

    /// <summary>Key of the state to begin in, or null for the initial one.</summary>
    public string? Status { get; init; }

    /// <summary>The title, or null.</summary>
    public string? Title { get; init; }

    /// <summary>The description of the issue, or null.</summary>
    public string? Text { get; init; }

    /// <summary>How urgent it is, or null.</summary>
    public IssuePriority? Priority { get; init; }

    /// <summary>The labels.</summary>
    public IReadOnlyList<string> Labels { get; init; } = [];

    /// <summary>The estimate in points, or null.</summary>
    public decimal? StoryPoints { get; init; }

    /// <summary>The custom fields.</summary>
    public IReadOnlyDictionary<string, JsonElement> CustomFields { get; init; } = new Dictionary<string, JsonElement>();

    /// <summary>The fields that must have a value in the end; a name that is no built-in field is that of a custom field.</summary>
    public IReadOnlyList<string> RequiredFields { get; init; } = [];

    /// <summary>What the template says about fields: their labels, types and options.</summary>
    public IReadOnlyList<CustomField> Fields { get; init; } = [];

    /// <summary>Fills what the caller leaves open.</summary>
    /// <param name="given">What the caller gives; it wins, field by field and custom field by custom field.</param>
    /// <returns>All fields, or <c>VALIDATION_ERROR</c> with every field that the template requires or describes and that does not fit.</returns>
    public Result<IssueEdit> Fill(IssueEdit given)
    {
        ArgumentNullException.ThrowIfNull(given);
        var custom = new Dictionary<string, JsonElement>(CustomFields, StringComparer.Ordinal);
        foreach (var (key, value) in given.CustomFields.Or(null) ?? new Dictionary<string, JsonElement>())
            custom[key] = value;

        var filled = given with
        {
            Title = Either(given.Title, Title),
            Description = Either(given.Description, Text),
            IssueType = Either(given.IssueType, IssueType),
            Priority = !given.Priority.IsSet && Priority is { } priority ? priority : given.Priority,
            Labels = !given.Labels.IsSet && Labels.Count > 0 ? new(Labels) : given.Labels,
            StoryPoints = !given.StoryPoints.IsSet && StoryPoints is { } points ? points : given.StoryPoints,
            CustomFields = custom.Count > 0 ? new(custom) : given.CustomFields,
        };
        List<ErrorDetail> faults =
        [
            .. RequiredFields.Select(FieldName).Distinct().Where(f => IsMissing(f, filled, custom)).Select(f => new ErrorDetail($"issue.{f}", $"{Name} needs {f}.")),
            .. Fields.Where(f => !IsBuiltIn(f.Key) && custom.TryGetValue(f.Key, out var value) && value.ValueKind is not JsonValueKind.Null && f.FaultOf(value) is not null)
                .Select(f => new ErrorDetail($"issue.custom_fields.{f.Key}", f.FaultOf(custom[f.Key])!)),
        ];
        return faults.Count > 0 ? Error.Validation(faults) : filled;
    }

    private static Optional<string?> Either(Optional<string?> given, string? own) => given.IsSet || own is null ? given : new(own);

    private static bool IsBuiltIn(string field) => FieldName(field) == field;

    /// <summary>The wire name of a field that a template names.</summary>
    private static string FieldName(string field) => field switch
    {
        "title" or "description" or "issue_type" or "priority" or "labels" or "assignee_id" or "parent_id" or "milestone_id" or "story_points" or "due_date" => field,
        "assignee" or "assigned_to" => "assignee_id",
        "parent" => "parent_id",
        "milestone" => "milestone_id",
        _ => field.StartsWith("custom_fields.", StringComparison.Ordinal) ? field : $"custom_fields.{field}",
    };

    private static bool IsMissing(string field, IssueEdit edit, Dictionary<string, JsonElement> custom) => field switch
    {
        "title" => UnicodeText.IsBlank(edit.Title.Or(null)),
        "description" => UnicodeText.IsBlank(edit.Description.Or(null)),
        "issue_type" => string.IsNullOrWhiteSpace(edit.IssueType.Or(null)),
        "priority" => !edit.Priority.IsSet,
        "labels" => edit.Labels.Or(null) is not { Count: > 0 },
        "assignee_id" => edit.AssigneeId.Or(null) is null,
        "parent_id" => edit.ParentId.Or(null) is null,
        "milestone_id" => edit.MilestoneId.Or(null) is null,
        "story_points" => edit.StoryPoints.Or(null) is null,
        "due_date" => edit.DueDate.Or(null) is null,
        _ => !custom.TryGetValue(field["custom_fields.".Length..], out var value)
            || value.ValueKind is JsonValueKind.Null || (value.ValueKind is JsonValueKind.String && UnicodeText.IsBlank(value.GetString())),
    };
}
