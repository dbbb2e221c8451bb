using System.Buffers.Text;
using System.Security.Cryptography;
using System.Text;
using Kiket.Application.Ports;
using Microsoft.AspNetCore.DataProtection;

namespace Kiket.Infrastructure.Secrets;

internal sealed class SecretProtector(IDataProtectionProvider protection) : ISecretProtector
{
    private const string Root = "Kiket.Secrets";

    public string Protect(string purpose, string plaintext) => protection.CreateProtector(Root, purpose).Protect(plaintext);

    public string? Unprotect(string purpose, string ciphertext)
    {
        try
        {
            return protection.CreateProtector(Root, purpose).Unprotect(ciphertext);
        }
        catch (CryptographicException)
        {
            return null;
        }
    }

    /// <summary>Whether texts are encrypted with a key; the ring reads new keys in the background.</summary>
    public bool Uses(Guid key) => KeyOf(Protect(Root, "")) == key;

    /// <summary>Encrypts a text again if it was encrypted with another key than the current one, even a revoked one.</summary>
    /// <returns>The new text, or null where the old one is to stay; and whether the old one could be decrypted.</returns>
    public (string? Ciphertext, bool IsReadable) Renew(string purpose, string ciphertext)
    {
        var protector = (IPersistedDataProtector)protection.CreateProtector(Root, purpose);
        try
        {
            var plaintext = protector.DangerousUnprotect(
                Base64Url.DecodeFromChars(ciphertext),
                ignoreRevocationErrors: true,
                out var isOutdated,
                out _
            );
            return (isOutdated ? protector.Protect(Encoding.UTF8.GetString(plaintext)) : null, true);
        }
        catch (Exception error) when (error is CryptographicException or FormatException)
        {
            return (null, false);
        }
    }

    /// <summary>A protected text begins with 4 bytes that say so, and the 16 of the key's id.</summary>
    private static Guid KeyOf(string ciphertext) => new(Base64Url.DecodeFromChars(ciphertext).AsSpan(4, 16));
}
