using System.Text.RegularExpressions;

namespace Kiket.Infrastructure.Definitions;

/// <summary>Display names for things that only have a key.</summary>
internal static partial class Titles
{
    /// <summary><c>in_progress</c> is In Progress, <c>UserStory</c> is User Story.</summary>
    public static string Of(string key)
    {
        var words = Border().Split(key).Where(w => w.Length > 0).Select(w => char.ToUpperInvariant(w[0]) + w[1..]);
        return string.Join(' ', words) is { Length: > 0 } title ? title : key;
    }

    [GeneratedRegex("[_\\-. ]+|(?<=[a-z0-9])(?=[A-Z])")]
    private static partial Regex Border();
}
