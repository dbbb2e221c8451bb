using System.Text.Json;
using System.Text.Json.Serialization;
using Kiket.Domain.Actions;
using Kiket.Domain.Common;

namespace Kiket.Domain.Projects;

/// <summary>
/// What issues of a project can be: their types, their custom fields and the workflow they begin in. Made by
/// <see cref="Create"/>.
/// </summary>
public sealed record ProjectSchema
{
    /// <summary>Most issue types.</summary>
    public const int MaxIssueTypes = 200;

    /// <summary>Most custom fields.</summary>
    public const int MaxCustomFields = 1000;

    // A stored value was validated when it was created and is not validated again when it is loaded.
    [JsonConstructor]
    internal ProjectSchema(string defaultWorkflow, IReadOnlyList<IssueType> issueTypes, IReadOnlyList<CustomField> customFields)
    {
        DefaultWorkflow = defaultWorkflow;
        IssueTypes = issueTypes;
        CustomFields = customFields;
    }

    /// <summary>Key of the workflow of types that name none.</summary>
    public string DefaultWorkflow { get; internal init; }

    /// <summary>The types, by position.</summary>
    public IReadOnlyList<IssueType> IssueTypes { get; internal init; }

    /// <summary>The custom fields; empty means that any key may be used.</summary>
    public IReadOnlyList<CustomField> CustomFields { get; internal init; }

    /// <summary>Creates a schema.</summary>
    /// <param name="defaultWorkflow">Key of the workflow of types that name none.</param>
    /// <param name="issueTypes">The types, 1 to 200, each key once, case-insensitive.</param>
    /// <param name="customFields">
    /// The custom fields, at most 1,000, each key once for a type; by default issues may have any. A default value fits its
    /// field.
    /// </param>
    /// <returns>
    /// The schema, or <c>VALIDATION_ERROR</c> with every error at its place: <c>custom_fields[2].default_value</c>.
    /// </returns>
    public static Result<ProjectSchema> Create(
        string defaultWorkflow,
        IReadOnlyList<IssueType> issueTypes,
        IReadOnlyList<CustomField>? customFields = null
    )
    {
        List<ErrorDetail> errors = [.. SchemaRules.Validate(issueTypes, customFields ?? [])];
        if (UnicodeText.IsBlank(defaultWorkflow))
            errors.Insert(0, new("default_workflow", "A schema needs a workflow for the types that name none."));
        return errors.Count > 0
            ? Error.Validation(errors)
            : new ProjectSchema(defaultWorkflow, [.. issueTypes], [.. customFields ?? []]);
    }

    /// <summary>
    /// The schema of a project without definitions: the built-in workflow and the types Epic, UserStory, Task and Bug.
    /// </summary>
    public static ProjectSchema BuiltIn { get; } =
        new(
            "default",
            [
                new(new("Epic"), "Epic")
                {
                    AllowChildren = true,
                    Color = "purple",
                    Icon = "diagram-3",
                    Position = 0,
                },
                new(new("UserStory"), "Story") { AllowChildren = true, Position = 1 },
                new(new("Task"), "Task")
                {
                    Color = "info",
                    Icon = "check-square",
                    Position = 2,
                },
                new(new("Bug"), "Bug")
                {
                    Color = "danger",
                    Icon = "bug",
                    Position = 3,
                },
            ],
            []
        );

    /// <summary>What the author of the project's definitions calls this version of them, or null.</summary>
    public string? Version { get; init; }

    /// <summary>The roles that the project's definition names.</summary>
    [JsonInclude]
    internal IReadOnlyList<TeamRole> TeamRoles { get; init; } = [];

    /// <summary>The extensions that the project's definitions name.</summary>
    [JsonInclude]
    internal PackExtensions Extensions { get; init; } = PackExtensions.None;

    /// <summary>What issues can be opened by.</summary>
    [JsonInclude]
    internal IReadOnlyList<IssueTemplate> Templates { get; init; } = [];

    /// <summary>What runs on events, in the order of the definitions.</summary>
    [JsonInclude]
    internal IReadOnlyList<Automation> Automations { get; init; } = [];

    /// <summary>The template with a key, case-insensitive, or null.</summary>
    /// <param name="key">The key.</param>
    internal IssueTemplate? FindTemplate(string key) =>
        Templates.FirstOrDefault(t => string.Equals(t.Key, key, StringComparison.OrdinalIgnoreCase));

