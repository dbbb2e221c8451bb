namespace Kiket.Domain.Common;

/// <summary>Checks addresses of the web that people and manifests write.</summary>
internal static class WebAddress
{
    /// <summary>
    /// Whether a text is an absolute <c>http</c> or <c>https</c> address as it stands: <see cref="Uri"/> drops line breaks and
    /// surrounding blanks and turns backslashes round, so a text that holds any of them is not the address that would be called.
    /// </summary>
    /// <param name="text">The text; null is not an address.</param>
    /// <param name="maxLength">The most UTF-16 units that it may have.</param>
    public static bool IsHttp(string? text, int maxLength) =>
        text is { Length: > 0 }
        && text.Length <= maxLength
        && !text.Any(c => c == '\\' || char.IsControl(c) || char.IsWhiteSpace(c))
        && Uri.TryCreate(text, UriKind.Absolute, out var uri)
        && uri.Scheme is "http" or "https"
        && uri.Host.Length > 0;
}
