namespace Kiket.Domain.Tests.Readme;

/// <summary>The code that a page shows: each of its blocks is between two marks in a file that is compiled.</summary>
internal static class ShownCode
{
    /// <param name="page">The page.</param>
    /// <param name="source">The file that is compiled.</param>
    /// <param name="mark">The name of the marks, which are indented by eight spaces: <c>// &lt;readme&gt;</c>.</param>
    /// <param name="count">How many blocks there are.</param>
    public static void AssertSame(string page, string source, string mark, int count)
    {
        var shown = File.ReadAllText(Repository.File(page)).Split("```csharp\n").Skip(1).Select(block => block.Split("\n```")[0]);
        var compiled = File.ReadAllText(Repository.File(source))
            .Split($"        // <{mark}>\n")
            .Skip(1)
            .Select(block => block.Split($"\n        // </{mark}>")[0])
            .Select(code => string.Join('\n', code.Split('\n').Select(line => line.Length > 8 ? line[8..] : "")))
            .ToList();

        Assert.Equal(count, compiled.Count);
        Assert.Equal(compiled.Order(StringComparer.Ordinal), shown.Order(StringComparer.Ordinal));
    }
}
