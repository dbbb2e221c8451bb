using System.Net;
using System.Security.Cryptography;
using System.Security.Cryptography.X509Certificates;
using System.Text.RegularExpressions;
using Kiket.Api.Tests.Infrastructure;

namespace Kiket.Api.Tests.Http;

/// <summary>A server in Production that listens on HTTPS beside plain HTTP.</summary>
[Trait("Database", "Sqlite")]
public sealed partial class EncryptedConnectionTests
{
    [Fact]
    public async Task Plain_http_is_redirected_and_browsers_get_hsts()
    {
        var folder = Directory.CreateTempSubdirectory("kiket-https-").FullName;
        var (certificate, key) = (Path.Combine(folder, "kiket.pem"), Path.Combine(folder, "kiket.key"));
        using (var pair = ECDsa.Create(ECCurve.NamedCurves.nistP256))
        {
            var request = new CertificateRequest("CN=kiket.example", pair, HashAlgorithmName.SHA256);
            using var issued = request.CreateSelfSigned(DateTimeOffset.UtcNow.AddDays(-1), DateTimeOffset.UtcNow.AddDays(1));
            await File.WriteAllTextAsync(certificate, issued.ExportCertificatePem(), TestContext.Current.CancellationToken);
            await File.WriteAllTextAsync(key, pair.ExportPkcs8PrivateKeyPem(), TestContext.Current.CancellationToken);
        }

        await using var server = KiketProcess.Start(
            folder,
            ("Urls", ""),
            ("Kestrel__Endpoints__Plain__Url", "http://127.0.0.1:0"),
            ("Kestrel__Endpoints__Encrypted__Url", "https://127.0.0.1:0"),
            ("Kestrel__Endpoints__Encrypted__Certificate__Path", certificate),
            ("Kestrel__Endpoints__Encrypted__Certificate__KeyPath", key)
        );
        var plain = (await server.ListeningAsync()).BaseAddress!;
        var encrypted = (await server.SaysAsync(EncryptedAddress())).Groups["address"].Value;
        using var handler = new HttpClientHandler
        {
            AllowAutoRedirect = false,
            ServerCertificateCustomValidationCallback = HttpClientHandler.DangerousAcceptAnyServerCertificateValidator,
        };
        using var client = new HttpClient(handler);

        var redirected = await client.GetAsync(new Uri(plain, "/api/v1/health"), TestContext.Current.CancellationToken);
        var probed = await client.GetAsync(new Uri(plain, "/health/live"), TestContext.Current.CancellationToken);
        var asked = new HttpRequestMessage(HttpMethod.Get, $"{encrypted}/api/v1/health") { Headers = { Host = "kiket.example" } };
        var answered = await client.SendAsync(asked, TestContext.Current.CancellationToken);

        Assert.Equal(HttpStatusCode.TemporaryRedirect, redirected.StatusCode);
        Assert.Equal($"{encrypted}/api/v1/health", redirected.Headers.Location?.ToString());
        Assert.Equal(HttpStatusCode.OK, probed.StatusCode);
        Assert.Equal("max-age=31536000", Assert.Single(answered.Headers.GetValues("Strict-Transport-Security")));
    }

    [GeneratedRegex(@"Jobs\s+(?<address>https://\S+)/hangfire")]
    private static partial Regex EncryptedAddress();
}
