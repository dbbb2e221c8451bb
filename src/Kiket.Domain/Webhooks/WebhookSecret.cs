using System.Security.Cryptography;
using Kiket.Domain.Extensions;

namespace Kiket.Domain.Webhooks;

/// <summary>The secrets that sign deliveries.</summary>
internal static class WebhookSecret
{
    /// <summary>Longest secret, in characters.</summary>
    public const int MaxLength = 500;

    private const string Label = "whsec_";
    private const int Bytes = 32;

    /// <summary>Shortest key of the scheme that has keys in base64; a shorter one can be guessed.</summary>
    private const int MinStandardBytes = 16;

    /// <summary>Generates a secret that every scheme accepts.</summary>
    public static string Generate() => Label + Convert.ToBase64String(RandomNumberGenerator.GetBytes(Bytes));

    /// <summary>Why a secret cannot be used in a scheme, as a sentence, or null when it can.</summary>
    /// <param name="scheme">The scheme.</param>
    /// <param name="secret">The secret.</param>
    public static string? Validate(SignatureScheme scheme, string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        if (secret.Length is 0 or > MaxLength || secret.Any(char.IsControl))
            return $"A secret must have 1 to {MaxLength} characters and no control characters.";
        var isKey =
            Convert.TryFromBase64String(Unlabelled(secret), new byte[secret.Length], out var length)
            && length >= MinStandardBytes;
        return scheme is SignatureScheme.Standard && !isKey
            ? $"A secret for the scheme standard must be {Label} followed by at least {MinStandardBytes} bytes in base64."
            : null;
    }

    /// <summary>The bytes with which the scheme <c>standard</c> signs.</summary>
    /// <param name="secret">A secret that fits that scheme.</param>
    public static byte[] StandardKey(string secret) => Convert.FromBase64String(Unlabelled(secret));

    private static string Unlabelled(string secret)
    {
        ArgumentNullException.ThrowIfNull(secret);
        return secret.StartsWith(Label, StringComparison.Ordinal) ? secret[Label.Length..] : secret;
    }
}
