using System.Globalization;
using System.Text.RegularExpressions;
using Kiket.Domain.Common;

namespace Kiket.Architecture.Tests;

/// <summary>Decision records have one form and an index; links in Markdown lead to files of the repository.</summary>
public sealed partial class DocumentTests
{
    private static readonly string Decisions = Path.Combine(Sources.Root, "docs", "decisions");

    private static IEnumerable<string> Records =>
        Directory
            .EnumerateFiles(Decisions, "*.md")
            .Where(file => Path.GetFileName(file) != "README.md")
            .Order(StringComparer.Ordinal);

    [Fact]
    public void Each_decision_record_has_the_form()
    {
        var faults = Records.SelectMany(file => ErrorsOf(Path.GetFileName(file), File.ReadAllText(file))).ToList();

        Assert.True(faults.Count == 0, string.Join('\n', faults));
    }

    [Theory]
    [InlineData("# 7. A title", "# 8. A title")]
    [InlineData("- Status: accepted", "- Status: maybe")]
    [InlineData("- Date: 2026-11-24", "- Date: 2026-11-32")]
    [InlineData("- Date: 2026-11-24", "Accepted, 2026-11-24")]
    [InlineData("## Cost\n\nMoney.\n", "")]
    [InlineData("## Cost", "## Costs")]
    [InlineData("## Context", "## Decision")]
    [InlineData("Because.", "")]
    public void A_record_in_another_form_is_refused(string part, string other)
    {
        const string record = """
            # 7. A title

            - Status: accepted
            - Date: 2026-11-24

            ## Context

            Because.

            ## Decision

            So.

            ## Cost

            Money.

            """;

        Assert.Empty(ErrorsOf("0007-a-title.md", record));
        Assert.NotEmpty(ErrorsOf("0007-a-title.md", record.Replace(part, other, StringComparison.Ordinal)));
    }

    [Fact]
    public void A_record_that_replaces_or_amends_another_is_named_there_too()
    {
        var relations = Records
            .SelectMany(file =>
                Relation()
                    .Matches(File.ReadLines(file).ElementAt(2))
                    .SelectMany(m =>
                        Number().Matches(m.Groups["records"].Value).Select(n => (NumberOf(file), m.Groups["verb"].Value, n.Value))
                    )
            )
            .ToHashSet();

        Assert.NotEmpty(relations);
        Assert.DoesNotContain(relations, r => !relations.Contains((r.Item3, Opposite(r.Item2), r.Item1)));
    }

    [Fact]
    public void The_index_lists_each_record_with_its_title_in_order_and_each_unused_number()
    {
        var index = File.ReadAllText(Path.Combine(Decisions, "README.md"));
        var listed = IndexLine().Matches(index).Select(m => (m.Groups[1].Value, m.Groups[2].Value, m.Groups[3].Value));
        var records = Records
            .Select(file => (NumberOf(file), File.ReadLines(file).First().Split(". ", 2)[1], Path.GetFileName(file)))
            .ToList();
        var numbers = records.ConvertAll(r => int.Parse(r.Item1, CultureInfo.InvariantCulture));

        Assert.Equal(records, listed);
        Assert.Equal(numbers.Count, numbers.Distinct().Count());
        Assert.Contains(
            $"Unused numbers: {string.Join(", ", Enumerable.Range(1, numbers.Max()).Except(numbers))}.",
            index,
            StringComparison.Ordinal
        );
    }

