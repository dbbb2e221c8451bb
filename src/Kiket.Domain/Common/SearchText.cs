using System.Text;

namespace Kiket.Domain.Common;

/// <summary>The form in which texts are searched and sorted.</summary>
/// <remarks>
/// Made here and not by the database, because <c>lower</c>, <c>LIKE</c> and sort orders differ between databases and their
/// locales. It depends on no locale; see decision record 0042.
/// </remarks>
internal static class SearchText
{
    /// <summary>Longest <see cref="SortKey"/>, in UTF-16 units.</summary>
    public const int MaxSortKeyLength = 255;

    /// <summary>
    /// Compatibility forms and case folded, accents of Latin, Greek and Cyrillic letters and the vowel points of Arabic and
    /// Hebrew dropped, and characters that show nothing left out. Marks that make another letter or sound, such as those of
    /// kana and Indic scripts, remain.
    /// </summary>
    /// <param name="text">The text.</param>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (Ascii.IsValid(text))
            return text.ToLowerInvariant();

        var folded = new StringBuilder(text.Length);
        var isAccented = false;
        foreach (var rune in UnicodeText.Clean(text).Normalize(NormalizationForm.FormKD).EnumerateRunes())
        {
            var isMark = Rune.GetUnicodeCategory(rune) is System.Globalization.UnicodeCategory.NonSpacingMark;
            if (!isMark && !UnicodeText.IsIgnorable(rune))
                isAccented = HasAccents(rune.Value);
            if (!UnicodeText.IsIgnorable(rune) && !IsVowelPoint(rune.Value) && !(isMark && isAccented))
                folded.Append(Fold(rune));
        }

        return folded.ToString().Normalize(NormalizationForm.FormC);
    }

    /// <summary>What a search looks for: its words, folded.</summary>
    /// <param name="search">Words with white space of any kind between them.</param>
    /// <returns>Each word that leaves something when it is folded.</returns>
    public static IReadOnlyList<string> Words(string search)
    {
        ArgumentNullException.ThrowIfNull(search);
        return
        [
            .. search
                .Split((char[]?)null, StringSplitOptions.RemoveEmptyEntries)
                .Select(Of)
                .Where(word => !string.IsNullOrWhiteSpace(word)),
        ];
    }

    /// <summary>The beginning of the folded text. Compared byte by byte, it gives the same order in every database.</summary>
    /// <param name="text">A name or title.</param>
    public static string SortKey(string text) => UnicodeText.Cut(Of(text), MaxSortKeyLength);

    /// <summary>
    /// Folds by way of the upper case, in which final and other sigmas, and old forms of Cyrillic letters, are one. The dotless
    /// i is an i here, because its upper case is I, whatever the language.
    /// </summary>
    private static string Fold(Rune rune) =>
        rune.Value switch
        {
            'ß' or 'ẞ' => "ss",
            'ı' => "i",
            _ => Rune.ToLowerInvariant(Rune.ToUpperInvariant(rune)).ToString(),
        };

    /// <summary>Whether marks on a letter are accents: whether its script is Latin, Greek or Cyrillic.</summary>
    private static bool HasAccents(int letter) =>
        letter
            is (>= 'A' and <= 0x052F)
                or (>= 0x1C80 and <= 0x1C8F)
                or (>= 0x1D00 and <= 0x1DBF)
                or (>= 0x1E00 and <= 0x1FFF)
                or (>= 0x2C60 and <= 0x2C7F)
                or (>= 0xA640 and <= 0xA69F)
                or (>= 0xA720 and <= 0xA7FF)
                or (>= 0xAB30 and <= 0xAB6F)
                or (>= 0x10780 and <= 0x107BF)
                or (>= 0x1DF00 and <= 0x1DFFF)
                or (>= 0x1E030 and <= 0x1E08F);

    /// <summary>
    /// The points of Hebrew and the vowel and reading signs of Arabic, with the stroke that only stretches a word. Hamza and
    /// madda remain: they make other letters.
    /// </summary>
    private static bool IsVowelPoint(int mark) =>
        mark
            is (>= 0x0591 and <= 0x05BD)
                or 0x05BF
                or 0x05C1
                or 0x05C2
                or 0x05C4
                or 0x05C5
                or 0x05C7
                or (>= 0x0610 and <= 0x061A)
                or 0x0640
                or (>= 0x064B and <= 0x0652)
                or (>= 0x0656 and <= 0x065F)
                or 0x0670
                or (>= 0x06D6 and <= 0x06DC)
                or (>= 0x06DF and <= 0x06E8)
                or (>= 0x06EA and <= 0x06ED)
                or (>= 0x08CA and <= 0x08E1)
                or (>= 0x08E3 and <= 0x08FF);
}
