using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using Kiket.Infrastructure.Secrets;
using Kiket.Infrastructure.Settings;
using Microsoft.AspNetCore.DataProtection;
using Microsoft.Extensions.Configuration;
using Microsoft.Extensions.DependencyInjection;

namespace Kiket.Api.Tests.Startup;

/// <summary>The keys of stored secrets are encrypted as the operator says.</summary>
[Trait("Database", "Sqlite")]
public sealed class KeyRingTests : IDisposable
{
    private const string Passphrase = "correct horse battery staple";
    private readonly DirectoryInfo folder = Directory.CreateTempSubdirectory("kiket-keys-");

    [Fact]
    public void A_passphrase_encrypts_the_keys_and_only_the_same_one_opens_them()
    {
        var secret = On(("DataProtection:Passphrase", Passphrase)).Protect("secret");

        Assert.DoesNotContain("<value>", KeyFile(), StringComparison.Ordinal);
        Assert.Equal("secret", On(("DataProtection:Passphrase", Passphrase)).Unprotect(secret));
        Assert.ThrowsAny<CryptographicException>(() => On(("DataProtection:Passphrase", Passphrase + "s")).Unprotect(secret));
        Assert.ThrowsAny<CryptographicException>(() => On().Unprotect(secret));
    }

    [Fact]
    public void A_certificate_encrypts_the_keys_and_is_needed_after_it_was_replaced()
    {
        var (first, second) = (Certificate("first"), Certificate("second"));
        var secret = On(("DataProtection:CertificatePath", first), ("DataProtection:CertificatePassword", "open"))
            .Protect("secret");

        Assert.DoesNotContain("<value>", KeyFile(), StringComparison.Ordinal);
        var replaced = On(
            ("DataProtection:CertificatePath", second),
            ("DataProtection:CertificatePassword", "open"),
            ("DataProtection:PreviousCertificatePath", first),
            ("DataProtection:PreviousCertificatePassword", "open")
        );
        Assert.Equal("secret", replaced.Unprotect(secret));
        Assert.ThrowsAny<CryptographicException>(() =>
            On(("DataProtection:CertificatePath", second), ("DataProtection:CertificatePassword", "open")).Unprotect(secret)
        );
    }

    [Fact]
    public void Keys_from_before_a_passphrase_was_set_stay_readable()
    {
        var secret = On().Protect("secret");

        Assert.Equal("secret", On(("DataProtection:Passphrase", Passphrase)).Unprotect(secret));
    }

    [Theory]
    [InlineData("short", null, "at least 16 characters")]
    [InlineData(Passphrase, "open", "only one of them")]
    [InlineData(null, "wrong", "DataProtection:CertificatePassword opens")]
    public void Wrong_settings_are_refused_without_showing_a_secret(string? passphrase, string? password, string reason)
    {
        var path = password is null ? null : Certificate("only");

        var refusal = Assert.Throws<SettingsException>(() =>
            Read(
                ("DataProtection:Passphrase", passphrase),
                ("DataProtection:CertificatePath", path),
                ("DataProtection:CertificatePassword", password)
            )
        );

        Assert.Contains(reason, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain(Passphrase, refusal.Message, StringComparison.Ordinal);
        Assert.DoesNotContain("'short'", refusal.Message, StringComparison.Ordinal);
    }

    public void Dispose() => folder.Delete(recursive: true);

    /// <summary>A restarted node with these settings.</summary>
    private IDataProtector On(params (string Name, string? Value)[] settings)
    {
        var services = new ServiceCollection().AddLogging();
        services.AddKiketKeyRing(Read([.. settings, ("DataProtection:KeysPath", Path.Combine(folder.FullName, "ring"))]).KeyRing);
        return services.BuildServiceProvider().GetRequiredService<IDataProtectionProvider>().CreateProtector("test");
    }

    private string KeyFile() =>
        File.ReadAllText(Assert.Single(Directory.GetFiles(Path.Combine(folder.FullName, "ring"), "key-*.xml")));

    private string Certificate(string name)
    {
        using var rsa = RSA.Create(2048);
        var now = DateTimeOffset.UtcNow;
        using var certificate = new CertificateRequest(
            $"CN={name}",
            rsa,
            HashAlgorithmName.SHA256,
            RSASignaturePadding.Pkcs1
        ).CreateSelfSigned(now.AddDays(-1), now.AddDays(1));
        var path = Path.Combine(folder.FullName, $"{name}.pfx");
        File.WriteAllBytes(path, certificate.Export(X509ContentType.Pkcs12, "open"));
        return path;
    }

    private static KiketSettings Read(params (string Name, string? Value)[] settings) =>
        KiketSettings.Read(
            new ConfigurationBuilder().AddInMemoryCollection(settings.ToDictionary(s => s.Name, s => s.Value)).Build()
        );
}
