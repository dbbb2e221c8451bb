using System.Security.Cryptography.X509Certificates;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.AspNetCore.DataProtection.KeyManagement;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Infrastructure.Secrets;

/// <summary>The location of the keys that encrypt stored secrets, and the encryption of these keys.</summary>
/// <param name="Folder">The folder of the keys, shared by all nodes.</param>
internal sealed record KeyRingSettings(string Folder)
{
    /// <summary>Encrypts new keys; null for none.</summary>
    public X509Certificate2? Certificate { get; init; }

    /// <summary>Decrypts the keys from before the certificate was replaced; null for none.</summary>
    public X509Certificate2? PreviousCertificate { get; init; }

    /// <summary>Encrypts new keys, in place of a certificate; null for none.</summary>
    public KeyRingPassphrase? Passphrase { get; init; }

    public bool IsEncrypted => Certificate is not null || Passphrase is not null;
}

internal static class KeyRingSetup
{
    public static void AddKiketKeyRing(this IServiceCollection services, KeyRingSettings settings)
    {
        var protection = services
            .AddDataProtection()
            .SetApplicationName("Kiket")
            .PersistKeysToFileSystem(new DirectoryInfo(settings.Folder));
        if (settings.Certificate is { } certificate)
            protection.ProtectKeysWithCertificate(certificate);
        if (settings.PreviousCertificate is { } previous)
            protection.UnprotectKeysWithAnyCertificate(previous);
        if (settings.Passphrase is { } passphrase)
        {
            services.AddSingleton(passphrase);
            services.Configure<KeyManagementOptions>(keys => keys.XmlEncryptor = new PassphraseEncryptor(passphrase));
        }
    }
}
