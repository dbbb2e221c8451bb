using System.Text;

namespace Kiket.Domain.Common;

/// <summary>Texts from outside, in a form that every database keeps.</summary>
/// <remarks>PostgreSQL stores neither U+0000 nor half of a surrogate pair.</remarks>
internal static class StorableText
{
    private const char Replacement = '\uFFFD';

    /// <summary>Replaces what cannot be stored by U+FFFD and cuts what is too long, never within a surrogate pair.</summary>
    /// <param name="text">The text.</param>
    /// <param name="maxLength">How long the result is at most, in UTF-16 units.</param>
    public static string Of(string text, int maxLength = int.MaxValue)
    {
        var cut = UnicodeText.Cut(text, maxLength);
        if (IsStorable(cut))
            return cut;

        var stored = new StringBuilder(cut.Length);
        foreach (var rune in cut.EnumerateRunes()) // half of a pair is enumerated as U+FFFD
            stored.Append(rune.Value == 0 ? Replacement.ToString() : rune.ToString());
        return stored.ToString();
    }

    /// <summary>Whether the text can stay as it is; one that holds U+FFFD already is copied.</summary>
    private static bool IsStorable(ReadOnlySpan<char> text)
    {
        foreach (var rune in text.EnumerateRunes())
        {
            if (rune.Value is 0 or Replacement)
                return false;
        }

        return true;
    }
}
