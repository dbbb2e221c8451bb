using System.Globalization;
using Kiket.Domain.Common;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>A limit and its position.</summary>
/// <param name="Id">The position of its id.</param>
/// <param name="Project">Key of the only project for which it is meant, or null.</param>
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

    /// <summary>Ten years, as for every other length of time in a definition.</summary>
    private const int MaxMinutes = 3653 * 24 * 60;

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
                file.Fault(id, $"A file can have at most {MaxDefinitions} limits.");
                break;
            }

            if (ReadOne(file, id, body) is { } draft)
                drafts.Add(draft);
        }

        foreach (var other in Lists.Where(name => name != key && root.Find(name) is not null))
            file.Fault(root.Find(other)!.Key, $"The limits are already listed below {key}.");
        return drafts;
    }

    private static SlaDefinitionDraft? ReadOne(FileReading file, YamlText id, YamlMap body)
    {
        file.RefuseOthers(
            body,
            ["id", "status", "issue_type", "priority", "project", "max_duration_minutes", "warning_buffer_minutes"],
            ["name", "description", "owner"]
        );
        if (id.Value.Length is 0 or > SlaDefinition.MaxIdLength)
            file.Fault(id, $"An id must have 1 to {SlaDefinition.MaxIdLength} characters.");
        var status = file.Required(body, "status", "The limit", Domain.Workflows.State.MaxKeyLength);
        IssuePriority? priority = null;
        if (file.Text(body, "priority") is { } word)
        {
            if (WireName.TryParse(word.Value, out IssuePriority known))
                priority = known;
            else
                file.Fault(
                    word,
                    $"'{word.Shown}' is not a valid priority; use {string.Join(", ", WireName.All<IssuePriority>())}."
                );
        }

        var limit = Minutes(
            file,
            "max_duration_minutes",
            file.Required(body, "max_duration_minutes", "The limit", int.MaxValue),
            1
        );
        var buffer = Minutes(file, "warning_buffer_minutes", file.Text(body, "warning_buffer_minutes"), 0);
        if (buffer >= limit)
            file.Fault(
                body.Find("warning_buffer_minutes")!.Value,
                "The warning must come before the breach, so its buffer must be shorter than max_duration_minutes."
            );
        if (status is null || limit is null)
            return null;
        var type = file.Text(body, "issue_type");
        return new(
            file,
            id,
            status,
            type,
            file.Text(body, "project"),
            new(id.Value, new(status.Value), limit.Value)
            {
                WarningBuffer = buffer > TimeSpan.Zero ? buffer : null,
                IssueType = type is null ? null : new TypeKey(type.Value),
                Priority = priority,
            }
        );
    }

    private static TimeSpan? Minutes(FileReading file, string key, YamlText? text, int least)
    {
        if (text is null)
            return null;
        if (
            int.TryParse(text.Value, NumberStyles.None, CultureInfo.InvariantCulture, out var minutes)
            && minutes >= least
            && minutes <= MaxMinutes
        )
            return TimeSpan.FromMinutes(minutes);
        file.Fault(text, $"{key} must be a whole number of minutes from {least} to {MaxMinutes}.");
        return null;
    }
}
