using System.Reflection;
using Kiket.Domain.Issues;
using Kiket.Infrastructure.Persistence;

namespace Kiket.Architecture.Tests;

/// <summary>The subjects of the rules: the four assemblies and their source files.</summary>
internal static class Sources
{
    public static readonly Assembly Domain = typeof(Issue).Assembly;
    public static readonly Assembly Application = typeof(Application.DependencyInjection).Assembly;
    public static readonly Assembly Infrastructure = typeof(KiketDbContext).Assembly;
    public static readonly Assembly Api = typeof(Program).Assembly;

    public static Assembly[] Assemblies => [Domain, Application, Infrastructure, Api];

    public static string Root { get; } = FindRoot(AppContext.BaseDirectory);

    /// <summary>The C# files that are not generated.</summary>
    public static IEnumerable<string> Files(string folder) =>
        Directory
            .EnumerateFiles(Path.Combine(Root, folder), "*.cs", SearchOption.AllDirectories)
            .Where(file => !file.Split(Path.DirectorySeparatorChar).Any(part => part is "obj" or "bin" or "Migrations"));

    private static string FindRoot(string folder) =>
        File.Exists(Path.Combine(folder, "Kiket.sln"))
            ? folder
            : FindRoot(Path.GetDirectoryName(folder) ?? throw new InvalidOperationException("Kiket.sln is not above the tests."));
}
