using System.Security.Cryptography;

namespace Kiket.Application.Audit;

/// <summary>Hashes as clients see them: <c>0x</c> and 64 lower-case digits (beyond-seed, 2.1).</summary>
internal static class AuditHash
{
    public static string Of(byte[] hash) => $"0x{Convert.ToHexStringLower(hash)}";

    /// <summary>Reads a hash with or without <c>0x</c>, in any case.</summary>
    /// <returns>Its 32 bytes, or null.</returns>
    public static byte[]? Parse(string? text)
    {
        var digits = text is not null && text.StartsWith("0x", StringComparison.OrdinalIgnoreCase) ? text[2..] : text;
        return digits?.Length == 2 * SHA256.HashSizeInBytes && digits.All(char.IsAsciiHexDigit)
            ? Convert.FromHexString(digits)
            : null;
    }
}