    /// <summary>The team's roles with these names, as the definition spells them.</summary>
    /// <param name="names">The names, case-insensitive.</param>
    /// <returns>Each role once, or <c>VALIDATION_ERROR</c> when there is no such role.</returns>
    internal Result<IReadOnlyList<string>> FindTeamRoles(IReadOnlyList<string> names)
    {
        ArgumentNullException.ThrowIfNull(names);
        List<string> found = [];
        foreach (var name in names)
        {
            if (TeamRoles.FirstOrDefault(r => string.Equals(r.Name, name, StringComparison.OrdinalIgnoreCase)) is not { } role)
                return ProjectErrors.UnknownTeamRole(name, TeamRoles.Select(r => r.Name));
            if (!found.Contains(role.Name))
                found.Add(role.Name);
        }

        return Result<IReadOnlyList<string>>.From(found);
    }

    /// <summary>The active type with a key, case-insensitive, or null.</summary>
    /// <param name="key">The key.</param>
    public IssueType? FindType(TypeKey key) =>
        IssueTypes.FirstOrDefault(t => t.Active && string.Equals(t.Key.Value, key.Value, StringComparison.OrdinalIgnoreCase));

    /// <summary>The type of an issue that names none: <c>task</c> where there is one, else the first.</summary>
    public IssueType? DefaultType => FindType(new("task")) ?? IssueTypes.FirstOrDefault(t => t.Active);

    /// <summary>Key of the workflow that issues of a type follow.</summary>
    /// <param name="type">The type.</param>
    public string WorkflowOf(IssueType type)
    {
        ArgumentNullException.ThrowIfNull(type);
        return type.Workflow ?? DefaultWorkflow;
    }

    /// <summary>The custom fields that issues of a type have.</summary>
    /// <param name="type">Key of the type.</param>
    public IEnumerable<CustomField> FieldsOf(TypeKey type) =>
        CustomFields.Where(f =>
            f.IssueType is not { } only || string.Equals(only.Value, type.Value, StringComparison.OrdinalIgnoreCase)
        );
}

/// <summary>A kind of issue.</summary>
/// <param name="Key">Unique in the project; a letter, then letters, digits and underscores.</param>
/// <param name="Label">Display name.</param>
public sealed record IssueType(TypeKey Key, string Label)
{
    /// <summary>Longest <see cref="Key"/>, in characters.</summary>
    public const int MaxKeyLength = 64;

    /// <summary>Longest <see cref="Label"/>, <see cref="Color"/> and <see cref="Icon"/>, in characters.</summary>
    public const int MaxLabelLength = 200;

    /// <summary>Whether issues of this type can be parents.</summary>
    public bool AllowChildren { get; init; }

    /// <summary>Name of a colour: primary, secondary, success, danger, warning, info, light, dark or purple.</summary>
    public string Color { get; init; } = "primary";

    /// <summary>Name of an icon.</summary>
    public string Icon { get; init; } = "bookmark";

    /// <summary>What the type is for, or null.</summary>
    public string? Description { get; init; }

    /// <summary>Place in lists, from 0.</summary>
    public int Position { get; init; }

    /// <summary>Whether new issues can have this type.</summary>
    public bool Active { get; init; } = true;

    /// <summary>Key of the workflow that its issues follow, or null for the project's default.</summary>
    public string? Workflow { get; init; }
}

/// <summary>A role in a project's team, as its definition names it.</summary>
/// <param name="Name">Key of the role, such as <c>tech_lead</c>.</param>
/// <param name="Description">What the role is for, or null.</param>
internal sealed record TeamRole(string Name, string? Description);

/// <summary>The extensions that a pack works with, by the ids of their manifests.</summary>
/// <param name="Required">Those that it needs.</param>
/// <param name="Optional">Those that it uses where they are.</param>
internal sealed record PackExtensions(IReadOnlyList<string> Required, IReadOnlyList<string> Optional)
{
    /// <summary>No extensions.</summary>
    public static PackExtensions None { get; } = new([], []);
}

/// <summary>The exact type of a custom field.</summary>
[JsonConverter(typeof(JsonStringEnumConverter<CustomFieldType>))]
public enum CustomFieldType
{
    /// <summary>A line of text, at most 255 characters.</summary>
    String,

    /// <summary>Any text, at most 65,536 characters.</summary>
    Text,

    /// <summary>A decimal number.</summary>
    Number,

    /// <summary>A whole number.</summary>
    Integer,

    /// <summary>True or false.</summary>
    Boolean,

