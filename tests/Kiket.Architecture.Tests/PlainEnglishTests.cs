using System.Text.RegularExpressions;

namespace Kiket.Architecture.Tests;

/// <summary>
/// Messages, comments, names of tests and documents are plain English (house style, section 14). The comments of endpoints and
/// DTOs are also the texts of the OpenAPI document. A word list cannot judge a sentence; it keeps out the forms that have been
/// removed.
/// </summary>
public sealed partial class PlainEnglishTests
{
    [Theory]
    [InlineData("src")]
    [InlineData("tests")]
    [InlineData("bench")]
    [InlineData("samples")]
    public void Code_has_no_archaic_or_inverted_form(string folder) =>
        AssertPlain(Sources.Files(folder).Where(file => Path.GetFileName(file) != "PlainEnglishTests.cs"), ProseOf);

    [Fact]
    public void Documents_have_no_archaic_or_inverted_form() =>
        AssertPlain(TextFiles().Where(file => Path.GetExtension(file) is ".md"), text => [text]);

    [Fact]
    public void Scripts_and_settings_have_no_archaic_or_inverted_form() =>
        AssertPlain(TextFiles().Where(file => Path.GetExtension(file) is not ".md"), RemarksOf);

    [Theory]
    [InlineData("throw new(\"'x' is no priority.\");", "is no")]
    [InlineData("/// <summary>The members are no users.</summary>", "are no")]
    [InlineData("// The path stands twice.", "stands twice")]
    [InlineData("// Whoever asks\n// at fault", "Whoever", "at fault")]
    [InlineData("    /// <summary>Those that are\n    /// told of it anew.</summary>", "are told", "anew")]
    [InlineData("var sql = \"\"\"\n    -- sees to it\n    \"\"\";", "sees to it")]
    [InlineData("public void What_is_no_number_is_told() { }", "is no", "is told")]
    [InlineData("// There is no such issue, and the token is no longer valid: there are no exceptions, no more than 3.")]
    [InlineData("var whoever = anew is no;")]
    [InlineData("var url = \"https://example.com\"; // the default")]
    public void The_forms_are_found_in_prose_and_nowhere_else(string code, params string[] forms) =>
        Assert.Equal(forms, FormsIn(ProseOf(code)));

    [Fact]
    public void The_forms_are_found_in_remarks_of_scripts() =>
        Assert.Equal(["Whoever", "anew"], FormsIn(RemarksOf("#!/bin/bash\n# Whoever asks\necho whoever\n  x # anew\n")));

    private static void AssertPlain(IEnumerable<string> files, Func<string, IEnumerable<string>> proseOf)
    {
        var found = (
            from file in files
            from prose in proseOf(File.ReadAllText(file))
            from form in FormsIn([prose])
            select $"{Path.GetRelativePath(Sources.Root, file)}: '{form}'{(prose.Length < 500 ? $" in: {prose}" : "")}"
        ).ToList();

        Assert.True(found.Count == 0, $"{found.Count}\n{string.Join('\n', found)}");
    }

    private static IEnumerable<string> FormsIn(IEnumerable<string> prose) =>
        prose.SelectMany(p => Archaic().Matches(p)).Select(m => LineStart().Replace(m.Value, " "));

    /// <summary>The comments of a file, each with its lines joined, its string literals and the names of its tests.</summary>
    private static IEnumerable<string> ProseOf(string code) =>
        CommentOrText()
            .Matches(code)
            .Select(m => LineStart().Replace(m.Value, " "))
            .Concat(Sentence().Matches(CommentOrText().Replace(code, "")).Select(m => m.Value.Replace('_', ' ')));

    /// <summary>The comments of a script or a settings file.</summary>
    private static IEnumerable<string> RemarksOf(string script) => Remark().Matches(script).Select(m => m.Value);

    private static IEnumerable<string> TextFiles() =>
        new[] { "docs", "bench", "deploy", "samples", "src", "tests", ".ci" }
            .SelectMany(folder => Directory.EnumerateFiles(Path.Combine(Sources.Root, folder), "*", SearchOption.AllDirectories))
            .Concat(Directory.EnumerateFiles(Sources.Root))
            .Where(file =>
                Path.GetExtension(file) is "" or ".md" or ".yaml" or ".yml" or ".conf" or ".service" or ".ps1"
                && !Path.GetRelativePath(Sources.Root, file)
                    .Split(Path.DirectorySeparatorChar)
                    .Any(part => part is "bin" or "obj" or "node_modules" or "data")
            );

    [GeneratedRegex(
        @"(?<!\bt?here\s)\b(?:is|are)\s+no\b(?!\s+(?:longer|more|less|better|worse)\b)"
            + @"|\b(?:is|are|was|were|be|been)\s+told\b|\bhears?\s+of\b|\bstands?\s+(?:twice|beside|right|there)\b"
            + @"|\bsees\s+to\s+it\b|\bwhoever\b|\banew\b|\bat\s+fault\b|\bfor\s+ever\b|\bwhich\s+there\s+is\s+not\b"
            + @"|\bthere(?:of|in|upon)\b|\bwhence\b|\bhence\b|\blest\b|\bmade\s+up\b|\bto\s+the\s+letter\b|\bcomes?\s+by\b"
            + @"|\bfor\s+want\s+of\b|\bto\s+speak\s+of\b|\bbecomes\s+of\b|\bfares?\b|\bseldom\b|\bknows\s+nothing\s+of\b",
        RegexOptions.IgnoreCase
    )]
    private static partial Regex Archaic();

    [GeneratedRegex(
        """
            //[^\n]*(?:\n[ \t]*//[^\n]*)* | /\*.*?\*/
            | ("{3,}).*?\1 | @\$?"(?:""|[^"])*" | \$@"(?:""|[^"])*" | "(?:\\.|[^"\\\n])*" | '(?:\\.|[^'\\])'
            """,
        RegexOptions.Singleline | RegexOptions.IgnorePatternWhitespace
    )]
    private static partial Regex CommentOrText();

    [GeneratedRegex(@"\b[A-Z]\w*_\w*_\w+\b")]
    private static partial Regex Sentence();

    [GeneratedRegex(@"(?<=^|\s)#(?!!).*")]
    private static partial Regex Remark();

    [GeneratedRegex(@"\s*\n\s*(?:/{2,3}\s?)?")]
    private static partial Regex LineStart();
}
