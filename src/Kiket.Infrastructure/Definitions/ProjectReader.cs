using System.Globalization;
using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;

namespace Kiket.Infrastructure.Definitions;

/// <summary>What <c>project.yaml</c> says.</summary>
internal sealed record ProjectDraft(
    string? Key,
    string? Name,
    string? Description,
    IReadOnlyDictionary<string, JsonElement>? Settings,
    IReadOnlyList<TeamRole> Roles,
    IReadOnlyList<SeedDraft> Seeds,
    string? Version,
    PackExtensions Extensions,
    FileReading File);

/// <summary>An issue that a new project begins with, before its type and state are looked up.</summary>
internal sealed record SeedDraft(YamlNode At, YamlText? IssueType, YamlText? Status, IssueEdit Fields);

/// <summary>Reads <c>project.yaml</c> (contract, section 20).</summary>
internal static class ProjectReader
{
    private const int MaxSeeds = 1000;
    private const int MaxRoles = 200;

    public static ProjectDraft Read(FileReading file)
    {
        var root = file.Root("model_version", "project");
        if (root.Find("project") is null)
            file.Fault(root, "The file has no project.");
        var project = file.Map(root, "project");
        file.WarnOfOthers(project, "key", "id", "name", "version", "description", "team", "settings", "extensions", "seed_data");

        var settings = project.Find("settings") is { Value: not YamlText { IsNull: true } }
            ? FileReading.ToJson(file.Map(project, "settings"))
            : null;
        if (settings is not null && JsonSize.Of(settings) > Project.MaxSettingsBytes)
            file.Fault(project.Find("settings")!.Value, $"The settings have at most {Project.MaxSettingsBytes} bytes.");
        var name = file.Text(project, "name", Project.MaxNameLength);
        if (name?.Value.Trim().Length < 2)
            file.Fault(name, $"The name has 2 to {Project.MaxNameLength} characters.");
        return new(
            ReadKey(file, project),
            name?.Value.Trim(),
            file.Text(project, "description", Project.MaxDescriptionLength)?.Value.Trim(),
            settings,
            ReadRoles(file, file.Map(project, "team")),
            ReadSeeds(file, file.Map(project, "seed_data")),
            file.Text(project, "version", Project.MaxNameLength)?.Value,
            ReadExtensions(file, file.Map(project, "extensions")),
            file);
    }

    private static PackExtensions ReadExtensions(FileReading file, YamlMap extensions)
    {
        file.WarnOfOthers(extensions, "required", "optional");
        return new(file.Texts(extensions, "required"), file.Texts(extensions, "optional"));
    }

    private static string? ReadKey(FileReading file, YamlMap project)
    {
        // Older files have an id in small letters instead.
        var (key, id) = (file.Text(project, "key"), file.Text(project, "id"));
        if (key is not null && id is not null)
            file.Warn(id, "The project has a key, so its id is not read.");
        if ((key ?? id) is not { } given)
            return null;
        var value = key?.Value ?? given.Value.ToUpperInvariant();
        if (ProjectKey.IsValid(value))
            return value;
        file.Fault(
            given, $"'{given.Shown}' is no project key: an upper-case letter and then upper-case letters and digits, at most {ProjectKey.MaxLength}.");
        return null;
    }

    private static List<TeamRole> ReadRoles(FileReading file, YamlMap team)
    {
        file.WarnOfOthers(team, "roles");
        List<TeamRole> roles = [];
        foreach (var (name, body) in file.Things(team, "roles", "name", "key").Take(MaxRoles))
        {
            file.WarnOfOthers(body, "name", "key", "description");
            roles.Add(new(name.Value, file.Text(body, "description")?.Value.Trim()));
        }

        return roles;
    }

    private static List<SeedDraft> ReadSeeds(FileReading file, YamlMap data)
    {
        file.WarnOfOthers(data, "issues");
        var items = file.List(data, "issues");
        if (items.Count > MaxSeeds)
            file.Fault(items[MaxSeeds], $"A pack has at most {MaxSeeds} issues.");
        return [.. items.Take(MaxSeeds).Select(item => ReadSeed(file, item))];
    }

    private static SeedDraft ReadSeed(FileReading file, YamlNode item)
    {
        var seed = file.MapOf(item, "An issue");
        file.WarnOfOthers(
            seed, "title", "description", "issue_type", "type", "status", "priority", "labels", "story_points", "due_date", "custom_fields");
        return new(item, file.Text(seed, "issue_type") ?? file.Text(seed, "type"), file.Text(seed, "status"), new()
        {
            Title = file.Required(seed, "title", "The issue", Issue.MaxTitleLength)?.Value,
            Description = file.Text(seed, "description", Issue.MaxDescriptionLength)?.Value.Trim(),
            Priority = ReadPriority(file, seed),
            Labels = new(file.Texts(seed, "labels")),
            StoryPoints = Parsed(file, seed, "story_points", Points),
            DueDate = Parsed(file, seed, "due_date", Day),
            CustomFields = new(FileReading.ToJson(file.Map(seed, "custom_fields"))),
        });
    }

    public static IssuePriority ReadPriority(FileReading file, YamlMap seed)
    {
        if (file.Text(seed, "priority") is not { } text)
            return IssuePriority.Medium;
        if (!WireName.TryParse(text.Value, out IssuePriority priority))
            file.Fault(text, $"'{text.Shown}' is no priority; use {string.Join(", ", WireName.All<IssuePriority>())}.");
        return priority;
    }

    public static decimal? Points(string text) =>
        decimal.TryParse(text, NumberStyles.AllowDecimalPoint, CultureInfo.InvariantCulture, out var points) ? points : null;

    private static DateOnly? Day(string text) =>
        DateOnly.TryParseExact(text, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out var day) ? day : null;

    public static T? Parsed<T>(FileReading file, YamlMap seed, string member, Func<string, T?> parse)
        where T : struct
    {
        if (file.Text(seed, member) is not { } text)
            return null;
        var value = parse(text.Value);
        if (value is null)
            file.Fault(text, $"'{text.Shown}' is no {member}.");
        return value;
    }
}
