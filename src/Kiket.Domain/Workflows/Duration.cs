using System.Globalization;
using System.Xml;

namespace Kiket.Domain.Workflows;

/// <summary>
/// The lengths of time of definitions: <c>30m</c>, <c>4h</c>, <c>2d</c>, <c>1w</c>, <c>1h30m</c>, or ISO 8601 (<c>PT4H</c>).
/// </summary>
/// <remarks>
/// Source: contract, sections 16 and 19. A day is 24 hours, a week seven days; months and years have no fixed length and are
/// refused.
/// </remarks>
internal static class Duration
{
    /// <summary>Reads a length of time.</summary>
    /// <param name="text">The text.</param>
    /// <param name="length">The length, greater than zero and at most ten years.</param>
    /// <returns>Whether it is one.</returns>
    public static bool TryParse(string? text, out TimeSpan length)
    {
        length = TimeSpan.Zero;
        if (string.IsNullOrWhiteSpace(text) || text.Length > 32)
            return false;
        var read = text.Trim() is ['P' or 'p', ..] iso
            ? TryParseIso(iso.ToUpperInvariant(), out length)
            : TryParseShort(text.Trim(), out length);
        return read && length > TimeSpan.Zero && length <= TimeSpan.FromDays(3653);
    }

    private static bool TryParseIso(string text, out TimeSpan length)
    {
        length = TimeSpan.Zero;
        var date = text.Split('T')[0];
        if (date.Contains('Y') || date.Contains('M'))
            return false;
        if (date.EndsWith('W') && int.TryParse(date[1..^1], NumberStyles.None, CultureInfo.InvariantCulture, out var weeks))
        {
            length = TimeSpan.FromDays(7L * weeks);
            return text == date;
        }

        try
        {
            length = XmlConvert.ToTimeSpan(text);
            return true;
        }
        catch (Exception e) when (e is FormatException or OverflowException)
        {
            return false;
        }
    }

    private static bool TryParseShort(string text, out TimeSpan length)
    {
        length = TimeSpan.Zero;
        var digits = 0;
        for (var i = 0; i < text.Length; i++)
        {
            if (char.IsAsciiDigit(text[i]))
            {
                digits++;
                continue;
            }

            if (digits is 0 or > 7)
                return false;
            var count = int.Parse(text.AsSpan(i - digits, digits), CultureInfo.InvariantCulture);
            var minutes = char.ToLowerInvariant(text[i]) switch
            {
                'm' => 1,
                'h' => 60,
                'd' => 24 * 60,
                'w' => 7 * 24 * 60,
                _ => 0,
            };
            if (minutes == 0)
                return false;
            length += TimeSpan.FromMinutes((long)count * minutes);
            digits = 0;
        }

        return digits == 0;
    }
}
