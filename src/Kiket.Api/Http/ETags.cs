using System.Globalization;
using System.IO.Hashing;
using System.Text.RegularExpressions;

namespace Kiket.Api.Http;

/// <summary>
/// An entity tag is the version, a hyphen and a hash of the answer: <c>"7-5d1c…"</c>. <c>If-Match</c> looks at the version only, so
/// that <c>"7"</c> does too; <c>If-None-Match</c> compares the whole, because names of other resources stand in an answer as well.
/// </summary>
internal static class ETags
{
    public static string Of(int version, byte[] body) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{version}-{XxHash64.HashToUInt64(body):x16}\"");

    /// <summary>Whether the caller has this answer already.</summary>
    public static bool IsKnown(HttpRequest request, string tag) =>
        HttpMethods.IsGet(request.Method) && request.GetTypedHeaders().IfNoneMatch.Any(t => t.Tag == "*" || t.Tag == tag);
}

/// <summary>The version that the caller has seen, from <c>If-Match</c>.</summary>
internal readonly partial record struct IfMatch(int? Version)
{
    public static ValueTask<IfMatch> BindAsync(HttpContext context)
    {
        var header = context.Request.Headers.IfMatch.ToString().Trim();
        if (header is "" or "*")
            return ValueTask.FromResult(new IfMatch(null));

        return int.TryParse(Tag().Match(header).Groups["version"].Value, NumberStyles.None, CultureInfo.InvariantCulture, out var version)
            ? ValueTask.FromResult(new IfMatch(version))
            : throw new InvalidParameterException("If-Match", "If-Match holds one entity tag as it stood in ETag.");
    }

    /// <summary>Our tag, or its version alone; <c>W/</c> is what a compressing proxy makes of it.</summary>
    [GeneratedRegex("""^(W/)?"?(?<version>\d+)(-[0-9a-f]*)?"?$""")]
    private static partial Regex Tag();
}
