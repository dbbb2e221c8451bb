using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kiket.Infrastructure.Secrets;

namespace Kiket.Infrastructure.Settings;

/// <summary>
/// Reads and opens the certificate or passphrase that protects the keys of stored secrets, before anything depends on them.
/// </summary>
internal static class KeyRingReader
{
    private const string Passphrase = "DataProtection:Passphrase";

    public static KeyRingSettings Read(SettingsReader read)
    {
        var certificate = read.Text("DataProtection:CertificatePath");
        var passphrase = read.Secret(Passphrase);
        if (passphrase?.Length < KeyRingPassphrase.MinLength)
            read.RejectSecret(Passphrase, $"it must have at least {KeyRingPassphrase.MinLength} characters");
        if (passphrase is not null && certificate is not null)
            read.RejectSecret(Passphrase, "a certificate already encrypts the keys, so set only one of them");
        return new(read.Text("DataProtection:KeysPath") ?? "data/keys")
        {
            Certificate = Open(read, certificate, "Certificate", read.Secret("DataProtection:CertificatePassword")),
            PreviousCertificate = Open(
                read,
                read.Text("DataProtection:PreviousCertificatePath"),
                "PreviousCertificate",
                read.Secret("DataProtection:PreviousCertificatePassword")
            ),
            Passphrase = passphrase is null ? null : new(passphrase),
        };
    }

    /// <summary>Opens a PKCS #12 file with its private key, such as <c>openssl pkcs12 -export</c> makes.</summary>
    private static X509Certificate2? Open(SettingsReader read, string? file, string name, string? password)
    {
        if (file is null)
            return null;
        try
        {
            var certificate = X509CertificateLoader.LoadPkcs12FromFile(file, password);
            if (certificate.GetRSAPrivateKey() is not null)
                return certificate;
        }
        catch (Exception failure) when (failure is CryptographicException or IOException or UnauthorizedAccessException)
        {
            // The message may reveal more about the file than a log should.
        }

        read.Reject(
            $"DataProtection:{name}Path",
            file,
            $"it must be a PKCS #12 file with an RSA key that DataProtection:{name}Password opens"
        );
        return null;
    }
}
