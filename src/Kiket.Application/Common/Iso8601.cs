using System.Globalization;
using System.Text.RegularExpressions;

namespace Kiket.Application.Common;

/// <summary>Reads instants. The framework's own reader also takes times without a day and dates of every country.</summary>
internal static partial class Iso8601
{
    /// <summary>A day or an instant; UTC where no offset is given.</summary>
    public static bool TryParse(string? text, out DateTimeOffset instant)
    {
        instant = default;
        return text is not null
            && Form().IsMatch(text)
            && DateTimeOffset.TryParse(
                text,
                CultureInfo.InvariantCulture,
                DateTimeStyles.AssumeUniversal | DateTimeStyles.AdjustToUniversal,
                out instant
            );
    }

    [GeneratedRegex(@"^\d{4}-\d{2}-\d{2}(T\d{2}:\d{2}(:\d{2}(\.\d+)?)?(Z|[+-]\d{2}:?\d{2})?)?$")]
    private static partial Regex Form();
}
