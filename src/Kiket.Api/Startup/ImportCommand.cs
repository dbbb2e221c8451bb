using System.CommandLine;
using Kiket.Domain.Common;

namespace Kiket.Api.Startup;

/// <summary>
/// <c>import &lt;folder&gt;</c>: imports definition packs; the faults of a broken one go to the error stream, one a line.
/// </summary>
internal static class ImportCommand
{
    public static Command Build()
    {
        var folder = new Argument<string>("folder") { Description = "A folder that holds .kiket, or a folder of such folders." };
        var organization = new Option<string?>("--organization")
        {
            Description = "Slug of the organization; the first one by default.",
        };
        var strict = new Option<bool>("--strict")
        {
            Description = "false turns what may weaken a rule, such as a misspelt key, from an error into a warning.",
            DefaultValueFactory = _ => true,
        };
        return new Command("import", "Imports definition packs.") { folder, organization, strict }.DoesInDatabase(
            (parsed, services, ct) =>
                ImportAsync(
                    services,
                    parsed.GetRequiredValue(folder),
                    parsed.GetValue(organization),
                    parsed.GetValue(strict),
                    parsed.InvocationConfiguration.Error,
                    ct
                )
        );
    }

    /// <returns>A line for each pack, or a refusal when one of them is broken; the others are imported all the same.</returns>
    public static async Task<Result<string>> ImportAsync(
        IServiceProvider services,
        string folder,
        string? organization,
        bool isStrict,
        TextWriter error,
        CancellationToken ct
    )
    {
        var imported = await services.ImportFolderAsync(folder, organization, isStrict, ct);
        if (imported.Error is { } refusal)
            return refusal;
        foreach (var pack in imported.Value)
        {
            foreach (var line in pack.Outcome.Error is { } fault ? DefinitionFolders.LinesOf(fault) : WarningsOf(pack))
                await error.WriteLineAsync(Path.Combine(pack.Folder, line));
        }

        var lines = imported
            .Value.Where(p => !p.Outcome.IsRefused)
            .Select(p => $"{p.Folder}: {DefinitionFolders.SummaryOf(p.Outcome.Value)}")
            .ToList();
        return lines.Count == imported.Value.Count
            ? string.Join(Environment.NewLine, lines)
            : new Error(
                ErrorKind.Invalid,
                ErrorCodes.DefinitionInvalid,
                $"{lines.Count} of {imported.Value.Count} packs are imported."
            );
    }

    private static IEnumerable<string> WarningsOf(ImportedFolder pack) =>
        pack.Outcome.Value.Warnings.Select(w => $"{w.Place}: warning: {w.Message}");
}
