using System.Globalization;
using System.Text.RegularExpressions;

namespace Kiket.Application.Common;

/// <summary>Parses instants. The framework's own parser also accepts times without a date and local date formats.</summary>
internal static partial class Iso8601
{
    /// <summary>A date or an instant; UTC if it has no offset.</summary>
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
