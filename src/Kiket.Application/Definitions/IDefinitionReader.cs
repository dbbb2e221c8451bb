using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;
using Kiket.Domain.Issues;
using Kiket.Domain.Projects;
using Kiket.Domain.Workflows;

namespace Kiket.Application.Definitions;

/// <summary>A file of a pack, as received.</summary>
/// <param name="Path">Path in the pack, below <c>.kiket/</c>.</param>
/// <param name="IsStrict">
/// Whether what would weaken a rule, such as a misspelt key, is an error. A file that an earlier import accepted is read
/// leniently, so that it does not block the import of another one.
/// </param>
internal sealed record DefinitionText(string Path, string Content, bool IsStrict = true);

/// <summary>The content of a pack.</summary>
/// <param name="Workflows">The workflows, by path; if empty, the built-in one applies.</param>
/// <param name="Seeds">The issues to create in a new project.</param>
/// <param name="SlaDefinitions">The limits on the time in states that are defined beside the workflows.</param>
/// <param name="Modules">The modules of custom data.</param>
/// <param name="Warnings">Findings that are not errors, by file and line.</param>
internal sealed record DefinitionPack(
    PackProject Project,
    ProjectSchema Schema,
    IReadOnlyList<PackWorkflow> Workflows,
    IReadOnlyList<PackSeed> Seeds,
    IReadOnlyList<SlaDefinition> SlaDefinitions,
    IReadOnlyList<PackModule> Modules,
    IReadOnlyList<DefinitionNote> Warnings
);

/// <param name="Seeds">The records to add to a new module.</param>
internal sealed record PackModule(CustomModuleSchema Schema, IReadOnlyList<PackRecord> Seeds);

/// <summary>An initial record of a new module.</summary>
/// <param name="Place">Where the file says so; the message is empty.</param>
internal sealed record PackRecord(string Table, IReadOnlyDictionary<string, JsonElement> Data, DefinitionNote Place);

/// <param name="Path">The file that describes the project, or null when there is none.</param>
/// <param name="Settings">The file's settings, or null when it has none.</param>
internal sealed record PackProject(
    string Key,
    string Name,
    string? Description,
    IReadOnlyDictionary<string, JsonElement>? Settings,
    string? Path
);

/// <param name="Source">The exact text of the file.</param>
internal sealed record PackWorkflow(string Key, WorkflowDefinition Definition, string Source);

/// <summary>An initial issue of a new project.</summary>
/// <param name="Status">Its state, or null for the initial one.</param>
/// <param name="Place">Where the file says so; the message is empty.</param>
internal sealed record PackSeed(IssueType Type, StateKey? Status, IssueEdit Fields, DefinitionNote Place);

/// <summary>Reads definition packs; the border to YAML.</summary>
internal interface IDefinitionReader
{
    /// <summary>Reads a pack.</summary>
    /// <param name="files">Its files.</param>
    /// <param name="projectKey">Key of the project, overriding the files, or null to use theirs.</param>
    /// <param name="folder">Name of the pack's folder, or null: the key and name of a project that the files do not name.</param>
    /// <param name="heldRoles">The roles that somebody in the project holds, or null to use those that the pack declares.</param>
    /// <returns>The pack, or <c>DEFINITION_INVALID</c> with every error.</returns>
    Result<DefinitionPack> Read(
        IReadOnlyList<DefinitionText> files,
        string? projectKey,
        string? folder,
        IReadOnlySet<string>? heldRoles = null
    );

    /// <summary>The key of the workflow that a text describes, or null if it cannot be determined.</summary>
    string? WorkflowKeyOf(string text);
}