    [Fact]
    public void Each_relative_link_in_Markdown_leads_to_a_file()
    {
        var broken = MarkdownFiles()
            .SelectMany(file => LinksIn(File.ReadAllText(file)).Select(link => (File: file, Link: link)))
            .Where(l => !Exists(Path.Combine(Path.GetDirectoryName(l.File)!, Uri.UnescapeDataString(l.Link))))
            .Select(l => $"{Path.GetRelativePath(Sources.Root, l.File)}: {l.Link}")
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void Each_anchor_of_a_relative_link_is_a_heading()
    {
        var broken = MarkdownFiles()
            .SelectMany(file => AnchorsIn(File.ReadAllText(file)).Select(link => (File: file, link.Target, link.Anchor)))
            .Where(l => !AnchorsOf(Path.Combine(Path.GetDirectoryName(l.File)!, l.Target), l.File).Contains(l.Anchor))
            .Select(l => $"{Path.GetRelativePath(Sources.Root, l.File)}: {l.Target}#{l.Anchor}")
            .ToList();

        Assert.True(broken.Count == 0, string.Join('\n', broken));
    }

    [Fact]
    public void The_index_of_the_documentation_lists_each_page()
    {
        var docs = Path.Combine(Sources.Root, "docs");
        var pages = Directory.EnumerateFiles(docs, "*.md").Select(file => Path.GetFileName(file)!).Append("decisions/README.md");

        Assert.Empty(pages.Except(["README.md"]).Except(LinksIn(File.ReadAllText(Path.Combine(docs, "README.md")))));
    }

    [Fact]
    public void Each_path_of_the_repository_that_Markdown_names_exists()
    {
        var paths = MarkdownFiles()
            .SelectMany(file => PathInText().Matches(File.ReadAllText(file)).Select(m => (File: file, Path: m.Value)))
            .ToList();
        var missing = paths
            .Where(p => !Exists(Path.Combine(Sources.Root, p.Path)))
            .Select(p => $"{Path.GetRelativePath(Sources.Root, p.File)}: {p.Path}")
            .ToList();

        Assert.NotEmpty(paths);
        Assert.True(missing.Count == 0, string.Join('\n', missing));
    }

    [Theory]
    [InlineData("See [it](docs/a.md#part).", "docs/a.md")]
    [InlineData("![picture](docs/a.svg)", "docs/a.svg")]
    [InlineData("[1]: ../b.md", "../b.md")]
    [InlineData("[web](https://example.com) and [here](#part)", null)]
    [InlineData("`[not](a-link.md)`", null)]
    [InlineData("```\n[not](a-link.md)\n```", null)]
    [InlineData("    [not](a-link.md)\n\nbut [this](docs/a.md)", "docs/a.md")]
    public void Links_to_files_are_found(string markdown, string? link) =>
        Assert.Equal(link is null ? [] : [link], LinksIn(markdown));

    [Fact]
    public void The_README_lists_each_setting_and_no_other()
    {
        var source = string.Concat(Sources.Files("src/Kiket.Infrastructure/Settings").Select(File.ReadAllText));
        var rows = File.ReadLines(Path.Combine(Sources.Root, "README.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        var read = SettingInCode()
            .Matches(source)
            .Select(m => m.Value)
            .Except(["Logging:LogLevel"])
            .Append("ConnectionStrings:Kiket");
        var listed = rows.SelectMany(row => SettingInTable().Matches(row.Split('|')[1])).Select(m => m.Value);

        Assert.Equal(read.Distinct().Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    [Fact]
    public void The_list_of_events_has_each_name_and_alias_and_no_other()
    {
        var rows = File.ReadLines(Path.Combine(Sources.Root, "docs/events.md"))
            .Where(line => line.StartsWith("| `", StringComparison.Ordinal));

        var listed = rows.SelectMany(row =>
            CodeSpan().Matches(row.Split('|')[1]).Concat(Alias().Matches(row)).Select(m => m.Groups["name"].Value)
        );

        Assert.Equal(EventNames.Subscribable.Order(StringComparer.Ordinal), listed.Order(StringComparer.Ordinal));
    }

    private static IEnumerable<string> ErrorsOf(string name, string text)
    {
        var lines = text.Split('\n');
        if (Title().Match(lines[0]) is not { Success: true } title || title.Groups["number"].Value.PadLeft(4, '0') != name[..4])
            yield return $"{name}: the first line is '# ', the number of the file, '. ' and a title";
        if (
            lines.Length < 5
            || lines[1].Length > 0
            || lines[4].Length > 0
            || !Status().IsMatch(lines[2])
            || !Dates().IsMatch(lines[3])
        )
            yield return $"{name}: after the title and an empty line come '- Status: …', '- Date: …' and another empty line";
        foreach (var date in lines.Skip(3).Take(1).SelectMany(line => Date().Matches(line)).Select(m => m.Value))
        {
            if (!DateOnly.TryParseExact(date, "yyyy-MM-dd", CultureInfo.InvariantCulture, DateTimeStyles.None, out _))
                yield return $"{name}: {date} is not a date";
        }

        string[] sections = [.. text.Split("\n## ").Skip(1)];
        if (!sections.Select(s => s.Split('\n')[0]).SequenceEqual(["Context", "Decision", "Cost"]))
            yield return $"{name}: the sections are Context, Decision and Cost";
        foreach (var section in sections.Where(s => s.Split('\n') is not [_, "", { Length: > 0 }, ..]))
            yield return $"{name}: after '## {section.Split('\n')[0]}' come an empty line and text";
    }

    private static IEnumerable<string> MarkdownFiles() =>
        Directory
            .EnumerateFiles(Sources.Root, "*.md", SearchOption.AllDirectories)
            .Where(file =>
                !Path.GetRelativePath(Sources.Root, file)
                    .Split(Path.DirectorySeparatorChar)
                    .Any(part => part is "bin" or "obj" or "node_modules" or "artifacts" or ".git")
            );

    private static IEnumerable<string> LinksIn(string markdown) =>
        Link()
            .Matches(Code().Replace(markdown, ""))
            .Select(m => m.Groups["target"].Value)
            .Where(target =>
                !target.Contains("://", StringComparison.Ordinal) && !target.StartsWith("mailto:", StringComparison.Ordinal)
            )
            .Select(target => target.Split('#')[0])
            .Where(target => target.Length > 0);

    /// <summary>The links to a part of a Markdown file; an empty target is the file itself.</summary>
    private static IEnumerable<(string Target, string Anchor)> AnchorsIn(string markdown) =>
        Link()
            .Matches(Code().Replace(markdown, ""))
            .Select(m => m.Groups["target"].Value.Split('#'))
            .Where(parts => parts is ["" or [.., '.', 'm', 'd'], _] && !parts[0].Contains("://", StringComparison.Ordinal))
            .Select(parts => (parts[0], parts[1]));

    /// <summary>What GitHub calls the headings of a file: lower case, hyphens for spaces, no punctuation.</summary>
    private static HashSet<string> AnchorsOf(string path, string self) =>
        [
            .. Heading()
                .Matches(Fence().Replace(File.ReadAllText(File.Exists(path) ? path : self), ""))
                .Select(m => Punctuation().Replace(m.Value.ToLowerInvariant(), "").Replace(' ', '-')),
        ];

    private static bool Exists(string path) => File.Exists(path) || Directory.Exists(path);

    private static string NumberOf(string file) => Path.GetFileName(file)[..4].TrimStart('0');

    private static string Opposite(string verb) =>
        verb switch
        {
            "superseded by" => "supersedes",
            "supersedes" => "superseded by",
            "amended by" => "amends",
            _ => "amended by",
        };

    [GeneratedRegex(@"^# (?<number>\d+)\. \S")]
    private static partial Regex Title();

    [GeneratedRegex(@"^- Status: (accepted|superseded by \[\d+\]\(\S+\))(, (supersedes|amends|amended by) \[.+\))?$")]
    private static partial Regex Status();

    [GeneratedRegex(@"^- Date: [\d-]+(, revised [\d-]+)*$")]
    private static partial Regex Dates();

    [GeneratedRegex(@"[\d-]{2,}")]
    private static partial Regex Date();

    [GeneratedRegex(
        @"(?<verb>superseded by|supersedes|amended by|amends) (?<records>\[\d+\]\(\S+?\)(?:(?:,| and) \[\d+\]\(\S+?\))*)"
    )]
    private static partial Regex Relation();

    [GeneratedRegex(@"(?<=\[)\d+(?=\]\()")]
    private static partial Regex Number();

    [GeneratedRegex(@"^- (\d+)\. \[(.+?)\]\((\S+?)\)", RegexOptions.Multiline)]
    private static partial Regex IndexLine();

    [GeneratedRegex("`(?<name>[^`]+)`")]
    private static partial Regex CodeSpan();

    [GeneratedRegex("alias `(?<name>[^`]+)`")]
    private static partial Regex Alias();

    [GeneratedRegex(@"(?<=`)(src|tests|docs|bench|samples|examples|\.ci)/[\w./-]+(?=`)")]
    private static partial Regex PathInText();

    [GeneratedRegex(@"(?<="")\w+:\w+(?="")")]
    private static partial Regex SettingInCode();

    [GeneratedRegex(@"(?<=`)\w+:\w+(?=`)")]
    private static partial Regex SettingInTable();

    [GeneratedRegex(@"\]\((?<target>[^)\s]+)(?:\s[^)]*)?\)|^\[[^\]]+\]:\s*(?<target>\S+)", RegexOptions.Multiline)]
    private static partial Regex Link();

    [GeneratedRegex(@"(?<=^#{1,6} ).+$", RegexOptions.Multiline)]
    private static partial Regex Heading();

    [GeneratedRegex(@"[^\w\- ]")]
    private static partial Regex Punctuation();

    [GeneratedRegex("^```[\\s\\S]*?^```", RegexOptions.Multiline)]
    private static partial Regex Fence();

    [GeneratedRegex(@"^```[\s\S]*?^```|`[^`\n]*`|^ {4}.*$", RegexOptions.Multiline)]
    private static partial Regex Code();
}
