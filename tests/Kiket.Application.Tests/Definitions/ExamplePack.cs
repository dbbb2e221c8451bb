using System.Reflection;

namespace Kiket.Application.Tests.Definitions;

/// <summary>The pack in <c>examples/newsroom</c>.</summary>
internal static class ExamplePack
{
    public static IReadOnlyList<(string Path, string Text)> Files { get; } = Load();

    private static List<(string, string)> Load()
    {
        var root = Path.Combine(
            Assembly.GetExecutingAssembly().GetCustomAttributes<AssemblyMetadataAttribute>().Single(a => a.Key == "RepositoryRoot").Value!, "examples", "newsroom");
        return
        [
            .. Directory.EnumerateFiles(Path.Combine(root, ".kiket"), "*.yaml", SearchOption.AllDirectories).Order(StringComparer.Ordinal)
                .Select(f => (Path.GetRelativePath(root, f).Replace('\\', '/'), File.ReadAllText(f))),
        ];
    }
}
