namespace Kiket.Domain.Webhooks;

/// <summary>Which headers others may add to the requests that we send.</summary>
internal static class WebhookHeaders
{
    private const int MaxNameLength = 100;
    private const int MaxValueLength = 2_000;
    private const string OurPrefix = "X-Kiket-";

    /// <summary>Those that the connection, the body or a signature decides.</summary>
    private static readonly HashSet<string> Reserved = new(StringComparer.OrdinalIgnoreCase)
    {
        "Host",
        "Content-Length",
        "Content-Type",
        "Transfer-Encoding",
        "Connection",
        "Upgrade",
        "TE",
        "Trailer",
        "Expect",
        "webhook-id",
        "webhook-timestamp",
        "webhook-signature",
    };

    /// <summary>Why a header cannot be added.</summary>
    /// <param name="name">Its name.</param>
    /// <param name="value">Its value.</param>
    /// <returns>A sentence, or null when it can.</returns>
    public static string? Validate(string name, string value)
    {
        ArgumentNullException.ThrowIfNull(name);
        ArgumentNullException.ThrowIfNull(value);
        if (!IsToken(name) || name.StartsWith(OurPrefix, StringComparison.OrdinalIgnoreCase) || Reserved.Contains(name))
            return "This header cannot be set.";
        if (value.Length > MaxValueLength || value.Any(c => c is < ' ' or > '~'))
            return $"A header value can have at most {MaxValueLength} characters, all of them printable ASCII.";
        return null;
    }

    /// <summary>A token of RFC 9110, section 5.6.2.</summary>
    private static bool IsToken(string name) =>
        name.Length is > 0 and <= MaxNameLength
        && name.All(c => char.IsAsciiLetterOrDigit(c) || "!#$%&'*+-.^_`|~".Contains(c, StringComparison.Ordinal));
}
