using System.Reflection;

namespace Kiket.Domain.Tests;

/// <summary>Files of the repository, for tests of their content.</summary>
internal static class Repository
{
    private static readonly string Root = typeof(Repository)
        .Assembly.GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot")
        .Value!;

    public static string File(string path) => Path.Combine(Root, path);
}
