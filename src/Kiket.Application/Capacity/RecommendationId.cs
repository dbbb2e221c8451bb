using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Text.RegularExpressions;
using Kiket.Domain.Common;

namespace Kiket.Application.Capacity;

/// <summary>
/// Identifies a recommendation by its content and the version of the issue that it was based on, so that nothing has to be
/// stored: the same state gives the same id, and later changes of the issue are detected.
/// </summary>
internal sealed partial record RecommendationId(IssueId IssueId, int Version, UserId ToUserId)
{
    public override string ToString() => string.Create(CultureInfo.InvariantCulture, $"rec_{IssueId}_{Version}_{ToUserId}");

    public static bool TryParse(string? text, [NotNullWhen(true)] out RecommendationId? id)
    {
        id = null;
        var match = Form().Match(text ?? "");
        if (
            !match.Success
            || !long.TryParse(match.Groups["issue"].ValueSpan, CultureInfo.InvariantCulture, out var issue)
            || !int.TryParse(match.Groups["version"].ValueSpan, CultureInfo.InvariantCulture, out var version)
            || !long.TryParse(match.Groups["user"].ValueSpan, CultureInfo.InvariantCulture, out var user)
        )
            return false;
        id = new(new(issue), version, new(user));
        return true;
    }

    [GeneratedRegex(@"^rec_(?<issue>[0-9]+)_(?<version>[0-9]+)_(?<user>[0-9]+)\z")]
    private static partial Regex Form();
}
