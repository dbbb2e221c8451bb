using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>The types and custom fields of <c>issue_types.yaml</c>.</summary>
/// <param name="Workflows">The position at which a type names its workflow, by the type's key.</param>
internal sealed record IssueTypesDraft(
    IReadOnlyList<IssueType> Types,
    IReadOnlyList<CustomField> Fields,
    IReadOnlyDictionary<string, YamlText> Workflows,
    FileReading File
);

/// <summary>Reads <c>issue_types.yaml</c> (contract, section 20).</summary>
internal static class IssueTypesReader
{
    /// <summary>Names of field types in other trackers and older files.</summary>
    public static IReadOnlyDictionary<string, CustomFieldType> Synonyms { get; } =
        new Dictionary<string, CustomFieldType>(StringComparer.OrdinalIgnoreCase)
        {
            ["numeric"] = CustomFieldType.Number,
            ["decimal"] = CustomFieldType.Number,
            ["float"] = CustomFieldType.Number,
            ["int"] = CustomFieldType.Integer,
            ["bool"] = CustomFieldType.Boolean,
            ["checkbox"] = CustomFieldType.Boolean,
            ["select"] = CustomFieldType.Enum,
            ["dropdown"] = CustomFieldType.Enum,
            ["choice"] = CustomFieldType.Enum,
            ["multiselect"] = CustomFieldType.MultiEnum,
            ["multi_select"] = CustomFieldType.MultiEnum,
            ["date_time"] = CustomFieldType.Datetime,
            ["timestamp"] = CustomFieldType.Datetime,
            ["textarea"] = CustomFieldType.Text,
            ["markdown"] = CustomFieldType.Text,
            ["link"] = CustomFieldType.Url,
        };

    public static IssueTypesDraft Read(FileReading file)
    {
        var root = file.Root("model_version", "issue_types", "custom_fields");
        List<(YamlText At, CustomField Field)> fields = [];
        Dictionary<string, YamlText> workflows = new(StringComparer.OrdinalIgnoreCase);
        ReadFields(file, root, "custom_fields", null, fields);
        List<(YamlText At, IssueType Type)> types = [];
        foreach (var (key, body) in file.Things(root, "issue_types", "key", "id"))
            types.Add((key, ReadType(file, key, body, types.Count, fields, workflows)));

        if (FileReading.IsEmpty(root, "issue_types"))
            file.AddError(root.Find("issue_types")?.Value ?? root, "The file has no issue types.");
        if (types.Count > 0)
            file.AddError(
                SchemaRules.Validate([.. types.Select(t => t.Type)], [.. fields.Select(f => f.Field)]),
                (list, index) => list == "issue_types" ? types[index].At : fields[index].At
            );
        return new([.. types.Select(t => t.Type).OrderBy(t => t.Position)], [.. fields.Select(f => f.Field)], workflows, file);
    }

    private static IssueType ReadType(
        FileReading file,
        YamlText key,
        YamlMap body,
        int position,
        List<(YamlText At, CustomField Field)> fields,
        Dictionary<string, YamlText> workflows
    )
    {
        file.RejectMisspelled(
            body,
            ["workflow", "active", "allow_children", "custom_fields", "fields"],
            ["key", "id", "label", "name", "description", "color", "icon", "position"]
        );
        ReadFields(file, body, "custom_fields", new(key.Value), fields);
        ReadFields(file, body, "fields", new(key.Value), fields);
        if (file.Text(body, "workflow") is { } workflow)
            workflows[key.Value] = workflow;

        var label = file.Text(body, "label", IssueType.MaxLabelLength) ?? file.Text(body, "name", IssueType.MaxLabelLength);
        var standard = new IssueType(new(key.Value), label?.Value ?? Titles.Of(key.Value));
        return standard with
        {
            AllowChildren = file.Flag(body, "allow_children", standard.AllowChildren),
            Color = file.Text(body, "color", IssueType.MaxLabelLength)?.Value ?? standard.Color,
            Icon = file.Text(body, "icon", IssueType.MaxLabelLength)?.Value ?? standard.Icon,
            Description = file.Text(body, "description")?.Value.Trim(),
            Position = file.WholeNumber(body, "position") ?? position,
            Active = file.Flag(body, "active", standard.Active),
        };
    }

    private static void ReadFields(
        FileReading file,
        YamlMap map,
        string member,
        TypeKey? type,
        List<(YamlText At, CustomField Field)> fields
    )
    {
        foreach (var (key, body) in file.Things(map, member, "key", "id", "name"))
        {
            if (ReadField(file, key, body, type) is { } field)
                fields.Add((key, field));
        }
    }

    public static CustomField? ReadField(FileReading file, YamlText key, YamlMap body, TypeKey? type)
    {
        file.RejectMisspelled(
            body,
            ["type", "field_type", "required", "options"],
            ["key", "id", "name", "label", "default_value", "default", "helper_text", "description"]
        );
        var word = file.Text(body, "type") ?? file.Text(body, "field_type");
        var fieldType = CustomFieldType.String;
        if (word is not null && !WireName.TryParse(word.Value, out fieldType) && !Synonyms.TryGetValue(word.Value, out fieldType))
        {
            file.AddError(
                word,
                $"'{word.Shown}' is not a valid custom field type; use {string.Join(", ", WireName.All<CustomFieldType>())}."
            );
            return null;
        }

        var label = file.Text(body, "label", IssueType.MaxLabelLength) ?? file.Text(body, "name", IssueType.MaxLabelLength);
        var field = new CustomField(
            key.Value,
            label is null || ReferenceEquals(label, key) ? Titles.Of(key.Value) : label.Value,
            fieldType
        )
        {
            IssueType = type,
            Required = file.Flag(body, "required", false),
            Options = ReadOptions(file, body),
            HelperText = (file.Text(body, "helper_text") ?? file.Text(body, "description"))?.Value.Trim(),
        };
        var standard = (body.Find("default_value") ?? body.Find("default"))?.Value;
        if (standard is null or YamlText { IsNull: true })
            return field;
        var value = FileReading.ToJson(standard);
        if (field.Validate(value) is not { } error)
            return field with { DefaultValue = value };
        file.AddError(standard, $"The default is not valid: {error}");
        return null;
    }

    /// <summary>Options as texts, or as maps with a value.</summary>
    private static List<string> ReadOptions(FileReading file, YamlMap body)
    {
        List<string> options = [];
        foreach (var item in file.List(body, "options"))
        {
            var option =
                item as YamlText
                ?? (item as YamlMap)?.Find("value")?.Value as YamlText
                ?? (item as YamlMap)?.Find("key")?.Value as YamlText;
            if (option is { IsNull: false })
                options.Add(option.Value);
            else
                file.AddError(item, "An option must be a string.");
        }

        return options;
    }
}
