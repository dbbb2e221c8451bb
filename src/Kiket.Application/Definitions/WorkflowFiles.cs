using Kiket.Application.Ports;
using Kiket.Domain.Common;
using Microsoft.EntityFrameworkCore;

namespace Kiket.Application.Definitions;

/// <summary>The definition files of a project, and which of them contains a workflow.</summary>
internal sealed class WorkflowFiles(IReadOnlyList<DefinitionText> files, IDefinitionReader reader)
{
    public static async Task<WorkflowFiles> ReadAsync(
        IKiketDb db,
        IDefinitionReader reader,
        ProjectId projectId,
        CancellationToken ct
    ) =>
        new(
            await db
                .DefinitionFiles.AsNoTracking()
                .Where(f => f.ProjectId == projectId)
                .OrderBy(f => f.Path)
                .Select(f => new DefinitionText(f.Path, f.Content, false))
                .ToListAsync(ct),
            reader
        );

    /// <summary>The path of the file with a workflow; an unused path for a workflow without a file.</summary>
    public string PathOf(string key)
    {
        var known = files.FirstOrDefault(f => DefinitionPath.IsWorkflow(f.Path) && reader.WorkflowKeyOf(f.Content) == key)?.Path;
        return known
            ?? Enumerable
                .Range(1, files.Count + 1)
                .Select(n => $"{DefinitionPath.Workflows}{key}{(n == 1 ? "" : $"-{n}")}.yaml")
                .First(path => !files.Any(f => string.Equals(f.Path, path, StringComparison.OrdinalIgnoreCase)));
    }

    /// <summary>All files, with one of them new or replaced.</summary>
    public IReadOnlyList<DefinitionText> With(DefinitionText file) => [.. files.Where(f => f.Path != file.Path), file];
}
