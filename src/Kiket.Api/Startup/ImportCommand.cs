using System.CommandLine;
using Kiket.Domain.Common;

namespace Kiket.Api.Startup;

/// <summary>
/// <c>import &lt;folder&gt;</c>: imports definition packs; the errors of a broken one go to the error stream, one per line.
/// </summary>
internal static class ImportCommand
{
    public static Command Build()
    {
        var folder = new Argument<string>("folder")
        {
            Description = "A folder that contains .kiket, or a folder of such folders.",
        };
        var organization = new Option<string?>("--organization")
        {
            Description = "Slug of the organization; the first one by default.",
        };
        var strict = new Option<bool>("--strict")
        {
            Description = "false reports what may weaken a rule, such as a misspelt key, as a warning instead of an error.",
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

    /// <returns>A line for each pack, or an error when one of them is broken; the others are still imported.</returns>
    public static async Task<Result<string>> ImportAsync(
        IServiceProvider services,
        string folder,
        string? organization,
        bool isStrict,
        TextWriter stderr,
        CancellationToken ct
    )
    {
        var imported = await services.ImportFolderAsync(folder, organization, isStrict, ct);
        if (imported.Error is { } error)
            return error;
        foreach (var pack in imported.Value)
        {
            foreach (var line in pack.Outcome.Error is { } packError ? DefinitionFolders.LinesOf(packError) : WarningsOf(pack))
                await stderr.WriteLineAsync(Path.Combine(pack.Folder, line));
        }

        var lines = imported
            .Value.Where(p => !p.Outcome.IsRefused)
            .Select(p => $"{p.Folder}: {DefinitionFolders.SummaryOf(p.Outcome.Value)}")
            .ToList();
        return lines.Count == imported.Value.Count
            ? string.Join(Environment.NewLine, lines)
            : new Error(
                ErrorKind.Invalid,
                ServerErrorCodes.DefinitionInvalid,
                $"{lines.Count} of {imported.Value.Count} packs were imported."
            );
    }

    private static IEnumerable<string> WarningsOf(ImportedFolder pack) =>
        pack.Outcome.Value.Warnings.Select(w => $"{w.Place}: warning: {w.Message}");
}
