using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Projects;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>An issue template and the positions of its references.</summary>
internal sealed record TemplateDraft(
    FileReading File,
    YamlText Key,
    YamlText? IssueType,
    YamlText? Status,
    IssueTemplate Template
);

/// <summary>
/// Reads <c>templates/issues/*.yaml</c> and <c>issue_templates/*.yaml</c>. The initial values of new issues are in
/// <c>defaults</c>, in older files beside the name; <c>fields</c> is a map or a list.
/// </summary>
internal static class TemplateReader
{
    private const int MaxNameLength = 200;

    public static TemplateDraft? Read(FileReading file, string stem)
    {
        var root = file.Root("model_version", "template", "issue_template");
        var member = root.Find("template") is null ? "issue_template" : "template";
        if (root.Find(member) is null)
            file.Warn(root, "The file has no template.");
        var body = file.Map(root, member);
        file.RejectMisspelled(
            body,
            ["issue_type", "status", "required_fields", "fields"],
            [
                "key",
                "id",
                "name",
                "title",
                "description",
                "scope",
                "priority",
                "labels",
                "defaults",
                "custom_fields",
                "default_custom_fields",
            ]
        );
        if (file.Text(body, "scope") is { Value: not "project" } scope)
            file.Warn(scope, $"The scope '{scope.Shown}' is not known; the template belongs to the project.");

        var defaults = file.Map(body, "defaults");
        file.WarnAboutUnknown(defaults, IssueFieldReader.Members);
        var key =
            file.Text(body, "key", IssueTemplate.MaxKeyLength)
            ?? file.Text(body, "id", IssueTemplate.MaxKeyLength)
            ?? new YamlText(body.Line, body.Column, stem, true);
        var (type, status) = (Either("issue_type") ?? file.Text(defaults, "type"), Either("status"));
        var given = IssueFieldReader.Read(file, defaults);
        foreach (var older in new[] { "title", "issue_type", "priority" })
        {
            if (!given.ContainsKey(older) && IssueFieldReader.Read(file, body, older) is { } value)
                given[older] = value;
        }

        var fields = Fields(file, body);
        return root.Find(member) is null
            ? null
            : new(
                file,
                key,
                type,
                status,
                new(key.Value, file.Text(body, "name", MaxNameLength)?.Value ?? Titles.Of(key.Value))
                {
                    Description = file.Text(body, "description")?.Value.Trim(),
                    Status = status is null ? null : new StateKey(status.Value),
                    Given = given,
                    Labels = [.. file.Texts(body, "labels"), .. file.Texts(defaults, "labels")],
                    CustomFields = CustomFields(
                        file,
                        (body, "default_custom_fields"),
                        (body, "custom_fields"),
                        (defaults, "custom_fields")
                    ),
                    RequiredFields =
                    [
                        .. file.Texts(body, "required_fields")
                            .Concat(fields.Where(f => f.Required).Select(f => f.Key))
                            .Distinct(),
                    ],
                    Fields = fields,
                }
            );

        YamlText? Either(string name) => file.Text(defaults, name) ?? file.Text(body, name);
    }

    private static List<CustomField> Fields(FileReading file, YamlMap body)
    {
        List<CustomField> fields = [];
        foreach (var (key, field) in file.Things(body, "fields", "key", "id", "name"))
        {
            if (fields.Exists(f => f.Key == key.Value))
                file.AddError(key, $"The field '{key.Shown}' is listed twice.");
            else if (IssueTypesReader.ReadField(file, key, field, null) is { } read)
                fields.Add(read);
        }

        return fields;
    }

    private static Dictionary<string, JsonElement> CustomFields(
        FileReading file,
        params ReadOnlySpan<(YamlMap Map, string Member)> places
    )
    {
        Dictionary<string, JsonElement> fields = new(StringComparer.Ordinal);
        foreach (var (map, member) in places)
        {
            foreach (
                var (key, value) in FileReading
                    .ToJson(file.Map(map, member))
                    .Where(f => f.Value.ValueKind is not JsonValueKind.Null)
            )
                fields[key] = value;
        }

        return fields;
    }
}
