using System.Buffers.Binary;
using System.Diagnostics.CodeAnalysis;
using System.Globalization;
using System.Security.Cryptography;
using System.Text;

namespace Kiket.Domain.Users;

/// <summary>Codes of authenticator apps: six digits that change every 30 seconds.</summary>
/// <remarks>Source: RFC 6238, with HMAC-SHA-1, because many apps ignore other choices.</remarks>
internal static class Totp
{
    /// <summary>Digits of a code.</summary>
    public const int Digits = 6;

    private const int KeyLength = 20;
    private const int PeriodSeconds = 30;
    private const string Base32 = "ABCDEFGHIJKLMNOPQRSTUVWXYZ234567";

    /// <summary>A new key, as apps read it: 32 characters of base32.</summary>
    public static string NewKey() => RandomNumberGenerator.GetString(Base32, KeyLength * 8 / 5);

    /// <summary>The bytes of a key.</summary>
    /// <param name="key">32 characters of base32.</param>
    /// <returns>The bytes, or null when the text is not a key.</returns>
    public static byte[]? BytesOf(string? key)
    {
        if (key is not { Length: KeyLength * 8 / 5 } || key.AsSpan().ContainsAnyExcept(Base32.AsSpan()))
            return null;
        var bytes = new byte[KeyLength];
        var (bits, count, next) = (0, 0, 0);
        foreach (var letter in key)
        {
            (bits, count) = ((bits << 5) | Base32.IndexOf(letter, StringComparison.Ordinal), count + 5);
            if (count < 8)
                continue;
            count -= 8;
            bytes[next++] = (byte)(bits >> count);
            bits &= (1 << count) - 1;
        }

        return bytes;
    }

    /// <summary>The step of an instant; each step has its own code.</summary>
    /// <param name="at">The instant.</param>
    public static long StepAt(DateTimeOffset at) => at.ToUnixTimeSeconds() / PeriodSeconds;

    /// <summary>The code of a step.</summary>
    /// <param name="key">The key.</param>
    /// <param name="step">The step.</param>
    [SuppressMessage("Security", "CA5350", Justification = "RFC 6238; the weakness of SHA-1 does not concern HMAC.")]
    public static string CodeOf(byte[] key, long step)
    {
        Span<byte> counter = stackalloc byte[sizeof(long)];
        BinaryPrimitives.WriteInt64BigEndian(counter, step);
        Span<byte> hash = stackalloc byte[HMACSHA1.HashSizeInBytes];
        HMACSHA1.HashData(key, counter, hash);
        var number = BinaryPrimitives.ReadInt32BigEndian(hash[(hash[^1] & 0xf)..]) & int.MaxValue;
        return (number % 1_000_000).ToString("D6", CultureInfo.InvariantCulture);
    }

    /// <summary>Which step a code belongs to; the clock of the app may be one step off.</summary>
    /// <param name="key">The key.</param>
    /// <param name="code">What the user has entered.</param>
    /// <param name="at">The instant.</param>
    /// <param name="after">The last step that was used; a code is not accepted twice.</param>
    public static long? FindStep(byte[] key, string? code, DateTimeOffset at, long after)
    {
        var entered = Encoding.UTF8.GetBytes(code ?? "");
        long? found = null;
        for (var step = StepAt(at) - 1; step <= StepAt(at) + 1; step++)
        {
            if (CryptographicOperations.FixedTimeEquals(entered, Encoding.UTF8.GetBytes(CodeOf(key, step))) && step > after)
                found = step;
        }

        return found;
    }
}
