using System.Globalization;
using System.Security.Cryptography;
using System.Text;
using Kiket.Domain.Extensions;
using Kiket.Domain.Webhooks;

namespace Kiket.Infrastructure.Webhooks;

/// <summary>Signs a body in each of the schemes that receivers verify (contract 15.4).</summary>
internal static class WebhookSigner
{
    public const string SignatureHeader = "X-Kiket-Signature";
    public const string PreviousSignatureHeader = "X-Kiket-Signature-Previous";
    public const string TimestampHeader = "X-Kiket-Timestamp";

    /// <param name="previous">The secret before the last rotation, while it still signs; or null.</param>
    public static IEnumerable<KeyValuePair<string, string>> Sign(
        SignatureScheme scheme,
        string secret,
        string? previous,
        string eventId,
        byte[] body,
        DateTimeOffset at
    )
    {
        var timestamp = at.ToUnixTimeSeconds().ToString(CultureInfo.InvariantCulture);
        if (scheme is SignatureScheme.Standard)
        {
            var content = Join($"{eventId}.{timestamp}.", body);
            var signature = SignatureOf(secret);
            yield return new("webhook-id", eventId);
            yield return new("webhook-timestamp", timestamp);
            yield return new("webhook-signature", previous is null ? signature : $"{signature} {SignatureOf(previous)}");
            yield break;

            string SignatureOf(string key) =>
                $"v1,{Convert.ToBase64String(HMACSHA256.HashData(WebhookSecret.StandardKey(key), content))}";
        }

        // Receivers of the older scheme reject a timestamp in seconds, so they get none.
        var signed = scheme is SignatureScheme.Body ? body : Join($"{timestamp}.", body);
        if (scheme is not SignatureScheme.Body)
            yield return new(TimestampHeader, timestamp);
        yield return new(SignatureHeader, Hex(secret, signed));
        if (previous is not null)
            yield return new(PreviousSignatureHeader, Hex(previous, signed));
    }

    private static string Hex(string secret, byte[] signed) =>
        Convert.ToHexStringLower(HMACSHA256.HashData(Encoding.UTF8.GetBytes(secret), signed));

    private static byte[] Join(string prefix, byte[] body) => [.. Encoding.UTF8.GetBytes(prefix), .. body];
}
