using System.Security.Cryptography;
using System.Text;
using System.Xml.Linq;
using Microsoft.AspNetCore.DataProtection.XmlEncryption;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure.Secrets;

/// <summary>The operator's passphrase, which encrypts the keys that encrypt stored secrets.</summary>
internal sealed record KeyRingPassphrase(string Value)
{
    public const int MinLength = 16;

    public override string ToString() => nameof(KeyRingPassphrase); // never in a log
}

/// <summary>Encrypts a key of the ring: AES-256-GCM with a key that PBKDF2 derives from the passphrase.</summary>
internal sealed class PassphraseEncryptor(KeyRingPassphrase passphrase) : IXmlEncryptor
{
    private const int SaltSize = 16;

    public EncryptedXmlInfo Encrypt(XElement plaintextElement)
    {
        var text = Encoding.UTF8.GetBytes(plaintextElement.ToString(SaveOptions.DisableFormatting));
        var salt = RandomNumberGenerator.GetBytes(SaltSize);
        var nonce = RandomNumberGenerator.GetBytes(AesGcm.NonceByteSizes.MaxSize);
        var (cipher, tag) = (new byte[text.Length], new byte[AesGcm.TagByteSizes.MaxSize]);
        using (var aes = PassphraseKey.Derive(passphrase, salt, PassphraseKey.Iterations))
            aes.Encrypt(nonce, text, cipher, tag);
        CryptographicOperations.ZeroMemory(text);
        return new(
            new XElement(
                "passphraseEncryptedKey",
                new XAttribute("iterations", PassphraseKey.Iterations),
                new XAttribute("salt", Convert.ToBase64String(salt)),
                new XAttribute("nonce", Convert.ToBase64String(nonce)),
                new XAttribute("tag", Convert.ToBase64String(tag)),
                Convert.ToBase64String(cipher)
            ),
            typeof(PassphraseDecryptor)
        );
    }
}

/// <summary>
/// Decrypts what <see cref="PassphraseEncryptor"/> has encrypted. The key ring creates it by its name in the file.
/// </summary>
internal sealed class PassphraseDecryptor(IServiceProvider services) : IXmlDecryptor
{
    /// <exception cref="CryptographicException">The passphrase is missing or wrong.</exception>
    public XElement Decrypt(XElement encryptedElement)
    {
        var passphrase =
            services.GetService<KeyRingPassphrase>()
            ?? throw new CryptographicException("The key is encrypted with a passphrase; set DataProtection:Passphrase.");
        var cipher = Convert.FromBase64String(encryptedElement.Value);
        var text = new byte[cipher.Length];
        using (var aes = PassphraseKey.Derive(passphrase, Bytes("salt"), (int)encryptedElement.Attribute("iterations")!))
            aes.Decrypt(Bytes("nonce"), cipher, Bytes("tag"), text);
        return XElement.Parse(Encoding.UTF8.GetString(text));

        byte[] Bytes(string name) => Convert.FromBase64String((string)encryptedElement.Attribute(name)!);
    }
}

internal static class PassphraseKey
{
    /// <summary>What OWASP recommends for PBKDF2 with SHA-256.</summary>
    public const int Iterations = 600_000;

    private const int KeySize = 32;

    public static AesGcm Derive(KeyRingPassphrase passphrase, byte[] salt, int iterations) =>
        new(DeriveBytes(passphrase.Value, salt, iterations), AesGcm.TagByteSizes.MaxSize);

    /// <summary>A key of 256 bits.</summary>
    public static byte[] DeriveBytes(string passphrase, byte[] salt, int iterations) =>
        Rfc2898DeriveBytes.Pbkdf2(passphrase, salt, iterations, HashAlgorithmName.SHA256, KeySize);
}
