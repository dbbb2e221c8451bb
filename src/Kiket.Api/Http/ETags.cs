using System.Globalization;
using System.IO.Hashing;
using System.Text.RegularExpressions;
using Kiket.Application.Common;

namespace Kiket.Api.Http;

/// <summary>
/// An entity tag is the version, a hyphen and a hash of the answer: <c>"7-5d1c…"</c>. <c>If-Match</c> looks at only the version,
/// so that <c>"7"</c> does too; <c>If-None-Match</c> compares the whole tag, because a response also contains names of other
/// resources.
/// </summary>
internal static class ETags
{
    public static string Of(int version, byte[] body) =>
        string.Create(CultureInfo.InvariantCulture, $"\"{version}-{XxHash64.HashToUInt64(body):x16}\"");

    /// <summary>Whether the caller already has this response.</summary>
    public static bool IsKnown(HttpRequest request, string tag) =>
        HttpMethods.IsGet(request.Method) && request.GetTypedHeaders().IfNoneMatch.Any(t => t.Tag == "*" || t.Tag == tag);
}

/// <summary>
/// The versions that the caller has seen, from <c>If-Match</c>: <c>*</c> or a list of entity tags (RFC 9110, section 13.1.1). A
/// tag that is not ours matches nothing, and neither does a weak one; a bare version number is read as its tag.
/// </summary>
internal readonly partial record struct IfMatch(ExpectedVersion Version)
{
    private const string Separators = " \t,";

    public static ValueTask<IfMatch> BindAsync(HttpContext context)
    {
        var header = context.Request.Headers.IfMatch.ToString().Trim();
        return ValueTask.FromResult(
            new IfMatch(
                header switch
                {
                    "" => default,
                    "*" => ExpectedVersion.Existing,
                    _ => ExpectedVersion.OneOf(VersionsOf(header)),
                }
            )
        );
    }

    private static List<int> VersionsOf(string header)
    {
        List<int> versions = [];
        var rest = header.Trim(Separators.ToCharArray());
        while (rest.Length > 0)
        {
            var tag = ListedTag().Match(rest);
            if (!tag.Success)
                throw new InvalidParameterException("If-Match", "If-Match must be * or a list of entity tags as given in ETag.");
            if (!tag.Groups["weak"].Success && VersionOf(tag.Groups["tag"].Value) is { } version)
                versions.Add(version);
            rest = rest[tag.Length..].TrimStart(Separators.ToCharArray());
        }

        return versions;
    }

    private static int? VersionOf(string tag) =>
        int.TryParse(
            OwnTag().Match(tag).Groups["version"].Value,
            NumberStyles.None,
            CultureInfo.InvariantCulture,
            out var version
        )
            ? version
            : null;

    [GeneratedRegex("""^((?<weak>W/)?"(?<tag>[^"]*)"|(?<tag>\d+))(?=[ \t]*(,|$))""")]
    private static partial Regex ListedTag();

    [GeneratedRegex("^(?<version>[0-9]+)(-[0-9a-f]+)?$")]
    private static partial Regex OwnTag();
}
