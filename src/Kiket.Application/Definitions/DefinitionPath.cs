using Kiket.Domain.Definitions;

namespace Kiket.Application.Definitions;

/// <summary>
/// Paths of definition files, which are always below <c>.kiket/</c>, with forward slashes, and never lead out of it.
/// </summary>
internal static class DefinitionPath
{
    public const string Root = ".kiket/";

    /// <summary>The folder of workflows.</summary>
    public const string Workflows = Root + "workflows/";

    private const string Modules = Root + "modules/";

    /// <summary>Whether a file, by its normal path, describes the project as a whole.</summary>
    public static bool IsProject(string path) => path is Root + "project.yaml" or Root + "project.yml";

    /// <summary>Whether a file, by its normal path, contains a workflow: those directly in the folder of workflows do.</summary>
    public static bool IsWorkflow(string path) =>
        path.StartsWith(Workflows, StringComparison.Ordinal)
        && path.LastIndexOf('/') == Workflows.Length - 1
        && !IsSlaDefinitions(path);

    /// <summary>
    /// Whether a file, by its normal path, contains limits on the time in states: of all workflows, or of the one in whose folder
    /// it is. Its name identifies it in any folder.
    /// </summary>
    public static bool IsSlaDefinitions(string path) =>
        Stem(path).Split('/')[^1] is "workflow_sla_definitions" or "sla_definitions";

    /// <summary>The workflow's folder that contains a file, by its normal path, or null.</summary>
    public static string? FolderOf(string path) => path.Split('/') is [_, "workflows", var folder, _, ..] ? folder : null;

    /// <summary>Whether a file, by its normal path, contains an issue template.</summary>
    public static bool IsTemplate(string path) =>
        path.StartsWith(Root + "templates/issues/", StringComparison.Ordinal)
        || path.StartsWith(Root + "issue_templates/", StringComparison.Ordinal);

    /// <summary>
    /// Whether a file, by its normal path, contains automations: of the project, or of the workflow in whose folder it is.
    /// </summary>
    public static bool IsAutomation(string path) =>
        path.StartsWith(Root + "automations/", StringComparison.Ordinal)
        || path.Split('/') is [_, "workflows", _, "automation_recipes" or "automations", ..];

    /// <summary>Whether a file, by its normal path, is the schema of a module of custom data.</summary>
    public static bool IsModule(string path) =>
        path.StartsWith(Modules, StringComparison.Ordinal) && Stem(path).Split('/') is [_, _, "schema"];

    /// <summary>Whether a file, by its normal path, contains the initial records of a module.</summary>
    public static bool IsModuleSeed(string path) =>
        path.StartsWith(Modules, StringComparison.Ordinal) && Stem(path).Split('/') is [_, _, "seeds", _];

    /// <summary>Normalizes a path. A leading <c>./</c> and a missing <c>.kiket/</c> are tolerated.</summary>
    /// <returns>Whether it is the path of a YAML file below <c>.kiket/</c>.</returns>
    public static bool TryNormalize(string? path, out string normal)
    {
        normal = path ?? "";
        if (normal.StartsWith("./", StringComparison.Ordinal))
            normal = normal[2..];
        if (normal.StartsWith('/'))
            return false;
        if (!normal.StartsWith(Root, StringComparison.Ordinal))
            normal = Root + normal;
        return normal.Length <= DefinitionFile.MaxPathLength
            && IsYaml(normal)
            && !normal.Any(c => c is '\\' or ':' || char.IsControl(c))
            && normal.Split('/').All(segment => segment.Trim() is not ("" or "." or ".."));
    }

    public static bool IsYaml(string path) =>
        path.EndsWith(".yaml", StringComparison.OrdinalIgnoreCase) || path.EndsWith(".yml", StringComparison.OrdinalIgnoreCase);

    /// <summary>The path without <c>.kiket/</c> and without the file's extension: <c>workflows/bug</c>.</summary>
    public static string Stem(string path) => path[Root.Length..path.LastIndexOf('.')];
}

/// <summary>The maximum size of a pack.</summary>
internal static class DefinitionLimits
{
    public const int MaxFileLength = 1024 * 1024;

    public const int MaxPackLength = 5 * 1024 * 1024;

    public const int MaxFiles = 1000;
}
