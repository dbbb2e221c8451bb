using System.Reflection;

namespace Kiket.Application.Tests.Definitions;

/// <summary>The pack in <c>examples/newsroom</c>, and others that tests name.</summary>
internal static class ExamplePack
{
    private static readonly string Repository = Assembly
        .GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot")
        .Value!;

    public static IReadOnlyList<(string Path, string Text)> Files { get; } =
        Load(Path.Combine(Repository, "examples", "newsroom"));

    /// <summary>
    /// The files of a pack: <c>newsroom</c>, <c>everything</c>, or a real one, which is beside the repository on some machines.
    /// </summary>
    public static IReadOnlyList<(string Path, string Text)> FilesOf(string name)
    {
        if (name is "newsroom")
            return Files;
        if (name is "everything")
            return EverythingPack.Files;
        var folder = Path.GetFullPath(Path.Combine(Repository, "..", "shared", "definitions", name));
        Assert.SkipUnless(Directory.Exists(folder), $"The real pack is not at {folder}.");
        return Load(folder);
    }

    private static List<(string, string)> Load(string root) =>
        [
            .. Directory
                .EnumerateFiles(Path.Combine(root, ".kiket"), "*.y*ml", SearchOption.AllDirectories)
                .Order(StringComparer.Ordinal)
                .Select(f => (Path.GetRelativePath(root, f).Replace('\\', '/'), File.ReadAllText(f))),
        ];
}
