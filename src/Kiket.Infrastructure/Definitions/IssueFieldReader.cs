using System.Text.Json;
using Kiket.Domain.Issues;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>Reads the field values of a template or a seed.</summary>
internal static class IssueFieldReader
{
    /// <summary>The members that a map of fields can have.</summary>
    public static string[] Members { get; } = [.. IssueFields.NamesFor(FieldUses.Definitions), "status", "custom_fields"];

    /// <summary>The values by field name; a value that is not valid for its field is an error.</summary>
    public static Dictionary<string, JsonElement> Read(FileReading file, YamlMap map)
    {
        Dictionary<string, JsonElement> given = new(StringComparer.Ordinal);
        foreach (var field in IssueFields.For(FieldUses.Definitions))
        {
            if (Read(file, map, field) is { } value)
                given[field.Name] = value;
        }

        return given;
    }

    /// <summary>One field by name.</summary>
    public static JsonElement? Read(FileReading file, YamlMap map, string field) =>
        Read(file, map, IssueFields.Find(field, FieldUses.Definitions)!);

    private static JsonElement? Read(FileReading file, YamlMap map, IssueField field)
    {
        if (field.IsList)
            return file.Texts(map, field.Name) is { Count: > 0 } texts ? JsonSerializer.SerializeToElement(texts) : null;
        var given = field.NamesFor(FieldUses.Definitions).Select(name => file.Text(map, name, field.MaxLength ?? int.MaxValue));
        if (given.FirstOrDefault(t => t is not null) is not { } text)
            return null;
        if (field.Read(new(), JsonSerializer.SerializeToElement(text.Value)) is { } read)
            return field.ValueOf(read) is { } value ? JsonSerializer.SerializeToElement(value) : null;
        var choices = field.Choices is { } values ? $"; use {string.Join(", ", values)}" : "";
        file.AddError(text, $"'{text.Shown}' is not a valid {field.Name}{choices}.");
        return null;
    }
}
