using System.Security.Cryptography;
using System.Text;
using Kiket.Infrastructure.Secrets;

namespace Kiket.Infrastructure.Organizations;

/// <summary>
/// What the passphrase of an archive becomes: a key that encrypts the secrets in it, by AES-256-GCM, and one that authenticates
/// the whole, by HMAC-SHA-256.
/// </summary>
internal sealed class ArchiveKey : IDisposable
{
    public const int SaltSize = 16;

    private const string Mark = "sealed:";
    private static readonly int NonceSize = AesGcm.NonceByteSizes.MaxSize;
    private static readonly int TagSize = AesGcm.TagByteSizes.MaxSize;

    private readonly AesGcm secrets;
    private readonly byte[] digest;

    public ArchiveKey(string passphrase, byte[] salt, int iterations)
    {
        var key = PassphraseKey.DeriveBytes(passphrase, salt, iterations);
        secrets = new(KeyFor("secrets"u8), TagSize);
        digest = KeyFor("digest"u8).ToArray();
        Check = HMACSHA256.HashData(digest, salt);

        ReadOnlySpan<byte> KeyFor(ReadOnlySpan<byte> use)
        {
            var derived = new byte[key.Length];
            HKDF.Expand(HashAlgorithmName.SHA256, key, derived, use);
            return derived;
        }
    }

    /// <summary>Tells, before anything else is read, whether a passphrase is the right one.</summary>
    public byte[] Check { get; }

    public IncrementalHash BeginDigest() => IncrementalHash.CreateHMAC(HashAlgorithmName.SHA256, digest);

    /// <param name="purpose">What the text is for; it cannot be opened for anything else.</param>
    public string Seal(string purpose, string plaintext)
    {
        var text = Encoding.UTF8.GetBytes(plaintext);
        var sealedText = new byte[NonceSize + text.Length + TagSize];
        var nonce = sealedText.AsSpan(0, NonceSize);
        RandomNumberGenerator.Fill(nonce);
        secrets.Encrypt(
            nonce,
            text,
            sealedText.AsSpan(NonceSize, text.Length),
            sealedText.AsSpan(NonceSize + text.Length),
            Encoding.UTF8.GetBytes(purpose)
        );
        return Mark + Convert.ToBase64String(sealedText);
    }

    /// <returns>The plaintext, or null for a text that is not sealed.</returns>
    /// <exception cref="CryptographicException">It was sealed with another key or for another purpose, or changed.</exception>
    public string? Open(string purpose, string text)
    {
        if (!text.StartsWith(Mark, StringComparison.Ordinal))
            return null;
        var sealedText = Convert.FromBase64String(text[Mark.Length..]);
        var plaintext = new byte[sealedText.Length - NonceSize - TagSize];
        secrets.Decrypt(
            sealedText.AsSpan(0, NonceSize),
            sealedText.AsSpan(NonceSize, plaintext.Length),
            sealedText.AsSpan(NonceSize + plaintext.Length),
            plaintext,
            Encoding.UTF8.GetBytes(purpose)
        );
        return Encoding.UTF8.GetString(plaintext);
    }

    public void Dispose() => secrets.Dispose();
}
