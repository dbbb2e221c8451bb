using System.Text.Json;
using Kiket.Domain.Common;
using Kiket.Domain.CustomData;
using Kiket.Domain.Definitions;

namespace Kiket.Application.CustomData;

/// <summary>A module's schema as received: YAML text, or a JSON value from a body.</summary>
/// <param name="IsStrict">Whether what may weaken a rule, such as a misspelt key, is an error.</param>
internal sealed record ModuleText(string? Text, JsonElement? Json, bool IsStrict = true);

/// <param name="Warnings">Findings that are not errors.</param>
internal sealed record ReadModule(CustomModuleSchema Schema, IReadOnlyList<DefinitionNote> Warnings);

/// <summary>Reads schemas of modules; the border to YAML.</summary>
internal interface ICustomModuleReader
{
    /// <returns>The schema, or <c>DEFINITION_INVALID</c> with every error at its line and column.</returns>
    Result<ReadModule> Read(ModuleText module);
}
