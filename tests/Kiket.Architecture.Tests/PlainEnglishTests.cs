using System.Text.RegularExpressions;

namespace Kiket.Architecture.Tests;

/// <summary>
/// Messages and comments are plain English (house style, section 14). The comments of endpoints and DTOs are also the texts of
/// the OpenAPI document. A word list cannot judge a sentence; it keeps out the forms that have been removed.
/// </summary>
public sealed partial class PlainEnglishTests
{
    [Fact]
    public void No_message_or_comment_has_an_archaic_or_inverted_form()
    {
        var found = (
            from file in Sources.Files("src")
            from prose in ProseOf(File.ReadAllText(file))
            from form in Archaic().Matches(prose)
            select $"{Path.GetRelativePath(Sources.Root, file)}: '{form.Value}' in: {prose}"
        ).ToList();

        Assert.True(found.Count == 0, $"{found.Count}\n{string.Join('\n', found)}");
    }

    [Theory]
    [InlineData("throw new(\"'x' is no priority.\");", "is no")]
    [InlineData("/// <summary>The members are no users.</summary>", "are no")]
    [InlineData("// The path stands twice.", "stands twice")]
    [InlineData("// Whoever asks\n// at fault", "Whoever", "at fault")]
    [InlineData("    /// <summary>Tells those that are\n    /// told of it anew.</summary>", "are told of", "anew")]
    [InlineData("var sql = \"\"\"\n    -- sees to it\n    \"\"\";", "sees to it")]
    [InlineData("// There is no such issue, and the token is no longer valid: there are no exceptions, no more than 3.")]
    [InlineData("var whoever = anew is no;")]
    [InlineData("var url = \"https://example.com\"; // the default")]
    public void The_forms_are_found_in_prose_and_nowhere_else(string code, params string[] forms) =>
        Assert.Equal(forms, ProseOf(code).SelectMany(p => Archaic().Matches(p)).Select(m => m.Value));

    /// <summary>The comments of a file, each with its lines joined, and its string literals.</summary>
    private static IEnumerable<string> ProseOf(string code) =>
        CommentOrText().Matches(code).Select(m => LineStart().Replace(m.Value, " "));

    [GeneratedRegex(
        @"(?<!\bt?here )\b(?:is|are) no\b(?! (?:longer|more|less|better|worse)\b)"
            + @"|\b(?:is|are|was|were) told of\b|\bstands? twice\b"
            + @"|\bsees to it\b|\bwhoever\b|\banew\b|\bat fault\b|\bfor ever\b|\bwhich there is not\b|\bthere(?:of|in|upon)\b"
            + @"|\bwhence\b|\blest\b|\bmade up\b",
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

    [GeneratedRegex(@"\s*\n\s*(?:/{2,3}\s?)?")]
    private static partial Regex LineStart();
}
