using System.Diagnostics.CodeAnalysis;
using System.Globalization;

namespace Kiket.Domain.Common;

/// <summary>
/// Ids as clients write them: decimal digits only, without a sign, spaces, a point or leading zeros, so that each has one
/// spelling.
/// </summary>
internal static class WireId
{
    /// <summary>Reads an id.</summary>
    /// <param name="text">The text; null is not an id.</param>
    /// <param name="id">The id.</param>
    /// <returns>Whether the text is an id.</returns>
    public static bool TryParse([NotNullWhen(true)] string? text, out long id)
    {
        id = 0;
        // The parser ignores U+0000 at the end.
        return text is "0" or [>= '1' and <= '9'] or [>= '1' and <= '9', .., >= '0' and <= '9']
            && long.TryParse(text, NumberStyles.None, CultureInfo.InvariantCulture, out id);
    }

    /// <summary>Reads a typed id.</summary>
    /// <param name="text">The text; null is not an id.</param>
    /// <param name="id">The id.</param>
    /// <returns>Whether the text is an id.</returns>
    public static bool TryParse<TId>([NotNullWhen(true)] string? text, out TId id)
        where TId : struct, ITyped<TId, long>
    {
        var isId = TryParse(text, out long value);
        id = TId.Of(value);
        return isId;
    }
}
