using System.Globalization;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>A limit and its position.</summary>
/// <param name="Id">The position of its id.</param>
/// <param name="Project">Key of the only project to which it applies, or null.</param>
internal sealed record SlaDefinitionDraft(
    FileReading File,
    YamlText Id,
    YamlText Status,
    YamlText? IssueType,
    YamlText? Project,
    SlaDefinition Definition
);

/// <summary>Reads <c>workflow_sla_definitions.yml</c> (contract, section 16): a list of limits, bare or below a key.</summary>
internal static class SlaDefinitionsReader
{
    private const int MaxDefinitions = 500;

    private static readonly string[] Lists = ["workflow_sla_definitions", "sla_definitions", "definitions"];

    public static IReadOnlyList<SlaDefinitionDraft> Read(FileReading file)
    {
        var (root, key) = file.Whole is YamlList bare
            ? (YamlMap.EmptyAt(bare) with { Entries = [new(new(bare.Line, bare.Column, Lists[0], true), bare)] }, Lists[0])
            : (file.Root(Lists, ["model_version"]), null);
        key ??= Lists.FirstOrDefault(name => root.Find(name) is not null);
        if (key is null || FileReading.IsEmpty(root, key))
            file.Warn(root, "The file has no limits.");

        List<SlaDefinitionDraft> drafts = [];
        foreach (var (id, body) in key is null ? [] : file.Things(root, key, "id"))
        {
            if (drafts.Count == MaxDefinitions)
            {
                file.AddError(id, $"A file can have at most {MaxDefinitions} limits.");
                break;
            }

            if (ReadOne(file, id, body) is { } draft)
                drafts.Add(draft);
        }

        foreach (var other in Lists.Where(name => name != key && root.Find(name) is not null))
            file.AddError(root.Find(other)!.Key, $"The limits are already listed below {key}.");
        return drafts;
    }

    private static SlaDefinitionDraft? ReadOne(FileReading file, YamlText id, YamlMap body)
    {
        file.RejectUnknown(
            body,
            ["id", "status", "issue_type", "priority", "project", "max_duration_minutes", "warning_buffer_minutes"],
            ["name", "description", "owner"]
        );
        var status = file.Required(body, "status", "The limit", Domain.Workflows.State.MaxKeyLength);
        IssuePriority? priority = null;
        if (file.Text(body, "priority") is { } word)
        {
            if (WireName.TryParse(word.Value, out IssuePriority known))
                priority = known;
            else
                file.AddError(
                    word,
                    $"'{word.Shown}' is not a valid priority; use {string.Join(", ", WireName.All<IssuePriority>())}."
                );
        }

        const string limitKey = "max_duration_minutes";
        const string bufferKey = "warning_buffer_minutes";
        var limit = Minutes(file, limitKey, file.Required(body, limitKey, "The limit", int.MaxValue));
        var buffer = Minutes(file, bufferKey, file.Text(body, bufferKey));
        if (status is null || limit is null)
            return null;
        var made = SlaDefinition.Create(id.Value, new(status.Value), limit.Value, buffer);
        foreach (var error in made.Error?.Details ?? [])
            file.AddError(PlaceOf(error.Field), error.Message);
        if (made.IsRefused)
            return null;
        var type = file.Text(body, "issue_type");
        return new(
            file,
            id,
            status,
            type,
            file.Text(body, "project"),
            made.Value with
            {
                IssueType = type is null ? null : new TypeKey(type.Value),
                Priority = priority,
            }
        );

        YamlNode PlaceOf(string field) =>
            field switch
            {
                "status" => status,
                "limit" => body.Find(limitKey)!.Value,
                "warning_buffer" => body.Find(bufferKey)!.Value,
                _ => id,
            };
    }

    private static TimeSpan? Minutes(FileReading file, string key, YamlText? text)
    {
        if (text is null)
            return null;
        if (int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes))
            return TimeSpan.FromMinutes(minutes);
        file.AddError(text, $"{key} must be a whole number of minutes.");
        return null;
    }
}
