using System.Reflection;
using System.Text.RegularExpressions;

namespace Kiket.Application.Tests.Definitions;

/// <summary>A page of <c>docs/</c>, whose tables and examples tests compare with the code.</summary>
internal sealed partial class ReferencePage(string name)
{
    private const RegexOptions Part = RegexOptions.Singleline | RegexOptions.Multiline;

    private static readonly string Root = Assembly
        .GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot")
        .Value!;

    public string Text { get; } = Source("docs", name);

    /// <summary>The blocks of YAML.</summary>
    public IEnumerable<string> Examples => Example().Matches(Text).Select(m => m.Groups["text"].Value);

    /// <summary>The examples that begin with a comment that says their path.</summary>
    public IEnumerable<(string Path, string Text)> Files =>
        Examples.Where(e => e.StartsWith("# ", StringComparison.Ordinal)).Select(e => (e.Split('\n')[0][2..], e));

    public static string Source(params string[] path) => File.ReadAllText(Path.Combine([Root, .. path]));

    /// <summary>The text from a heading to the next of its level or a higher one.</summary>
    public string Section(string heading)
    {
        var level = heading.Split(' ')[0].Length;
        var section = Regex.Match(Text, $"^{Regex.Escape(heading)}\n.*?(?=\n\n#{{1,{level}}} |\\z)", Part);
        Assert.True(section.Success, $"{name} has no section '{heading}'.");
        return section.Value;
    }

    /// <summary>
    /// The keys in the first column of a section's tables. Within a cell, <c>.key</c> is beside the key before it: after
    /// <c>project.id</c> it means <c>project.key</c>.
    /// </summary>
    public IReadOnlyList<string> Keys(string heading)
    {
        List<string> keys = [];
        foreach (Match row in Row().Matches(Section(heading)))
        {
            var before = "";
            foreach (Match span in KeySpan().Matches(row.Value))
            {
                before = span.Value is ['.', ..] ? before[..before.LastIndexOf('.')] + span.Value : span.Value;
                keys.Add(before);
            }
        }

        return keys;
    }

    [GeneratedRegex(@"```yaml\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"^\| [^|]*", RegexOptions.Multiline)]
    private static partial Regex Row();

    [GeneratedRegex(@"(?<=`)\.?[a-z_]+(\.[a-z_]+)*(?=`)")]
    private static partial Regex KeySpan();
}
