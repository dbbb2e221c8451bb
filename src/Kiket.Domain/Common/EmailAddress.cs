using System.Text.RegularExpressions;

namespace Kiket.Domain.Common;

/// <summary>Checks e-mail addresses.</summary>
internal static partial class EmailAddress
{
    /// <summary>Most UTF-16 units of an address.</summary>
    /// <remarks>Source: RFC 5321, 4.5.3.1.3, with the path's angle brackets taken off.</remarks>
    public const int MaxLength = 254;

    /// <summary>Most UTF-16 units before the <c>@</c>.</summary>
    /// <remarks>Source: RFC 5321, 4.5.3.1.1.</remarks>
    public const int MaxLocalPartLength = 64;

    /// <summary>
    /// Whether a text is a bare address, <c>name@domain</c>: dot-separated words of RFC 5322's <c>atext</c> or of letters of
    /// any script (RFC 6531), then a domain name. Quoted names, comments, angle brackets and invisible characters are refused.
    /// </summary>
    /// <param name="text">The text; null is not an address.</param>
    public static bool IsValid(string? text) =>
        text is { Length: <= MaxLength }
        && text.IndexOf('@', StringComparison.Ordinal) is > 0 and <= MaxLocalPartLength
        && Form().IsMatch(text);

    [GeneratedRegex(
        @"\A[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+(\.[\p{L}\p{M}\p{N}!#$%&'*+/=?^_`{|}~-]+)*"
            + @"@[\p{L}\p{N}]([\p{L}\p{M}\p{N}-]{0,62}(?<!-))?(\.[\p{L}\p{N}]([\p{L}\p{M}\p{N}-]{0,62}(?<!-))?)*\z",
        RegexOptions.CultureInvariant
    )]
    private static partial Regex Form();
}
