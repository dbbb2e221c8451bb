using System.Text;
using System.Text.Json;

namespace Kiket.Domain.Common;

/// <summary>
/// What every text goes through that names something or is compared: one spelling, something to see, and one way to count.
/// </summary>
/// <remarks>Source: decision record 0043.</remarks>
internal static class UnicodeText
{
    /// <summary>Characters that show nothing by definition (Unicode, Default_Ignorable_Code_Point).</summary>
    private static readonly (int First, int Last)[] Ignorable =
    [
        (0x00AD, 0x00AD),
        (0x034F, 0x034F),
        (0x061C, 0x061C),
        (0x115F, 0x1160),
        (0x17B4, 0x17B5),
        (0x180B, 0x180F),
        (0x200B, 0x200F),
        (0x202A, 0x202E),
        (0x2060, 0x206F),
        (0x3164, 0x3164),
        (0xFE00, 0xFE0F),
        (0xFEFF, 0xFEFF),
        (0xFFA0, 0xFFA0),
        (0xFFF0, 0xFFF8),
        (0x1BCA0, 0x1BCA3),
        (0x1D173, 0x1D17A),
        (0xE0000, 0xE0FFF),
    ];

    /// <summary>The composed form (NFC), in which texts that look alike are equal.</summary>
    /// <param name="text">The text. Half a surrogate pair becomes U+FFFD.</param>
    public static string Clean(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        return Ascii.IsValid(text)
            ? text
            : Encoding.UTF8.GetString(Encoding.UTF8.GetBytes(text)).Normalize(NormalizationForm.FormC);
    }

    /// <summary>JSON with every text in it composed, the names of members too.</summary>
    /// <param name="value">The value.</param>
    public static JsonElement Clean(JsonElement value) =>
        IsClean(value)
            ? value
            : JsonValues.Of<object?>(
                value.ValueKind switch
                {
                    JsonValueKind.Object => value
                        .EnumerateObject()
                        .Select(m => KeyValuePair.Create(Clean(m.Name), Clean(m.Value)))
                        .DistinctBy(m => m.Key)
                        .ToDictionary(),
                    JsonValueKind.Array => value.EnumerateArray().Select(Clean).ToList(),
                    _ => Clean(value.GetString()!),
                }
            );

    /// <summary>
    /// The members of a JSON object with every text composed. Of members whose names become the same, the first remains.
    /// </summary>
    /// <param name="members">The members.</param>
    public static IReadOnlyDictionary<string, JsonElement> Clean(IReadOnlyDictionary<string, JsonElement> members) =>
        members.All(m => Ascii.IsValid(m.Key) && IsClean(m.Value))
            ? members
            : members.Select(m => KeyValuePair.Create(Clean(m.Key), Clean(m.Value))).DistinctBy(m => m.Key).ToDictionary();

    private static bool IsClean(JsonElement value) =>
        value.ValueKind switch
        {
            JsonValueKind.Object => value.EnumerateObject().All(m => Ascii.IsValid(m.Name) && IsClean(m.Value)),
            JsonValueKind.Array => value.EnumerateArray().All(IsClean),
            JsonValueKind.String => Ascii.IsValid(value.GetString()!),
            _ => true,
        };

    /// <summary>A name or title: composed, without white space around it.</summary>
    /// <param name="text">The text.</param>
    public static string CleanName(string text) => Clean(text).Trim();

    /// <summary>
    /// A label or tag, which is found by comparing it whole: composed, each run of white space one space, and without the
    /// characters that show nothing, save those that shape their neighbours (joiners and variation selectors).
    /// </summary>
    /// <param name="text">The text.</param>
    public static string CleanLabel(string text)
    {
        var shown = new StringBuilder();
        foreach (var rune in Clean(text).EnumerateRunes())
        {
            if (Rune.IsWhiteSpace(rune))
                shown.Append(shown is [.., not ' '] ? " " : "");
            else if (!Rune.IsControl(rune) && (!IsIgnorable(rune) || IsShaping(rune)))
                shown.Append(rune);
        }

        return shown.ToString().Trim();
    }

    /// <summary>
    /// Whether a text shows nothing: it is null or empty, or all of it is white space, control characters and other blanks.
    /// </summary>
    /// <param name="text">The text.</param>
    public static bool IsBlank(string? text)
    {
        foreach (var rune in (text ?? "").EnumerateRunes())
        {
            if (!Rune.IsWhiteSpace(rune) && !Rune.IsControl(rune) && !IsIgnorable(rune) && !IsBlank(rune))
                return false;
        }

        return true;
    }

    /// <summary>
    /// The number of characters of a text, counted as Unicode scalar values: an emoji outside the first plane is one.
    /// </summary>
    /// <param name="text">The text.</param>
    public static int Length(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var count = text.Length;
        for (var i = 1; i < text.Length; i++)
        {
            if (char.IsLowSurrogate(text[i]) && char.IsHighSurrogate(text[i - 1]))
                count--;
        }

        return count;
    }

    /// <summary>The beginning of a text, with no character cut in two.</summary>
    /// <param name="text">The text.</param>
    /// <param name="units">Most UTF-16 units that remain.</param>
    public static string Cut(string text, int units)
    {
        ArgumentNullException.ThrowIfNull(text);
        if (text.Length <= units)
            return text;
        return text[..(units > 0 && char.IsHighSurrogate(text[units - 1]) ? units - 1 : units)];
    }

    /// <summary>A text for use in a message, shortened if necessary.</summary>
    /// <param name="text">The text.</param>
    public static string Shorten(string? text) => text is { Length: > 80 } ? $"{Cut(text, 80)}…" : text ?? "";

    internal static bool IsIgnorable(Rune rune) =>
        rune.Value >= 0xAD && Array.Exists(Ignorable, r => r.First <= rune.Value && rune.Value <= r.Last);

    /// <summary>The empty braille pattern, the anchors of annotations and the note without a head.</summary>
    private static bool IsBlank(Rune rune) => rune.Value is 0x2800 or 0xFFF9 or 0xFFFA or 0xFFFB or 0x1D159;

    private static bool IsShaping(Rune rune) =>
        rune.Value is 0x200C or 0x200D or (>= 0xFE00 and <= 0xFE0F) or (>= 0xE0020 and <= 0xE01EF);
}
