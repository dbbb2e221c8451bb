using System.Globalization;
using System.Text;

namespace Kiket.Domain.Common;

/// <summary>The form in which texts are searched.</summary>
/// <remarks>Made here and not by the database, because <c>LIKE</c> and <c>lower</c> differ between databases.</remarks>
public static class SearchText
{
    /// <summary>Lower case, compatibility forms folded, accents dropped.</summary>
    /// <param name="text">The text.</param>
    public static string Of(string text)
    {
        ArgumentNullException.ThrowIfNull(text);
        var folded = new StringBuilder(text.Length);
        foreach (var c in text.Normalize(NormalizationForm.FormKD))
        {
            if (CharUnicodeInfo.GetUnicodeCategory(c) is not UnicodeCategory.NonSpacingMark)
                folded.Append(char.ToLowerInvariant(c));
        }

        return folded.ToString();
    }
}