    /// <summary>One of the field's options.</summary>
    Enum,

    /// <summary>Any of the field's options.</summary>
    MultiEnum,

    /// <summary>A day, <c>YYYY-MM-DD</c>.</summary>
    Date,

    /// <summary>An instant, ISO 8601 with an offset.</summary>
    Datetime,

    /// <summary>An absolute http or https address.</summary>
    Url,

    /// <summary>An e-mail address.</summary>
    Email,
}

/// <summary>A field that a project adds to its issues.</summary>
/// <param name="Key">Unique among the fields of a type; a letter, then letters, digits, underscores and hyphens.</param>
/// <param name="Label">Display name.</param>
/// <param name="Type">What its values are.</param>
public sealed record CustomField(string Key, string Label, CustomFieldType Type)
{
    /// <summary>Longest <see cref="Key"/>, in characters.</summary>
    public const int MaxKeyLength = 64;

    /// <summary>Longest <see cref="Label"/>, in characters.</summary>
    public const int MaxLabelLength = 200;

    /// <summary>Whether every issue must have a value.</summary>
    public bool Required { get; init; }

    /// <summary>Key of the only type that has it, or null for all types.</summary>
    public TypeKey? IssueType { get; init; }

    /// <summary>What an <see cref="CustomFieldType.Enum"/> can be.</summary>
    public IReadOnlyList<string> Options { get; init; } = [];

    /// <summary>What a new issue has when it gives no value, or null.</summary>
    public JsonElement? DefaultValue { get; init; }

    /// <summary>A hint for people, or null.</summary>
    public string? HelperText { get; init; }

    /// <summary>
    /// The coarse type that every client understands: string, text, number, boolean or enum.
    /// </summary>
    internal string CoarseType =>
        Type switch
        {
            CustomFieldType.Text => "text",
            CustomFieldType.Number or CustomFieldType.Integer => "number",
            CustomFieldType.Boolean => "boolean",
            CustomFieldType.Enum or CustomFieldType.MultiEnum => "enum",
            _ => "string",
        };

    /// <summary>What is wrong with a value, or null when it fits.</summary>
    /// <param name="value">A value other than JSON null.</param>
    public string? Validate(JsonElement value) =>
        Type switch
        {
            CustomFieldType.String => TextFault(value, 255),
            CustomFieldType.Text => TextFault(value, 65_536),
            CustomFieldType.Number => value.ValueKind is JsonValueKind.Number ? null : $"{Label} must be a number.",
            CustomFieldType.Integer => value.ValueKind is JsonValueKind.Number && value.TryGetInt64(out _)
                ? null
                : $"{Label} must be a whole number.",
            CustomFieldType.Boolean => value.ValueKind is JsonValueKind.True or JsonValueKind.False
                ? null
                : $"{Label} must be true or false.",
            CustomFieldType.Enum => IsOption(value) ? null : $"{Label} must be one of {string.Join(", ", Options)}.",
            CustomFieldType.MultiEnum => value.ValueKind is JsonValueKind.Array && value.EnumerateArray().All(IsOption)
                ? null
                : $"{Label} must be a list of values from {string.Join(", ", Options)}.",
            CustomFieldType.Date => TextOf(value) is { } day && DateOnly.TryParseExact(day, "yyyy-MM-dd", out _)
                ? null
                : $"{Label} must be a date in the form YYYY-MM-DD.",
            CustomFieldType.Datetime => value.ValueKind is JsonValueKind.String && value.TryGetDateTimeOffset(out _)
                ? null
                : $"{Label} must be an ISO 8601 time.",
            CustomFieldType.Url => WebAddress.IsHttp(TextOf(value), int.MaxValue)
                ? null
                : $"{Label} must be an http or https address.",
            CustomFieldType.Email => EmailAddress.IsValid(TextOf(value)) ? null : $"{Label} must be an e-mail address.",
            _ => throw new InvalidOperationException($"There is no rule for {Type}."),
        };

    private static string? TextOf(JsonElement value) => value.ValueKind is JsonValueKind.String ? value.GetString() : null;

    private bool IsOption(JsonElement value) =>
        TextOf(value) is { } text && (Options.Count == 0 || Options.Contains(text, StringComparer.Ordinal));

    private string? TextFault(JsonElement value, int longest) =>
        TextOf(value) is not { } text ? $"{Label} must be text."
        : UnicodeText.Length(text) > longest ? $"{Label} can have at most {longest} characters."
        : null;
}
