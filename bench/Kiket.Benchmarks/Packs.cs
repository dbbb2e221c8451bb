using System.Reflection;
using Kiket.Application.Definitions;
using Kiket.Domain.Workflows;
using Kiket.Infrastructure.Definitions;

namespace Kiket.Benchmarks;

/// <summary>The workflows of the packs beside the repository, and of our own example.</summary>
internal static class Packs
{
    public static readonly string Repository = Assembly
        .GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot")
        .Value!;

    /// <summary>
    /// The workflow with the most transitions, of the pack that has the most: of the published packs if they exist, otherwise of
    /// our example.
    /// </summary>
    public static WorkflowDefinition LargestWorkflow()
    {
        var shared = Path.GetFullPath(Path.Combine(Repository, "..", "shared", "definitions"));
        var folders = Directory.Exists(shared)
            ? Directory.GetDirectories(shared)
            : [Path.Combine(Repository, "examples", "newsroom")];
        return folders.Select(Read).MaxBy(workflows => workflows.Sum(w => w.Transitions.Count))!.MaxBy(w => w.Transitions.Count)!;
    }

    private static List<WorkflowDefinition> Read(string folder)
    {
        var files = Directory
            .EnumerateFiles(Path.Combine(folder, ".kiket"), "*.y*ml", SearchOption.AllDirectories)
            .Select(f => new DefinitionText(Path.GetRelativePath(folder, f).Replace('\\', '/'), File.ReadAllText(f)));
        return [.. new DefinitionReader().Read([.. files], "BENCH", null).Value.Workflows.Select(w => w.Definition)];
    }
}
