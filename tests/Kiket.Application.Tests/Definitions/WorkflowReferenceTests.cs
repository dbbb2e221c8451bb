using System.Reflection;
using System.Text.RegularExpressions;
using static Kiket.Application.Tests.Definitions.Packs;

namespace Kiket.Application.Tests.Definitions;

/// <summary>The reference <c>docs/workflows.md</c> against the readers.</summary>
public sealed partial class WorkflowReferenceTests
{
    private static readonly string Root = Assembly
        .GetExecutingAssembly()
        .GetCustomAttributes<AssemblyMetadataAttribute>()
        .Single(a => a.Key == "RepositoryRoot")
        .Value!;

    private static readonly string Reference = File.ReadAllText(Path.Combine(Root, "docs", "workflows.md"));

    public static TheoryData<string> Examples => [.. Example().Matches(Reference).Select(m => m.Groups["text"].Value)];

    [Theory]
    [MemberData(nameof(Examples))]
    public void Each_example_is_read_without_an_error_or_a_warning(string example)
    {
        var text = example;
        if (!Has("workflow"))
            text = $"workflow: {{ id: main, name: Main }}\n{text}";
        if (!Has("states"))
            text += "states:\n  intake: { type: initial }\n  review: {}\n  signed: { type: final }\n";
        if (!Has("transitions"))
            text += "transitions:\n  - { from: intake, to: review }\n  - { from: review, to: signed }\n";

        var read = Read((TypesPath, Types), (MainPath, text));

        Assert.False(read.IsRefused, string.Join('\n', read.Error?.Details.Select(d => $"{d.Field} {d.Message}") ?? []));
        Assert.Empty(read.Value.Warnings);

        bool Has(string key) => Regex.IsMatch(example, $"^{key}:", RegexOptions.Multiline);
    }

    [Fact]
    public void Each_key_that_the_readers_know_is_described()
    {
        var source = string.Concat(
            new[] { "WorkflowReader.cs", "RuleReader.cs" }.Select(file =>
                File.ReadAllText(Path.Combine(Root, "src", "Kiket.Infrastructure", "Definitions", file))
            )
        );

        var known = KeyList().Matches(source).SelectMany(m => Key().Matches(m.Value)).Select(m => m.Value).Distinct().ToList();
        var missing = known.Where(key => !Regex.IsMatch(Reference, $@"\b{key}\b")).ToList();

        Assert.Contains("approval_chain", known);
        Assert.True(missing.Count == 0, string.Join(", ", missing));
    }

    [GeneratedRegex(@"```yaml\n(?<text>.*?)```", RegexOptions.Singleline)]
    private static partial Regex Example();

    [GeneratedRegex(@"(?:RejectUnknown|RejectMisspelled|WarnAboutUnknown|file\.Root)\([^;]*;")]
    private static partial Regex KeyList();

    [GeneratedRegex("(?<=\")[a-z_]+(?=\")")]
    private static partial Regex Key();
}
