using System.Text.RegularExpressions;
using Kiket.Domain.Common;

namespace Kiket.Domain.Projects;

/// <summary>The rules of a project's schema. Each error names its place, such as <c>issue_types[2].key</c>.</summary>
internal static partial class SchemaRules
{
    /// <summary>Every error of the types and the custom fields of a schema.</summary>
    public static IReadOnlyList<ErrorDetail> Validate(IReadOnlyList<IssueType>? types, IReadOnlyList<CustomField>? fields) =>
        [.. ValidateTypes(types), .. ValidateFields(fields, types ?? [])];

    /// <summary>Whether a text can be the key of an issue type.</summary>
    public static bool IsTypeKey(string? text) => text?.Length <= IssueType.MaxKeyLength && TypeKeyPattern().IsMatch(text);

    private static bool IsFieldKey(string? text) => text?.Length <= CustomField.MaxKeyLength && FieldKeyPattern().IsMatch(text);

    private static IEnumerable<ErrorDetail> ValidateTypes(IReadOnlyList<IssueType>? types)
    {
        if (types is not { Count: > 0 })
            return [new("issue_types", "A project must have at least one issue type.")];
        if (types.Count > ProjectSchema.MaxIssueTypes)
            return
            [
                new(
                    $"issue_types[{ProjectSchema.MaxIssueTypes}]",
                    $"A project can have at most {ProjectSchema.MaxIssueTypes} issue types."
                ),
            ];
        HashSet<string> keys = new(StringComparer.OrdinalIgnoreCase);
        return types.SelectMany((type, i) => Validate(type, $"issue_types[{i}]", keys));
    }

    private static IEnumerable<ErrorDetail> Validate(IssueType? type, string place, HashSet<string> keys)
    {
        if (type is null)
        {
            yield return new(place, "The issue type is missing.");
            yield break;
        }

        if (!IsTypeKey(type.Key.Value))
            yield return new(
                $"{place}.key",
                $"'{UnicodeText.Shorten(type.Key.Value)}' is not a valid issue type key: "
                    + $"a letter followed by letters, digits and _, at most {IssueType.MaxKeyLength}."
            );
        else if (!keys.Add(type.Key.Value))
            yield return new($"{place}.key", $"The issue type '{type.Key}' is listed twice.");
        if (!IsLabel(type.Label))
            yield return new($"{place}.label", $"A label must have 1 to {IssueType.MaxLabelLength} characters.");
        if (!IsLabel(type.Color))
            yield return new($"{place}.color", $"A color must have 1 to {IssueType.MaxLabelLength} characters.");
        if (!IsLabel(type.Icon))
            yield return new($"{place}.icon", $"An icon must have 1 to {IssueType.MaxLabelLength} characters.");
        if (type.Position < 0)
            yield return new($"{place}.position", "A position must be 0 or greater.");
        if (type.Workflow is not null && UnicodeText.IsBlank(type.Workflow))
            yield return new($"{place}.workflow", "The key of a workflow must not be blank.");
    }

    private static IEnumerable<ErrorDetail> ValidateFields(IReadOnlyList<CustomField>? fields, IReadOnlyList<IssueType> types)
    {
        if (fields is null)
            return [new("custom_fields", "The custom fields must be a list, which may be empty.")];
        if (fields.Count > ProjectSchema.MaxCustomFields)
            return
            [
                new(
                    $"custom_fields[{ProjectSchema.MaxCustomFields}]",
                    $"A project can have at most {ProjectSchema.MaxCustomFields} custom fields."
                ),
            ];
        return fields.SelectMany(
            (field, i) =>
                field is null
                    ? [new($"custom_fields[{i}]", "The custom field is missing.")]
                    : Validate(field, $"custom_fields[{i}]", fields.Take(i), types)
        );
    }

    private static IEnumerable<ErrorDetail> Validate(
        CustomField field,
        string place,
        IEnumerable<CustomField> earlier,
        IReadOnlyList<IssueType> types
    )
    {
        if (!IsFieldKey(field.Key))
            yield return new(
                $"{place}.key",
                $"'{UnicodeText.Shorten(field.Key)}' is not a valid custom field key: "
                    + $"a letter followed by letters, digits, _ and -, at most {CustomField.MaxKeyLength}."
            );
        else if (earlier.Any(other => other?.Key == field.Key && Overlap(other.IssueType, field.IssueType)))
            yield return new($"{place}.key", $"The custom field '{field.Key}' is listed twice.");
        if (UnicodeText.IsBlank(field.Label) || UnicodeText.Length(field.Label) > CustomField.MaxLabelLength)
            yield return new($"{place}.label", $"A label must have 1 to {CustomField.MaxLabelLength} characters.");
        if (field.IssueType is { } type && !types.Any(t => t is not null && AreSame(t.Key, type)))
            yield return new($"{place}.issue_type", $"There is no issue type '{UnicodeText.Shorten(type.Value)}'.");
        if (!Enum.IsDefined(field.Type))
            yield return new($"{place}.type", $"{(int)field.Type} is not a type of custom fields.");
        else if (field.Options is null || field.Options.Any(o => o is null))
            yield return new($"{place}.options", "The options must be a list of strings, which may be empty.");
        else if (field.DefaultValue is { } value && field.Validate(value) is { } error)
            yield return new($"{place}.default_value", $"The default is not valid: {error}");
    }

    /// <summary>Whether two fields are fields of one type; a field without a type is a field of all types.</summary>
    private static bool Overlap(TypeKey? one, TypeKey? other) =>
        one is not { } first || other is not { } second || AreSame(first, second);

    private static bool AreSame(TypeKey one, TypeKey other) =>
        string.Equals(one.Value, other.Value, StringComparison.OrdinalIgnoreCase);

    private static bool IsLabel(string? text) =>
        !UnicodeText.IsBlank(text) && UnicodeText.Length(text!) <= IssueType.MaxLabelLength;

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_]*\\z")]
    private static partial Regex TypeKeyPattern();

    [GeneratedRegex("^[A-Za-z][A-Za-z0-9_-]*\\z")]
    private static partial Regex FieldKeyPattern();
}
