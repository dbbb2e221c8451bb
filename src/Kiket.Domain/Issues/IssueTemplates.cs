using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;

namespace Kiket.Domain.Issues;

/// <summary>Applies templates to new issues.</summary>
internal static class IssueTemplates
{
    /// <summary>Fills in the fields that the caller omits.</summary>
    /// <param name="template">The template.</param>
    /// <param name="given">The caller's values, which take precedence, field by field and custom field by custom field.</param>
    /// <param name="status">The state that the caller gives, or null.</param>
    /// <returns>
    /// All fields, or <c>VALIDATION_ERROR</c> with every field that the template requires or describes and that does not fit.
    /// </returns>
    public static Result<IssueEdit> Fill(this IssueTemplate template, IssueEdit given, StateKey? status = null)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(given);
        var custom = new Dictionary<string, JsonElement>(template.CustomFields, StringComparer.Ordinal);
        foreach (var (key, value) in given.CustomFields.Or(null) ?? new Dictionary<string, JsonElement>())
            custom[key] = value;

        var filled = IssueFields.Fill(given, template.Given);
        if (custom.Count > 0)
            filled = filled with { CustomFields = custom };
        List<ErrorDetail> errors =
        [
            .. template
                .RequiredFields.Select(FieldName)
                .Distinct()
                .Where(f => f == "status" ? (status ?? template.Status) is null : IsMissing(f, filled, custom))
                .Select(f => new ErrorDetail($"issue.{f}", $"{template.Name} requires {f}.")),
            .. template.Fields.Where(f => FieldName(f.Key) != f.Key).Select(f => Validate(f, custom)).OfType<ErrorDetail>(),
        ];
        return errors.Count > 0 ? Error.Validation(errors) : filled;
    }

    private static ErrorDetail? Validate(CustomField field, Dictionary<string, JsonElement> custom) =>
        custom.TryGetValue(field.Key, out var value)
        && value.ValueKind is not JsonValueKind.Null
        && field.Validate(value) is { } error
            ? new($"issue.{IssueFields.CustomPrefix}{field.Key}", error)
            : null;

    /// <summary>The required fields of a template that nobody can give, because issues of a type do not have them.</summary>
    /// <param name="template">The template.</param>
    /// <param name="custom">Keys of the custom fields that they have.</param>
    public static IEnumerable<string> UnknownRequirements(this IssueTemplate template, IReadOnlyCollection<string> custom)
    {
        ArgumentNullException.ThrowIfNull(template);
        ArgumentNullException.ThrowIfNull(custom);
        return template.RequiredFields.Where(name =>
            FieldName(name) is var field
            && field.StartsWith(IssueFields.CustomPrefix, StringComparison.Ordinal)
            && !custom.Contains(field[IssueFields.CustomPrefix.Length..])
        );
    }

    /// <summary>The wire name of a field that a template names.</summary>
    private static string FieldName(string field) =>
        IssueFields.Find(field, FieldUses.Requirements)?.Name
        ?? (field.StartsWith(IssueFields.CustomPrefix, StringComparison.Ordinal) ? field : IssueFields.CustomPrefix + field);

    private static bool IsMissing(string field, IssueEdit edit, Dictionary<string, JsonElement> custom) =>
        IssueFields.Find(field, FieldUses.Requirements)?.IsMissing(edit)
        ?? (
            !custom.TryGetValue(field[IssueFields.CustomPrefix.Length..], out var value)
            || value.ValueKind is JsonValueKind.Null
            || (value.ValueKind is JsonValueKind.String && UnicodeText.IsBlank(value.GetString()))
        );
}
