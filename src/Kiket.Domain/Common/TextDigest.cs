using System.Security.Cryptography;
using System.Text;

namespace Kiket.Domain.Common;

/// <summary>The digest of a text, for comparing without keeping it.</summary>
internal static class TextDigest
{
    /// <summary>The number of its digits.</summary>
    public const int Length = 2 * SHA256.HashSizeInBytes;

    /// <summary>SHA-256 of the text in UTF-8, in lower-case hexadecimal digits.</summary>
    /// <param name="text">The text.</param>
    public static string Of(string text) => Convert.ToHexStringLower(SHA256.HashData(Encoding.UTF8.GetBytes(text)));
}
