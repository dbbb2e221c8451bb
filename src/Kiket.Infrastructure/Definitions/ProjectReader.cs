using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Infrastructure.Yaml;

namespace Kiket.Infrastructure.Definitions;

/// <summary>The content of <c>project.yaml</c>.</summary>
internal sealed record ProjectDraft(
    string? Key,
    string? Name,
    string? Description,
    IReadOnlyDictionary<string, JsonElement>? Settings,
    IReadOnlyList<TeamRole> Roles,
    IReadOnlyList<SeedDraft> Seeds,
    string? Version,
    PackExtensions Extensions,
    FileReading File
);

/// <summary>A seed issue of a new project, before its type and state are resolved.</summary>
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
            file.AddError(root, "The file has no project.");
        var project = file.Map(root, "project");
        file.WarnAboutUnknown(
            project,
            "key",
            "id",
            "name",
            "version",
            "description",
            "team",
            "settings",
            "extensions",
            "seed_data"
        );

        var settings = project.Find("settings") is { Value: not YamlText { IsNull: true } }
            ? FileReading.ToJson(file.Map(project, "settings"))
            : null;
        if (settings is not null && JsonValues.SizeOf(settings) > Project.MaxSettingsBytes)
            file.AddError(project.Find("settings")!.Value, $"The settings can have at most {Project.MaxSettingsBytes} bytes.");
        var name = file.Text(project, "name", Project.MaxNameLength);
        if (name?.Value.Trim().Length < 2)
            file.AddError(name, $"The name must have 2 to {Project.MaxNameLength} characters.");
        return new(
            ReadKey(file, project),
            name?.Value.Trim(),
            file.Text(project, "description", Project.MaxDescriptionLength)?.Value.Trim(),
            settings,
            ReadRoles(file, file.Map(project, "team")),
            ReadSeeds(file, file.Map(project, "seed_data")),
            file.Text(project, "version", Project.MaxNameLength)?.Value,
            ReadExtensions(file, file.Map(project, "extensions")),
            file
        );
    }

    private static PackExtensions ReadExtensions(FileReading file, YamlMap extensions)
    {
        file.WarnAboutUnknown(extensions, "required", "optional");
        return new(file.Texts(extensions, "required"), file.Texts(extensions, "optional"));
    }

    private static string? ReadKey(FileReading file, YamlMap project)
    {
        // Older files have a lower-case id instead.
        var (key, id) = (file.Text(project, "key"), file.Text(project, "id"));
        if (key is not null && id is not null)
            file.Warn(id, "The project has a key, so its id is ignored.");
        if ((key ?? id) is not { } given)
            return null;
        var value = key?.Value ?? given.Value.ToUpperInvariant();
        if (ProjectKey.IsValid(value))
            return value;
        file.AddError(
            given,
            $"'{given.Shown}' is not a valid project key: an upper-case letter followed by upper-case letters and digits, at "
                + $"most {ProjectKey.MaxLength}."
        );
        return null;
    }

    private static List<TeamRole> ReadRoles(FileReading file, YamlMap team)
    {
        file.WarnAboutUnknown(team, "roles");
        List<TeamRole> roles = [];
        foreach (var (name, body) in file.Things(team, "roles", "name", "key").Take(MaxRoles))
        {
            file.WarnAboutUnknown(body, "name", "key", "description");
            roles.Add(new(name.Value, file.Text(body, "description")?.Value.Trim()));
        }

        return roles;
    }

    private static List<SeedDraft> ReadSeeds(FileReading file, YamlMap data)
    {
        file.WarnAboutUnknown(data, "issues");
        var items = file.List(data, "issues");
        if (items.Count > MaxSeeds)
            file.AddError(items[MaxSeeds], $"A pack can have at most {MaxSeeds} issues.");
        return [.. items.Take(MaxSeeds).Select(item => ReadSeed(file, item))];
    }

    private static SeedDraft ReadSeed(FileReading file, YamlNode item)
    {
        var seed = file.MapOf(item, "An issue");
        file.WarnAboutUnknown(seed, IssueFieldReader.Members);
        file.Required(seed, "title", "The issue", Issue.MaxTitleLength);
        var custom = new IssueEdit { CustomFields = FileReading.ToJson(file.Map(seed, "custom_fields")) };
        var fields = IssueFields.Fill(custom, IssueFieldReader.Read(file, seed));
        return new(
            item,
            file.Text(seed, "issue_type") ?? file.Text(seed, "type"),
            file.Text(seed, "status"),
            fields with
            {
                Description = fields.Description.Map(text => text?.Trim()),
            }
        );
    }
}
